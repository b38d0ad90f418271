"""Whether what a booking page showed a moment ago still holds: one look at all that an offer is made from.

PostgreSQL gives every row that is written a place and the number of its transaction; no two rows of a table
have both alike. So the places and numbers of all rows concerned tell whether any of them was added, changed
or removed, whoever did it and however: there is no counter that somebody could forget to raise.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chosei.actions.offers import ASK_AGAIN, LOOK_AGAIN
from chosei.actions.taken import RUNNING
from chosei.core.blocking import FRESHNESS
from chosei.records.links import link_hashes
from chosei.records.prepared import planned_cursor

# A connection's row is written whenever its calendar is read or asked for, so those of its columns that count
# stand for it; what was read is told by the events' rows. Their stretch is the page's window and the days
# that zones, buffers and lengths may add to it.
_SQL = """
WITH page AS (
    SELECT p.id, p.ctid, p.xmin, o.ctid AS organization_ctid, o.xmin AS organization_xmin,
           %(now)s::timestamptz - interval '3 days' AS since,
           CASE WHEN p.window_last IS NULL
                THEN %(now)s::timestamptz + (p.window_days + 6) * interval '1 day'
                ELSE 'infinity' END AS until
    FROM records_bookingpage p JOIN records_organization o ON o.id = p.organization_id
    WHERE p.link_hash = ANY(%(hashes)s)
      AND p.cap_day IS NULL AND p.cap_week IS NULL AND p.cap_total IS NULL
      AND NOT EXISTS (SELECT FROM records_bookingpageroom r WHERE r.page_id = p.id)
), host AS (
    SELECT h.member_id, h.ctid, h.xmin, m.ctid AS member_ctid, m.xmin AS member_xmin
    FROM records_bookingpagehost h JOIN records_member m ON m.id = h.member_id
    WHERE h.page_id = (SELECT id FROM page)
), link AS (
    SELECT c.id, c.member_id, c.kind, c.state, c.mirror_from, c.mirror_until, c.mirror_read_at,
           c.mirror_asked_at
    FROM records_connection c WHERE c.member_id = ANY(ARRAY(SELECT member_id FROM host))
)
SELECT concat_ws(' ', page.ctid, page.xmin, page.organization_ctid, page.organization_xmin,
    (SELECT string_agg(concat_ws(' ', h.ctid, h.xmin, h.member_ctid, h.member_xmin), ',' ORDER BY h.ctid)
     FROM host h),
    (SELECT string_agg(concat_ws(' ', c.id, c.member_id, c.kind, c.state, c.mirror_from, c.mirror_until,
                                 c.mirror_read_at >= %(fresh)s), ',' ORDER BY c.id)
     FROM link c),
    (SELECT string_agg(concat_ws(' ', p.ctid, p.xmin, a.ctid, a.xmin), ',' ORDER BY p.ctid)
     FROM records_promise p JOIN records_appointment a ON a.id = p.appointment_id
     WHERE p.standing AND p.host_id = ANY(ARRAY(SELECT member_id FROM host))
       AND p.during && tstzrange(page.since, page.until)),
    (SELECT string_agg(concat_ws(' ', c.ctid, c.xmin, r.ctid, r.xmin, h.ctid, h.xmin), ','
                       ORDER BY c.ctid, h.ctid)
     FROM records_candidate c
     JOIN records_proposal r ON r.id = c.proposal_id
     JOIN records_proposalhost h ON h.proposal_id = r.id
     WHERE h.member_id = ANY(ARRAY(SELECT member_id FROM host))
       AND c.state = 'open' AND c.ends_at > %(now)s AND c.starts_at < page.until
       AND r.state = ANY(%(running)s) AND r.write_holds AND (r.deadline IS NULL OR r.deadline > %(now)s)),
    (SELECT concat_ws(' ', count(*), bit_xor(hashtidextended(e.ctid, e.xmin::text::bigint)))
     FROM records_mirroredevent e
     WHERE e.connection_id = ANY(ARRAY(SELECT id FROM link))
       AND e.ends_at > page.since AND e.starts_at < page.until)
),
ARRAY(SELECT c.id FROM link c
      WHERE c.state = 'active' AND c.kind = 'calendar'
        AND (c.mirror_read_at IS NULL OR c.mirror_read_at <= %(look)s)
        AND (c.mirror_asked_at IS NULL OR c.mirror_asked_at <= %(ask)s))
FROM page
"""


@dataclass(frozen=True, slots=True)
class PageVersion:
    """``mark`` differs as soon as anything committed could change what the page offers. ``due``: calendars
    that are to be read again because somebody looked (`offers.ask_again`)."""

    mark: str
    due: tuple[int, ...]


def page_version(token: str, *, now: datetime) -> PageVersion | None:
    """The page behind its own link, as it is now; what only the time changes is not in it, but whether
    mirrors are fresh and deadlines over is.

    None for pages whose offers depend on more: rooms, caps, links that work once.
    """
    asked: dict[str, Any] = {
        "hashes": link_hashes(token),
        "now": now,
        "fresh": now - FRESHNESS,
        "look": now - LOOK_AGAIN,
        "ask": now - ASK_AGAIN,
        "running": list(RUNNING),
    }
    with planned_cursor() as cursor:
        cursor.execute(_SQL, asked)
        row = cursor.fetchone()
    return PageVersion(row[0], tuple(row[1])) if row else None
