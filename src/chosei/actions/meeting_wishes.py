"""The events that an appointment wants in its hosts' calendars: the meeting, the request before it, the
buffers beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta

from chosei.actions import event_text
from chosei.actions.buffers import beside_again
from chosei.actions.people import Attending, organizer_of
from chosei.actions.web_meetings import settle_web_meeting
from chosei.actions.wishes import drop, invited, want
from chosei.core.entries import BUFFERS, DesiredEntry, EntryPurpose, WantedAttendee
from chosei.records.models import Appointment, BookingPage, CalendarEntry, Connection
from chosei.records.places import place_of, rooms_of


def want_appointment(appointment: Appointment, organizer: Connection | None, hosts: list[Attending]) -> None:
    """The confirmed event in the calendars of all linked hosts.

    Hosts of the organiser's tenant are its attendees, and accept through their own accounts without a mail;
    hosts linked elsewhere get an entry of their own. The
    organiser's hold of the chosen time becomes the appointment in place, so that its time is never let go.
    Asked again after a change: the same events say what is true now, and those of who no longer attends go.
    """
    colleagues, elsewhere = _sides(organizer, hosts)
    wanted = _wanted_events(appointment, organizer, colleagues, elsewhere)
    copies = [host.connection for host in colleagues if host.connection is not None]
    standing = CalendarEntry.objects.filter(appointment=appointment, desired__isnull=False)
    accepted = standing.filter(purpose=EntryPurpose.ATTENDANCE)
    others = (EntryPurpose.ATTENDANCE, *BUFFERS)  # what stood while it waited for approval goes as well
    drop(standing.exclude(purpose__in=others).exclude(connection__in=list(wanted)))
    drop(accepted.exclude(connection__in=copies))
    events = {one.pk: _settle(appointment, one, desired) for one, desired in wanted.items()}
    known = {entry.connection_id: entry for entry in accepted}
    for connection in copies:
        entry = known.get(connection.pk)
        if entry is not None and organizer is not None and _of_another(entry, events[organizer.pk]):
            drop([entry])
            entry = None
        entry = entry or CalendarEntry(connection=connection, generation=0)
        entry.purpose, entry.appointment = EntryPurpose.ATTENDANCE, appointment
        want(entry, _meeting(appointment).settled())
    settle_web_meeting(appointment)


def want_request(appointment: Appointment, hosts: Sequence[Attending]) -> None:
    """While a booking waits for approval it stands as a tentative event in the calendars of all linked hosts;
    the organiser's carries the room. Approved, that event becomes the appointment in place.
    """
    standing = CalendarEntry.objects.filter(
        appointment=appointment, purpose=EntryPurpose.REQUEST, desired__isnull=False
    )
    present = {entry.connection_id: entry for entry in standing}
    organizer = organizer_of(hosts, appointment.link)
    for host in hosts:
        if host.connection is None:
            continue
        wanted = _request(appointment, organizer if host.connection == organizer else None)
        entry = present.pop(host.connection.pk, None) or CalendarEntry(
            connection=host.connection,
            purpose=EntryPurpose.REQUEST,
            appointment=appointment,
            generation=0,
        )
        if entry.desired != wanted.to_json():
            want(entry, wanted)
    drop(present.values())


def want_buffers(appointment: Appointment, hosts: Iterable[Attending]) -> None:
    """The time kept free before and after, as events of its own in every linked host's calendar, where the
    page asks for them. Asked again after a change: the same events follow it; one that its host has moved
    stays there as long as the meeting stays where it is, in another calendar of theirs as well.
    """
    page = appointment.booking_page
    events = _buffers(appointment, page) if page is not None and page.buffer_entries else {}
    rows = CalendarEntry.objects.filter(
        appointment=appointment, purpose__in=BUFFERS, desired__isnull=False
    ).select_related("connection")
    standing = {(entry.connection_id, entry.purpose): entry for entry in rows.order_by("pk")}
    wanted = {
        (host.connection.pk, purpose): (host.member.pk, event)
        for host in hosts
        if host.connection is not None
        for purpose, event in events.items()
    }
    calendar = {(member, purpose): (pk, purpose) for (pk, purpose), (member, _) in wanted.items()}
    given_back = _given_back(appointment)
    moved = [one for one in standing.values() if (one.connection.member_id, one.purpose) in given_back]
    # By the calendar that its host uses by now.
    stay = {
        calendar[one.connection.member_id, one.purpose]: one
        for one in moved
        if (one.connection.member_id, one.purpose) in calendar and _is_as_wanted(one, events[one.purpose])
    }
    beside_again(one for one in moved if one not in stay.values())
    deleted = given_back - {(one.connection.member_id, one.purpose) for one in moved}
    drop(entry for key, entry in standing.items() if key not in wanted)
    for (pk, purpose), (member, event) in wanted.items():
        there = standing.get((pk, purpose))
        if (there and (pk, purpose) in stay) or (member, purpose) in deleted:
            continue
        entry = there or CalendarEntry(
            connection_id=pk, purpose=purpose, appointment=appointment, generation=0
        )
        if (pk, purpose) in stay:
            entry.observed = stay[pk, purpose].observed  # created where it stands, see reconcile.facts
        if entry.desired != event.to_json():
            want(entry, event)


def _is_as_wanted(entry: CalendarEntry, event: DesiredEntry) -> bool:
    """Whether it is wanted at the time at which it was wanted before."""
    before = DesiredEntry.from_json(entry.desired or {})
    return (before.start, before.end) == (event.start, event.end)


def _sides(
    organizer: Connection | None, hosts: Sequence[Attending]
) -> tuple[list[Attending], list[Attending]]:
    """The linked hosts besides the organiser: of the same tenant, and elsewhere."""
    colleagues: list[Attending] = []
    elsewhere: list[Attending] = []
    if organizer is None:
        return colleagues, elsewhere
    for host in hosts:
        if host.connection is None or host.connection.pk == organizer.pk:
            continue
        same_tenant = (host.connection.provider, host.connection.account_tenant) == (
            organizer.provider,
            organizer.account_tenant,
        )
        (colleagues if same_tenant else elsewhere).append(host)
    return colleagues, elsewhere


def _wanted_events(
    appointment: Appointment,
    organizer: Connection | None,
    colleagues: Sequence[Attending],
    elsewhere: Sequence[Attending],
) -> dict[Connection, DesiredEntry]:
    """What we write into whose calendar; colleagues have a copy of the organiser's meeting."""
    if organizer is None:
        return {}
    attendees = tuple(
        WantedAttendee(host.connection.address or host.member.email, host.member.name, "person")
        for host in colleagues
        if host.connection is not None
    )
    meeting = _meeting(appointment)
    settled = meeting.settled(
        web_meeting=appointment.link_with_event,
        attendees=attendees + invited(organizer, rooms_of(appointment)),
    )
    others = {host.connection: meeting.settled() for host in elsewhere if host.connection is not None}
    return {organizer: settled, **others}


def _of_another(copy: CalendarEntry, meeting: CalendarEntry) -> bool:
    """Whether the copy that was accepted is one of another meeting than the organiser's of now: it goes with
    that one, and the new invitation is accepted on its own."""
    accepted, now = ((one.observed or {}).get("ical_uid", "") for one in (copy, meeting))
    return bool(copy.remote_id) and accepted != now


def _settle(appointment: Appointment, connection: Connection, desired: DesiredEntry) -> CalendarEntry:
    entry = _event_of(appointment, connection, desired) or _hold_of(appointment, connection)
    if entry is None:
        entry = CalendarEntry(connection=connection, generation=0)
    entry.purpose = EntryPurpose.APPOINTMENT
    entry.appointment = appointment
    want(entry, desired)
    return entry


def _event_of(
    appointment: Appointment, connection: Connection, desired: DesiredEntry
) -> CalendarEntry | None:
    """The event that stands there already, tentative until now or not. One with an online meeting that it
    should not have goes, and another comes: that cannot be taken back.
    """
    standing = CalendarEntry.objects.filter(
        appointment=appointment,
        connection=connection,
        purpose__in=(EntryPurpose.APPOINTMENT, EntryPurpose.REQUEST),
        desired__isnull=False,
    ).first()
    had = standing is not None and standing.desired is not None and standing.desired["web_meeting"]
    if standing is not None and had and not desired.web_meeting:
        drop([standing])
        return None
    return standing


def _hold_of(appointment: Appointment, connection: Connection) -> CalendarEntry | None:
    if appointment.candidate_id is None:
        return None
    return CalendarEntry.objects.filter(
        candidate=appointment.candidate_id, connection=connection, desired__isnull=False
    ).first()


def _given_back(appointment: Appointment) -> set[tuple[int | None, str]]:
    """The hosts who deleted a buffer in their calendar, and which."""
    found: set[tuple[int | None, str]] = set()
    for promise in appointment.promises.filter(host__isnull=False):
        found |= {(promise.host_id, EntryPurpose.BUFFER_BEFORE.value)} if promise.before_given_back else set()
        found |= {(promise.host_id, EntryPurpose.BUFFER_AFTER.value)} if promise.after_given_back else set()
    return found


def _buffers(appointment: Appointment, page: BookingPage) -> dict[str, DesiredEntry]:
    before = timedelta(minutes=appointment.buffer_before_minutes)
    after = timedelta(minutes=appointment.buffer_after_minutes)
    start, end = appointment.starts_at, appointment.ends_at
    title = page.buffer_title or event_text.buffer_title(appointment)
    spans = {
        EntryPurpose.BUFFER_BEFORE: (start - before, start),
        EntryPurpose.BUFFER_AFTER: (end, end + after),
    }
    return {
        purpose.value: DesiredEntry(
            title, event_text.buffer_body(appointment), *span, appointment.zone, show_as="busy"
        )
        for purpose, span in spans.items()
        if span[0] < span[1]
    }


def _request(appointment: Appointment, carrier: Connection | None) -> DesiredEntry:
    """``carrier``: in whose calendar it stands, where that event carries the room."""
    return replace(
        _meeting(appointment),
        title=event_text.request_title(appointment),
        body_html=event_text.request_body(appointment),
        attendees=invited(carrier, rooms_of(appointment)) if carrier else (),
    )


def _meeting(appointment: Appointment) -> DesiredEntry:
    return DesiredEntry(
        event_text.appointment_title(appointment),
        event_text.appointment_body(appointment),
        appointment.starts_at,
        appointment.ends_at,
        appointment.zone,
        location=place_of(appointment) or (appointment.join_url if appointment.web_apart else ""),
    )
