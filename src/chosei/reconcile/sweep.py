"""Finding what no job remembers. Runs every few seconds, everywhere, and only enqueues or calls actions."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from chosei import wiring
from chosei.actions.connections import is_finished
from chosei.actions.leftovers import forget_passed
from chosei.actions.proposals import expire_proposal, release_past_candidates, release_stray_holds
from chosei.actions.reception_codes import expire_codes
from chosei.actions.reminding import remind, remind_of_deadline
from chosei.actions.requests import lapse
from chosei.core.entries import EntryPurpose, EntryState
from chosei.core.providers import ConnectionKind
from chosei.core.rooms import RoomAnswer, RoomState
from chosei.core.states import AppointmentState, CandidateState, ConnectionState
from chosei.core.troubles import Trouble, may_pass
from chosei.jobs import queue
from chosei.ports.providers import PROVIDERS
from chosei.reconcile import directory, rooms
from chosei.reconcile.accounts import CHECKED
from chosei.reconcile.facts import LINK_HOPE, ROOM_HOPE
from chosei.records.models import (
    Appointment,
    CalendarEntry,
    Candidate,
    ChatMessage,
    ChatState,
    Connection,
    ConnectionAttempt,
    MailboxPause,
    MailMessage,
    MailState,
    Proposal,
    RateCount,
    RoomDirectory,
    Subscription,
    WebMeeting,
)

_RUNNING = ["open", "readjustment_requested"]
_FORGOTTEN_AFTER = timedelta(seconds=30)
_READ_EVERY = timedelta(minutes=5)
_CHECK_EVERY = timedelta(days=1)
_AT_ONCE = 500
_ALIVE_AT_ONCE, _ALIVE_AGAIN = 20, timedelta(hours=1)


def sweep() -> None:
    """One pass. Everything it does is safe to do twice."""
    now = timezone.now()
    failures: list[Exception] = []
    for part in _PARTS:
        try:
            part(now)
        except Exception as error:  # noqa: BLE001 (told below; one bad row must not stop all the rest)
            failures.append(error)
    if failures:
        raise ExceptionGroup("parts of the sweep failed", failures)


def _end_proposals(now: datetime) -> None:
    overdue = Proposal.objects.filter(state__in=_RUNNING, deadline__lte=now)
    for pk in overdue.values_list("pk", flat=True)[:_AT_ONCE]:
        expire_proposal(pk, now=now)
    passed = Candidate.objects.filter(
        state=CandidateState.OPEN, proposal__state__in=_RUNNING, starts_at__lte=now
    )
    for pk in passed.order_by().values_list("proposal_id", flat=True).distinct()[:_AT_ONCE]:
        release_past_candidates(pk, now=now)
    release_stray_holds()


def _end_requests(now: datetime) -> None:
    overdue = Appointment.objects.filter(state=AppointmentState.PENDING, approve_until__lte=now)
    for pk in overdue.values_list("pk", flat=True)[:_AT_ONCE]:
        lapse(pk, now=now)


def _wake_entries(now: datetime) -> None:
    unfinished = CalendarEntry.objects.filter(
        Q(retry_at__isnull=True) | Q(retry_at__lte=now),
        state__in=[EntryState.WAITING, EntryState.RETRYING],
        changed_at__lt=now - _FORGOTTEN_AFTER,
        connection__state__in=[ConnectionState.ACTIVE, ConnectionState.ENDING],
    ).filter(~Q(purpose=EntryPurpose.ATTENDANCE) | Q(desired__isnull=True) | Exists(_meeting_of_copy()))
    rows = unfinished.values_list("candidate__proposal_id", "appointment__proposal_id", "appointment_id")[
        :_AT_ONCE
    ]
    linkless = Appointment.objects.filter(
        state=AppointmentState.CONFIRMED,
        web_meeting=True,
        web_apart=False,
        join_url="",
        organizer__isnull=False,
    )
    awaited = linkless.annotate(since=Coalesce("link_wanted_at", "confirmed_at")).filter(
        since__gt=now - LINK_HOPE, since__lt=now - _FORGOTTEN_AFTER
    )
    roomless = CalendarEntry.objects.filter(
        Q(appointment__room_state=RoomState.ASKED) | Q(candidate__room_answer=RoomAnswer.NONE),
        state=EntryState.WRITTEN,
        room_asked_at__gt=now - ROOM_HOPE,
        room_asked_at__lt=now - _FORGOTTEN_AFTER,
    ).values_list("candidate__proposal_id", "appointment__proposal_id", "appointment_id")[:_AT_ONCE]
    unlinked = awaited.values_list(F("proposal_id"), F("proposal_id"), F("pk"))[:_AT_ONCE]
    for about in {_about(*row) for row in (*rows, *unlinked, *roomless)}:
        queue.enqueue(queue.CONVERGE, about)


def _meeting_of_copy() -> QuerySet[CalendarEntry]:
    """The organiser's event, once it is written: before that there is nothing for a colleague to accept."""
    return CalendarEntry.objects.filter(
        appointment=OuterRef("appointment"),
        connection=OuterRef("appointment__organizer"),
        purpose=EntryPurpose.APPOINTMENT,
        state=EntryState.WRITTEN,
    )


def _wake_meetings(now: datetime) -> None:
    unfinished = WebMeeting.objects.filter(
        Q(retry_at__isnull=True) | Q(retry_at__lte=now),
        Q(state__in=[EntryState.WAITING, EntryState.RETRYING]) | Q(doubted=True),
        changed_at__lt=now - _FORGOTTEN_AFTER,
        connection__state__in=[ConnectionState.ACTIVE, ConnectionState.ENDING, ConnectionState.ENDED],
    ).exclude(state=EntryState.PARKED)
    untold = WebMeeting.objects.filter(
        desired__isnull=False, appointment__join_url="", appointment__ends_at__gt=now
    ).exclude(join_url="")
    for pk in {
        *unfinished.values_list("appointment_id", flat=True)[:_AT_ONCE],
        *untold.values_list("appointment_id", flat=True)[:_AT_ONCE],
    }:
        queue.enqueue(queue.MEET, str(pk))


def _about(candidate_of: int | None, appointment_of: int | None, appointment: int | None) -> str:
    proposal = appointment_of or candidate_of
    return f"proposal:{proposal}" if proposal else f"appointment:{appointment}"


def _wake_mails(now: datetime) -> None:
    due = MailMessage.objects.filter(
        Q(retry_at__isnull=True) | Q(retry_at__lte=now),
        Q(wait_for_link_until__isnull=True)
        | Q(wait_for_link_until__lte=now)
        | ~Q(appointment__join_url="")
        | ~Q(appointment__state=AppointmentState.CONFIRMED),
        state=MailState.WAITING,
        created_at__lt=now - _FORGOTTEN_AFTER,
    )
    for pk in due.values_list("pk", flat=True)[:_AT_ONCE]:
        queue.enqueue(queue.POST, str(pk))


def _wake_chat(now: datetime) -> None:
    due = ChatMessage.objects.filter(
        Q(retry_at__isnull=True) | Q(retry_at__lte=now),
        state=ChatState.WAITING,
        created_at__lt=now - _FORGOTTEN_AFTER,
    )
    for pk in due.values_list("pk", flat=True)[:_AT_ONCE]:
        queue.enqueue(queue.CHAT, str(pk))


def _read_calendars(now: datetime) -> None:
    stale = Connection.objects.filter(
        Q(mirror_read_at__isnull=True) | Q(mirror_read_at__lt=now - _READ_EVERY),
        Q(mirror_asked_at__isnull=True) | Q(mirror_asked_at__lt=now - timedelta(minutes=1)),
        kind=ConnectionKind.CALENDAR,
        state=ConnectionState.ACTIVE,
    )
    for pk in list(stale.order_by("mirror_read_at").values_list("pk", flat=True)[:_AT_ONCE]):
        Connection.objects.filter(pk=pk).update(mirror_asked_at=now)
        queue.enqueue(queue.OBSERVE, str(pk))


def _read_rooms(now: datetime) -> None:
    """Rooms that open pages and running proposals use; one reading for all of a company."""
    for organization in set(rooms.due(now).values_list("organization_id", flat=True)[:_AT_ONCE]):
        queue.enqueue(queue.OBSERVE_ROOMS, str(organization))


def _remind(now: datetime) -> None:
    appointments = Appointment.objects.filter(next_reminder_at__lte=now)
    for pk in appointments.order_by("next_reminder_at").values_list("pk", flat=True)[:_AT_ONCE]:
        remind(pk, now=now)
    proposals = Proposal.objects.filter(next_reminder_at__lte=now)
    for pk in proposals.order_by("next_reminder_at").values_list("pk", flat=True)[:_AT_ONCE]:
        remind_of_deadline(pk, now=now)


def _look_after_watches(now: datetime) -> None:
    """Change notifications: begun where they are missing, extended daily, ended with their connection."""
    active = Connection.objects.filter(state=ConnectionState.ACTIVE, subscription__isnull=True)
    reached = [one for one in PROVIDERS if wiring.configured(one) and wiring.notification_url(one)]
    missing = active.filter(provider__in=reached).values_list("pk", flat=True)[:_AT_ONCE]
    due = Subscription.objects.filter(due_at__lte=now).exclude(
        connection__state=ConnectionState.NEEDS_RECONNECT
    )
    for pk in (*missing, *due.order_by("due_at").values_list("connection_id", flat=True)[:_AT_ONCE]):
        queue.enqueue(queue.WATCH, str(pk))


def _check_accounts(now: datetime) -> None:
    """Whether each account still goes by its member's address, daily."""
    due = Connection.objects.filter(account_checked_at__lt=now - _CHECK_EVERY, state__in=CHECKED)
    for pk in list(due.order_by("account_checked_at").values_list("pk", flat=True)[:_AT_ONCE]):
        Connection.objects.filter(pk=pk).update(account_checked_at=now)
        queue.enqueue(queue.CHECK_ACCOUNT, str(pk))


def _keep_alive(now: datetime) -> None:
    """Permissions that nothing else has used for a week, a few at a time: a thousand that fall due together
    take minutes, not one second."""
    due = Connection.objects.filter(refresh_due_at__lte=now, state__in=[*CHECKED, ConnectionState.ENDING])
    lost = Connection.objects.filter(refresh_due_at__lte=now, state=ConnectionState.NEEDS_RECONNECT)
    rows = due | lost.filter(trouble__in=[one for one in Trouble if may_pass(one)])
    for pk in list(rows.order_by("refresh_due_at").values_list("pk", flat=True)[:_ALIVE_AT_ONCE]):
        Connection.objects.filter(pk=pk).update(refresh_due_at=now + _ALIVE_AGAIN)
        queue.enqueue(queue.KEEP_ALIVE, str(pk))


def _fetch_rooms(now: datetime) -> None:
    """The companies' directories of rooms, daily where they are wanted."""
    for pk in list(directory.due(now).values_list("pk", flat=True)[:_AT_ONCE]):
        RoomDirectory.objects.filter(pk=pk).update(tried_at=now)
        queue.enqueue(queue.FETCH_ROOMS, str(pk))


def _finish_connections(now: datetime) -> None:
    for connection in Connection.objects.filter(state=ConnectionState.ENDING)[:_AT_ONCE]:
        if is_finished(connection, now=now):
            queue.enqueue(queue.PART, str(connection.pk))


def _forget(now: datetime) -> None:
    """What only had to be remembered for a while."""
    ConnectionAttempt.objects.filter(begun_at__lt=now - timedelta(days=30)).delete()
    expire_codes(now=now)
    forget_passed(now=now)
    MailboxPause.objects.filter(until__lt=now - timedelta(days=1)).delete()
    RateCount.objects.filter(window__lt=int(now.timestamp()) - 2 * 24 * 3600).delete()


_PARTS = (
    _wake_entries,
    _wake_meetings,
    _wake_mails,
    _wake_chat,
    _end_proposals,
    _end_requests,
    _remind,
    _read_calendars,
    _read_rooms,
    _look_after_watches,
    _check_accounts,
    _keep_alive,
    _fetch_rooms,
    _finish_connections,
    _forget,
)
