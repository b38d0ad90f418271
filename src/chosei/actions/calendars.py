"""Which calendars of a member count, and what in them takes their time."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import structlog
from django.db import transaction
from django.db.models import BooleanField, Case, Value, When

from chosei import wiring
from chosei.actions.errors import InvalidInput
from chosei.core.blocking import CHOICES
from chosei.core.text import one_line
from chosei.jobs import queue
from chosei.ports.errors import PortError
from chosei.records.locks import for_change
from chosei.records.models import Connection, Member, MirroredEvent

ASK_SECONDS = 3.0
MOST_CALENDARS = 10

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class FurtherCalendar:
    """A calendar beside the default one. ``counts``: it is read too. ``missing``: it is there no more."""

    remote_id: str
    name: str
    counts: bool
    missing: bool = False


def further_calendars(connection: Connection) -> list[FurtherCalendar] | None:
    """Those of the mailbox, and those chosen once that have gone; None when the mailbox does not answer.

    Asks the provider, for three seconds at most: not inside a transaction.
    """
    try:
        told = wiring.calendar_of(connection, within=ASK_SECONDS).calendars()
    except PortError as error:
        log.warning(
            "calendars_not_listed",
            connection=connection.pk,
            error_code=error.code,
            request_id=error.request_id,
        )
        return None
    chosen = {one["id"]: one["name"] for one in connection.further_calendars}
    there = [
        FurtherCalendar(one.remote_id, one_line(one.name)[:120], one.remote_id in chosen)
        for one in told
        if one.remote_id
    ]
    known = {one.remote_id for one in there}
    return there + [
        FurtherCalendar(number, name, counts=True, missing=True)
        for number, name in chosen.items()
        if number not in known
    ]


def choose_calendars(
    connection: Connection, remote_ids: Collection[str], offered: Collection[FurtherCalendar]
) -> None:
    """Have exactly these calendars, of those the mailbox ``offered`` just now, count beside the default one.
    Until a new one is read, nothing is known of the member's time. Raises InvalidInput(calendars).
    """
    if {one["id"] for one in connection.further_calendars} == set(remote_ids):
        return
    names = {one.remote_id: one.name for one in offered if not one.missing}
    if not set(remote_ids) <= set(names):
        raise InvalidInput(calendars="unknown")
    if len(remote_ids) > MOST_CALENDARS:
        raise InvalidInput(calendars="too_many")
    with transaction.atomic():
        locked = for_change(Connection.objects).get(pk=connection.pk)
        before = {one["id"] for one in locked.further_calendars}
        locked.further_calendars = [
            {"id": number, "name": names[number], "missing": False} for number in remote_ids
        ]
        if not set(remote_ids) <= before:
            locked.mirror_read_at = None
        locked.save(update_fields=["further_calendars", "mirror_read_at"])
        locked.mirrored_events.filter(calendar_id__in=before - set(remote_ids)).delete()
        queue.enqueue(queue.OBSERVE, str(locked.pk))


def choose_busy(member: Member, statuses: Collection[str]) -> None:
    """Have those of ``core.blocking.CHOICES`` take the member's time, from now on and in what is known.
    Raises InvalidInput(counts_as_busy).
    """
    if not set(statuses) <= set(CHOICES):
        raise InvalidInput(counts_as_busy="unknown")
    passable = [status for status in CHOICES if status not in statuses]
    with transaction.atomic():
        # A reading that is being kept has the row locked, and looks at the member only then.
        list(for_change(Connection.objects).filter(member=member).order_by("pk"))
        member.counts_as_busy = [status for status in CHOICES if status in statuses]
        member.save(update_fields=["counts_as_busy"])
        MirroredEvent.objects.filter(connection__member=member).update(
            blocks=Case(
                When(declined=True, then=Value(False)),
                When(show_as__in=passable, then=Value(False)),
                default=Value(True),
                output_field=BooleanField(),
            )
        )
