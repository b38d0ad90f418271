"""Locks that every process sees, kept by PostgreSQL.

What a transaction locks, it locks in one fixed order, so that nobody deadlocks: the organisation, then an
account, then hosts, then rooms, then rows. These last until its end. The tests watch the order
(tests/support/lock_order.py). Named locks belong to the database session and may span network calls; they
end with the session, so that a killed process leaves none behind.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar
from zlib import crc32

from django.db import connection
from django.db.models import Manager, Model, QuerySet

from chosei.records.models import Appointment, CalendarEntry, Member, Organization, Proposal

_Row = TypeVar("_Row", bound=Model)
_ACCOUNT_SPACE = 0x43_41  # before hosts
_HOST_SPACE = 0x43_48  # keeps host locks apart from any other two-key advisory lock
_ROOM_SPACE = 0x43_52


def lock_organization(pk: int) -> Organization:
    """One change at a time of what holds for the whole organisation: roles, approvals, its name in addresses.

    Call before ``lock_hosts``. Rows that refer to the organisation can be written meanwhile.
    """
    return for_change(Organization.objects).get(pk=pk)


def for_change(rows: Manager[_Row] | QuerySet[_Row]) -> QuerySet[_Row]:
    """The rows, kept from every other writer until this transaction ends, and not those joined to them.

    What refers to them (a note, a mail, an entry) can be written meanwhile, as beside any plain update: a key
    never changes. With the stronger lock a writer that has a row and notes something about its appointment
    would wait for whoever has the appointment and waits for that row.
    """
    return rows.select_for_update(of=("self",), no_key=True)


def lock_hosts(member_ids: Iterable[int], *, room_ids: Iterable[int] = ()) -> None:
    """Take the members' and rooms' time for this transaction, people before rooms, each by number.

    Call once, before checking anything about their time.
    """
    wanted = [(_HOST_SPACE, pk) for pk in sorted(set(member_ids))]
    wanted += [(_ROOM_SPACE, pk) for pk in sorted(set(room_ids))]
    _take(wanted)


def lock_account(provider: str, account_tenant: str, account_object: str) -> None:
    """One at a time decides whether the account's permission is given back or used again, whoever's rows of
    it there are. Call before ``lock_hosts``.
    """
    name = f"{provider}:{account_tenant}:{account_object}"
    _take([(_ACCOUNT_SPACE, crc32(name.encode()))])


def _take(wanted: Sequence[tuple[int, int]]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(space, pk) FROM unnest(%s::int[], %s::int[]) AS wanted (space, pk)",
            [[space for space, _ in wanted], [pk % 2**31 for _, pk in wanted]],
        )


def lock_people(about: Appointment | Proposal, *, room_ids: Iterable[int] = ()) -> None:
    """Take the time of everybody who attends or has it in a calendar: the first thing in a transaction that
    changes more of an appointment or a proposal than its own row.

    Others reach the same rows through a person (whose account is connected, whose event was deleted), and
    would meet us half way.
    """
    if isinstance(about, Appointment):
        attending = Member.objects.filter(promises__appointment=about, promises__standing=True)
        entries = about.entries.all()
    else:
        attending = Member.objects.filter(pk__in=about.hosts.values("member"))
        entries = CalendarEntry.objects.filter(candidate__proposal=about, desired__isnull=False)
    writing = entries.values_list("connection__member_id", flat=True)
    lock_hosts([*attending.values_list("pk", flat=True), *writing], room_ids=room_ids)


@contextmanager
def exclusively(name: str) -> Iterator[bool]:
    """Whether we are the only one doing ``name`` now; does not wait. Not inside a transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", [name])
        ours: bool = cursor.fetchone()[0]
    try:
        yield ours
    finally:
        if ours:
            _release(name)


def _release(name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", [name])
