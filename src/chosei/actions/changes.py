"""Telling everybody that a confirmed appointment has changed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from chosei.actions.chat import tell_chat
from chosei.actions.outbox import queue_mail, to_member, to_visitors, with_author
from chosei.actions.reception_codes import settle_code
from chosei.actions.reminding import plan
from chosei.core.intervals import Interval
from chosei.core.states import APPOINTMENT, AppointmentEvent, AppointmentState, advance
from chosei.jobs import queue
from chosei.records.models import Appointment, ChatKind, MailKind, MailMessage, MailState

_KINDS = [MailKind.CHANGED_GUEST, MailKind.CHANGED_HOST]
_FIRST = [MailKind.CONFIRMED_GUEST, MailKind.CONFIRMED_HOST]
_ABOUT_TO_GO = timedelta(seconds=10)


def changed(
    appointment: Appointment,
    *,
    before: Interval | None,
    was: Mapping[str, Any] | None = None,
    joined: Collection[int] = (),
    wait_for_link_until: datetime | None = None,
    now: datetime | None = None,
) -> None:
    """Save the changed appointment and have guest and hosts told. Inside a transaction, under its row lock.

    ``before``: the time it had; None when the time is the same. ``was``: what else it said, by name (see
    Appointment.previous). ``joined``: hosts who are new, and so hear of it for the first time. A letter about
    an earlier change that has not gone yet is replaced: what it would have named as old is what its reader
    still believes. Whoever has heard nothing so far gets their first letter only. Reminders move with the
    time.
    """
    now = now or timezone.now()
    unheard = _still_to_hear(appointment, now, wait_for_link_until)
    unsent = MailMessage.objects.filter(appointment=appointment, kind__in=_KINDS, state=MailState.WAITING)
    untold = unsent.update(state=MailState.SUPERSEDED) > 0
    told_time = (appointment.previous_starts_at, appointment.previous_ends_at)
    if not (untold and told_time[0] is not None):
        appointment.previous_starts_at = before.start if before else None
        appointment.previous_ends_at = before.end if before else None
    appointment.previous = {**(was or {}), **(appointment.previous if untold else {})}
    appointment.state = advance(APPOINTMENT, AppointmentState(appointment.state), AppointmentEvent.CHANGE)
    appointment.sequence += 1
    appointment.revision += 1
    if before is not None:
        plan(appointment, now)
    appointment.save()
    settle_code(appointment)
    _tell(appointment, joined, wait_for_link_until, unheard)
    tell_chat(appointment, ChatKind.CHANGED, revision=appointment.revision)


def _still_to_hear(appointment: Appointment, now: datetime, until: datetime | None) -> set[str]:
    """The addresses whose first letter waits for the link or a room's answer: it will say what is true when
    it goes. One that may be on its way by now, or was tried before, is not among them. Looks at the
    appointment as it was before the change."""
    if not Appointment.objects.get(pk=appointment.pk).is_incomplete:
        return set()
    waiting = MailMessage.objects.filter(
        appointment=appointment,
        kind__in=_FIRST,
        state=MailState.WAITING,
        attempts=0,
        wait_for_link_until__gt=now + _ABOUT_TO_GO,
    )
    found = dict(waiting.values_list("pk", "recipient"))
    if until is not None:
        waiting.update(wait_for_link_until=until)
    for pk in found:
        queue.enqueue(queue.POST, str(pk))  # perhaps there is nothing to wait for any more
    return {address.lower() for address in found.values()}


def _tell(
    appointment: Appointment, joined: Collection[int], until: datetime | None, unheard: Collection[str]
) -> None:
    revision = appointment.revision
    for visitor in to_visitors(appointment):
        if visitor.email.lower() not in unheard:
            queue_mail(
                MailKind.CHANGED_GUEST, appointment, visitor, revision=revision, wait_for_link_until=until
            )
    promises = appointment.promises.filter(standing=True, host__isnull=False).select_related("host")
    for member in with_author(appointment, [promise.host for promise in promises if promise.host]):
        if member.email.lower() not in unheard or member.pk in joined:
            queue_mail(
                MailKind.CONFIRMED_HOST if member.pk in joined else MailKind.CHANGED_HOST,
                appointment,
                to_member(member),
                revision=revision,
                wait_for_link_until=until,
            )
