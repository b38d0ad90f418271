"""Keeping what was read of a calendar: all of it in one transaction, or nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from chosei.actions.keywords import compare
from chosei.actions.own import own_keys
from chosei.core.blocking import blocks
from chosei.core.states import ConnectionState
from chosei.core.text import one_line
from chosei.ports.calendar import BusyEvent, CalendarChanges, ShowAs
from chosei.reconcile.reading import Reading
from chosei.records.locks import for_change
from chosei.records.models import CalendarEntry, Connection, MirroredEvent


def keep(connection: Connection, reading: Reading) -> bool:
    """Bring the mirror to what ``reading`` says. ``connection`` is the row the reading was made for.

    False when what was to be read has changed meanwhile: nothing is kept, and it is to be read again.
    """
    with transaction.atomic():
        current = for_change(Connection.objects).get(pk=connection.pk)
        if current.state != ConnectionState.ACTIVE:
            return True  # disconnected while we were reading: there is nothing to keep
        if _chosen(current) != _chosen(connection) or current.mirror_token != connection.mirror_token:
            return False
        busy = current.member.counts_as_busy  # read now: whoever changes it locks the connection first
        if reading.whole is not None:
            _replace(current, "", reading.whole, busy)
        elif reading.changes is not None:
            _apply(current, reading.changes, busy)
        for calendar, events in reading.further.items():
            _replace(current, calendar, events, busy)
        _mark_ours(current)
        compare(current)
        _note(current, reading)
    return True


def _chosen(connection: Connection) -> set[str]:
    return {one["id"] for one in connection.further_calendars}


def _note(connection: Connection, reading: Reading) -> None:
    connection.mirror_read_at = reading.begun
    connection.mirror_from, connection.mirror_until = reading.window.start, reading.window.end
    connection.mirror_error = ""
    connection.mirror_token = reading.token
    connection.silent_until = None
    connection.further_calendars = [
        {**one, "missing": one["id"] in reading.missing} for one in connection.further_calendars
    ]
    fields = ["mirror_read_at", "mirror_from", "mirror_until", "mirror_error", "mirror_token"]
    if reading.whole is not None:
        connection.mirror_whole_at = reading.begun
        fields.append("mirror_whole_at")
    if reading.profile is not None:
        connection.mailbox_zone = reading.profile.zone or connection.mailbox_zone
        connection.web_meeting = reading.profile.web_meeting  # licences come and go
        fields += ["mailbox_zone", "web_meeting"]
    connection.save(update_fields=[*fields, "silent_until", "further_calendars"])


def _replace(
    connection: Connection, calendar: str, events: Iterable[BusyEvent], busy: Collection[str]
) -> None:
    MirroredEvent.objects.filter(connection=connection, calendar_id=calendar).delete()
    _insert(connection, calendar, events, busy)


def _apply(connection: Connection, changes: CalendarChanges, busy: Collection[str]) -> None:
    """The changes may have been applied before, or be older than what stands: they say how it is now."""
    rows = MirroredEvent.objects.filter(connection=connection, calendar_id="")
    spoken_of = changes.gone | {event.remote_id for event in changes.events}
    rows.filter(Q(remote_id__in=spoken_of) | Q(series_id__in=changes.gone)).delete()
    _insert(connection, "", changes.events, busy)
    for series in changes.series:
        heirs = rows.filter(series_id=series.remote_id, inherits=True)
        if series.cancelled:
            heirs.delete()
        else:
            heirs.update(**_facts(series, busy))


def _insert(
    connection: Connection, calendar: str, events: Iterable[BusyEvent], busy: Collection[str]
) -> None:
    MirroredEvent.objects.bulk_create(
        [_row(connection, calendar, event, busy) for event in events if not event.cancelled],
        batch_size=1000,
    )


def _row(connection: Connection, calendar: str, event: BusyEvent, busy: Collection[str]) -> MirroredEvent:
    return MirroredEvent(
        connection=connection,
        calendar_id=calendar,
        remote_id=event.remote_id,
        series_id=event.series,
        inherits=event.inherits,
        starts_at=event.start,
        ends_at=max(event.start, event.end),
        all_day=event.all_day,
        entry_key=event.key[:64],
        **_facts(event, busy),
    )


def _facts(event: BusyEvent, busy: Collection[str]) -> dict[str, object]:
    """What an occurrence may have from its series."""
    return {
        "show_as": event.show_as.value,
        "private": event.private,
        "declined": event.declined,
        "blocks": blocks(event.show_as, declined=event.declined, chosen=busy),
        "subject": one_line(event.title)[:400],
    }


def _mark_ours(connection: Connection) -> None:
    """Tell our own events from all others, by what our records say now. Marks in events that are not ours
    (any more) are taken off."""
    wrote = CalendarEntry.objects.filter(connection=connection, remote_id=OuterRef("remote_id"))
    rows = MirroredEvent.objects.filter(connection=connection).filter(
        Q(Exists(wrote.exclude(remote_id=""))) | ~Q(entry_key="")
    )
    found = list(rows.only("pk", "remote_id", "starts_at", "ends_at", "entry_key"))
    ours = own_keys([
        BusyEvent(row.remote_id, row.starts_at, row.ends_at, ShowAs.UNKNOWN, "", key=row.entry_key)
        for row in found
    ])  # fmt: skip
    wrong = [row for row in found if row.entry_key != ours.get(row.remote_id, "")]
    for row in wrong:
        row.entry_key = ours.get(row.remote_id, "")
    MirroredEvent.objects.bulk_update(wrong, ["entry_key"], batch_size=500)
