"""Saying what should stand in which calendar. Nothing here speaks to a provider: converge carries it out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta

from django.utils import timezone

from chosei.actions import event_text
from chosei.actions.people import Attending, organizer_of
from chosei.actions.web_meetings import settle_web_meeting
from chosei.core.entries import BUFFERS, DesiredEntry, EntryPurpose, EntryState, WantedAttendee
from chosei.core.intervals import Interval
from chosei.core.states import CandidateState
from chosei.jobs import queue
from chosei.records.models import (
    Appointment,
    BookingPage,
    CalendarEntry,
    Candidate,
    Connection,
    Proposal,
    Room,
)
from chosei.records.models.calendar_entry import new_key
from chosei.records.places import can_invite, place_of, place_of_candidate, rooms_of


def about_of(thing: Proposal | Appointment) -> str:
    """The key that converge works by. An appointment from a proposal shares the proposal's, since a hold
    becomes the appointment in place: one key, one writer at a time."""
    if isinstance(thing, Appointment):
        return f"proposal:{thing.proposal_id}" if thing.proposal_id else f"appointment:{thing.pk}"
    return f"proposal:{thing.pk}"


def converge_soon(thing: Proposal | Appointment) -> None:
    queue.enqueue(queue.CONVERGE, about_of(thing))


def settle_holds(proposal: Proposal, hosts: Sequence[Attending]) -> None:
    """Have exactly the holds stand that the running proposal wants by now: for each candidate on offer one in
    every linked host's calendar, saying what the proposal says. Those that stand so already are left alone.
    """
    linked = [host.connection for host in hosts if host.connection] if proposal.write_holds else []
    candidates = list(proposal.candidates.filter(state=CandidateState.OPEN))
    standing = {
        (entry.candidate_id, entry.connection_id): entry
        for entry in CalendarEntry.objects.filter(
            candidate__proposal=proposal, appointment__isnull=True, desired__isnull=False
        )
    }
    missing: dict[int, list[Candidate]] = defaultdict(list)
    carriers = _carriers(proposal, hosts, standing.values())
    for candidate in candidates:
        for connection in linked:
            wanted = _hold(proposal, candidate, connection, carriers)
            entry = standing.pop((candidate.pk, connection.pk), None)
            if entry is None:
                missing[connection.pk].append(candidate)
            elif entry.desired and DesiredEntry.from_json(entry.desired) != wanted:
                _want(entry, wanted)
    drop(standing.values())
    for host in hosts:
        if host.connection is not None:
            _hold_in([host.connection], missing[host.connection.pk], proposal, carriers)


def want_holds(proposal: Proposal, candidates: Iterable[Candidate], hosts: Iterable[Attending]) -> None:
    """A tentative hold per candidate in every linked host's calendar; the organiser's carries the room."""
    hosts = list(hosts)
    linked = [host.connection for host in hosts if host.connection is not None]
    _hold_in(linked, candidates, proposal, _carriers(proposal, hosts, ()))


def _carriers(
    proposal: Proposal, hosts: Sequence[Attending], standing: Iterable[CalendarEntry]
) -> list[Connection]:
    """Whose holds are to carry the rooms, first of all theirs whose do already, so that none is let go; then
    the organiser's; then anybody's whose calendar can book the room at all.
    """
    linked = {host.connection.pk: host.connection for host in hosts if host.connection is not None}
    carrying = {
        entry.connection_id
        for entry in standing
        if entry.desired is not None and DesiredEntry.from_json(entry.desired).rooms
    }
    organizer = organizer_of(hosts, proposal.link)
    return sorted(linked.values(), key=lambda one: (one.pk not in carrying, one != organizer))


def _hold_in(
    linked: Sequence[Connection],
    candidates: Iterable[Candidate],
    proposal: Proposal,
    carriers: Sequence[Connection],
) -> None:
    now = timezone.now()
    CalendarEntry.objects.bulk_create(
        CalendarEntry(
            connection=connection,
            purpose=EntryPurpose.HOLD,
            candidate=candidate,
            desired=(hold := _hold(proposal, candidate, connection, carriers)).to_json(),
            room_asked_at=now if hold.rooms else None,
        )
        for candidate in candidates
        for connection in linked
    )


def want_hold_again(candidate: Candidate, entry: CalendarEntry) -> None:
    """The candidate has another room, or none: the hold that carried the room follows."""
    _want(entry, _hold(candidate.proposal, candidate, entry.connection, [entry.connection]))


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
    for connection, desired in wanted.items():
        _settle(appointment, connection, desired)
    known = {entry.connection_id: entry for entry in accepted}
    for connection in copies:
        entry = known.get(connection.pk) or CalendarEntry(connection=connection, generation=0)
        entry.purpose, entry.appointment = EntryPurpose.ATTENDANCE, appointment
        _want(entry, _meeting(appointment).settled())
    settle_web_meeting(appointment)


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
            _want(entry, wanted)
    drop(present.values())


def want_buffers(appointment: Appointment, hosts: Iterable[Attending]) -> None:
    """The time kept free before and after, as events of its own in every linked host's calendar, where the
    page asks for them. Asked again after a change: the same events follow it.
    """
    page = appointment.booking_page
    standing = CalendarEntry.objects.filter(
        appointment=appointment, purpose__in=BUFFERS, desired__isnull=False
    ).order_by("pk")
    present = {(entry.connection_id, entry.purpose): entry for entry in standing}
    wanted: dict[tuple[int, str], DesiredEntry] = {}
    if page is not None and page.buffer_entries:
        events = _buffers(appointment, page)
        given_back = _given_back(appointment)
        wanted = {
            (host.connection.pk, purpose): event
            for host in hosts
            if host.connection is not None
            for purpose, event in events.items()
            if (host.member.pk, purpose) not in given_back
        }
    drop(entry for key, entry in present.items() if key not in wanted)
    for (pk, purpose), event in wanted.items():
        entry = present.get((pk, purpose)) or CalendarEntry(
            connection_id=pk, purpose=purpose, appointment=appointment, generation=0
        )
        if entry.desired != event.to_json():
            _want(entry, event)


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


def drop(entries: Iterable[CalendarEntry]) -> None:
    """Nothing should stand there any more."""
    for entry in entries:
        if entry.desired is not None:
            _want(entry, None)


def want_moved(entries: Iterable[CalendarEntry], time: Interval) -> None:
    """The same events at another time; buffers stay before and after it."""
    for entry in entries:
        if entry.desired is not None:
            wanted = DesiredEntry.from_json(entry.desired)
            length = wanted.end - wanted.start
            start, end = time.start, time.end
            if entry.purpose == EntryPurpose.BUFFER_BEFORE:
                start, end = time.start - length, time.start
            elif entry.purpose == EntryPurpose.BUFFER_AFTER:
                start, end = time.end, time.end + length
            _want(entry, replace(wanted, start=start, end=end))


def restore(entry: CalendarEntry, *, anew: bool) -> None:
    """Have the event stand as desired again, whatever a person did to it. ``anew``: it is gone."""
    if entry.desired is None:
        return
    entry.written, entry.missing_at = None, None
    if anew:
        # The old creation's token is spent.
        entry.remote_id, entry.etag, entry.observed, entry.create_begun = "", "", None, False
        entry.create_token = new_key()
    entry.etag = ""
    fields = ["written", "missing_at", "remote_id", "etag", "observed", "create_begun", "create_token"]
    entry.save(update_fields=fields)
    _want(entry, DesiredEntry.from_json(entry.desired))


def _settle(appointment: Appointment, connection: Connection, desired: DesiredEntry) -> None:
    entry = _event_of(appointment, connection, desired) or _hold_of(appointment, connection)
    if entry is None:
        entry = CalendarEntry(connection=connection, generation=0)
    entry.purpose = EntryPurpose.APPOINTMENT
    entry.appointment = appointment
    _want(entry, desired)


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


def invited(organizer: Connection, rooms: Iterable[Room]) -> tuple[WantedAttendee, ...]:
    """The rooms that the organiser's event can book, as it invites them."""
    return tuple(
        WantedAttendee(room.address, room.name, "room")
        for room in rooms
        if room.address and can_invite(organizer, room)
    )


def _asked_anew(entry: CalendarEntry, desired: DesiredEntry | None) -> bool:
    """Whether its rooms have to answer (again): others than before, or for another time."""
    if desired is None or not desired.rooms:
        return False
    before = DesiredEntry.from_json(entry.desired) if entry.desired else None
    return before is None or (before.rooms, before.start, before.end) != (
        desired.rooms,
        desired.start,
        desired.end,
    )


def _want(entry: CalendarEntry, desired: DesiredEntry | None) -> None:
    if _asked_anew(entry, desired):
        entry.room_asked_at = timezone.now()
    entry.desired = desired.to_json() if desired else None
    entry.generation += 1
    entry.state = EntryState.WAITING
    entry.attempts = 0
    entry.retry_at = None
    entry.problem = ""
    entry.question = ""
    entry.changed_at = timezone.now()
    if entry._state.adding:
        entry.save()
        return
    # Only what we decide: what converge records about the remote side is not ours to overwrite.
    entry.save(
        update_fields=[
            "purpose",
            "appointment",
            "desired",
            "generation",
            "state",
            "attempts",
            "retry_at",
            "problem",
            "question",
            "room_asked_at",
            "changed_at",
        ]
    )


def _hold(
    proposal: Proposal, candidate: Candidate, connection: Connection, carriers: Sequence[Connection]
) -> DesiredEntry:
    """Only one hold carries the room, that of the first of ``carriers`` who can book it: of two invitations
    it would decline one.
    """
    room = candidate.room
    able = [one for one in carriers if room is not None and can_invite(one, room)]
    return DesiredEntry(
        event_text.hold_title(proposal),
        event_text.hold_body(proposal),
        candidate.starts_at,
        candidate.ends_at,
        proposal.zone,
        location=place_of_candidate(proposal.location, candidate),
        attendees=invited(connection, [room]) if room is not None and able[:1] == [connection] else (),
    )


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
