"""What takes hosts' time, from our own database in one query: promises, holds, and the calendars' mirrors.

Every look at a booking page asks this, so the SQL is written out: one plan that is kept, and one row for each
host and source. A row holds all its times as eight bytes each, as PostgreSQL keeps them: hundreds of rows of
instants take both sides ten times as long to write and to read.
"""

from __future__ import annotations

import sys
from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from chosei.actions.keywords import digest
from chosei.actions.own import buffer_ids
from chosei.core.blocking import AS_CHOSEN, Counting
from chosei.core.intervals import Interval
from chosei.core.states import ProposalState
from chosei.records.prepared import planned_cursor

RUNNING = (ProposalState.OPEN.value, ProposalState.READJUSTMENT_REQUESTED.value)

BusyBy = Mapping[int, list[Interval]]

_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)  # PostgreSQL's: it counts microseconds from then
_PROMISED, _HELD, _MIRRORED = range(3)
# A promise is looked for with the longest buffer (a day) it may have.
_SQL = """
SELECT kind, who, string_agg(timestamptz_send(starts_at) || timestamptz_send(ends_at), '')
FROM (
    SELECT 0 AS kind, p.host_id AS who,
           lower(p.during) - (NOT p.before_given_back)::int * a.buffer_before_minutes * interval '1 minute'
               AS starts_at,
           upper(p.during) + (NOT p.after_given_back)::int * a.buffer_after_minutes * interval '1 minute'
               AS ends_at
    FROM records_promise p JOIN records_appointment a ON a.id = p.appointment_id
    WHERE p.standing AND p.host_id = ANY(%(hosts)s) AND p.appointment_id <> %(apart_from)s
      AND p.during && tstzrange(%(start)s - interval '1 day', %(end)s + interval '1 day')
    UNION ALL
    SELECT 1, h.member_id, c.starts_at, c.ends_at
    FROM records_candidate c
    JOIN records_proposal r ON r.id = c.proposal_id
    JOIN records_proposalhost h ON h.proposal_id = r.id
    WHERE c.state = 'open' AND c.ends_at > greatest(%(start)s, %(now)s) AND c.starts_at < %(end)s
      AND r.state = ANY(%(running)s) AND r.write_holds AND (r.deadline IS NULL OR r.deadline > %(now)s)
      AND h.member_id = ANY(%(hosts)s)
    UNION ALL
    SELECT 2, m.connection_id, m.starts_at, m.ends_at
    FROM records_mirroredevent m
    WHERE m.connection_id = ANY(%(connections)s) AND m.ends_at > %(start)s AND m.starts_at < %(end)s
      AND m.entry_key = '' AND m.ends_at > m.starts_at AND m.remote_id <> ALL(%(buffers)s::varchar[])
      AND ((m.blocks AND m.show_as <> ALL(%(free)s)) OR (m.show_as = ANY(%(busy)s) AND NOT m.declined))
      AND NOT m.free_words && %(words)s::varchar[]
) AS found
WHERE starts_at < %(end)s AND ends_at > %(start)s
GROUP BY kind, who
"""


@dataclass(frozen=True, slots=True)
class Taken:
    """``promised``: to customers, by host, with the buffers that belong to it and were not given back.
    ``held``: candidates of running proposals that hold their times, by host. ``mirrored``: foreign events
    that block, by connection; our own are left out, our records speak for them.
    """

    promised: BusyBy = field(default_factory=dict)
    held: BusyBy = field(default_factory=dict)
    mirrored: BusyBy = field(default_factory=dict)


def taken(
    host_ids: Iterable[int],
    connection_ids: Iterable[int],
    window: Interval,
    *,
    now: datetime,
    counting: Counting = AS_CHOSEN,
    apart_from: int | None = None,
) -> Taken:
    """What overlaps ``window``; the appointment ``apart_from`` does not count, with its buffers.

    Mirrors are believed as they are: whether they may be is for ``agenda.trust_in``.
    """
    asked: dict[str, Any] = {
        "hosts": list(host_ids),
        "connections": list(connection_ids),
        "start": window.start,
        "end": window.end,
        "now": now,
        "apart_from": apart_from or 0,
        "buffers": buffer_ids(apart_from) if apart_from else [],
        "running": list(RUNNING),
        "free": [status for status, takes in counting.statuses.items() if not takes],
        "busy": [status for status, takes in counting.statuses.items() if takes],
        "words": [digest(word) for word in counting.free_words],
    }
    with planned_cursor(binary=True) as cursor:
        cursor.execute(_SQL, asked)
        rows = cursor.fetchall()
    found: dict[int, dict[int, list[Interval]]] = {_PROMISED: {}, _HELD: {}, _MIRRORED: {}}
    for kind, who, times in rows:
        found[kind][who] = _intervals(times)
    return Taken(found[_PROMISED], found[_HELD], found[_MIRRORED])


def _intervals(times: bytes) -> list[Interval]:
    """Pairs of a start and an end, in PostgreSQL's binary form of an instant."""
    counts = array("q", times)
    if sys.byteorder == "little":
        counts.byteswap()
    instants = [_EPOCH + timedelta(0, 0, count) for count in counts]
    return list(map(Interval, instants[::2], instants[1::2]))
