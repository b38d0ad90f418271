"""Telling everybody that a confirmed appointment has changed."""

from __future__ import annotations

from datetime import datetime

from chosei.actions.outbox import queue_mail, to_guest, to_member
from chosei.core.intervals import Interval
from chosei.core.states import APPOINTMENT, AppointmentEvent, AppointmentState, advance
from chosei.records.models import Appointment, MailKind, MailMessage, MailState

_KINDS = [MailKind.CHANGED_GUEST, MailKind.CHANGED_HOST]


def changed(
    appointment: Appointment, *, before: Interval | None, wait_for_link_until: datetime | None = None
) -> None:
    """Save the changed appointment and have guest and hosts told. Inside a transaction, under its row lock.

    ``before``: the time it had; None when the time is the same. A letter about an earlier change that has not
    gone yet is replaced: the time it would have named as the old one is what its reader still believes.
    """
    unsent = MailMessage.objects.filter(appointment=appointment, kind__in=_KINDS, state=MailState.WAITING)
    untold = unsent.update(state=MailState.SUPERSEDED) > 0 and appointment.previous_starts_at is not None
    if not untold:
        appointment.previous_starts_at = before.start if before else None
        appointment.previous_ends_at = before.end if before else None
    appointment.state = advance(APPOINTMENT, AppointmentState(appointment.state), AppointmentEvent.CHANGE)
    appointment.sequence += 1
    appointment.revision += 1
    appointment.save()
    _tell(appointment, wait_for_link_until)


def _tell(appointment: Appointment, until: datetime | None) -> None:
    revision = appointment.revision
    queue_mail(
        MailKind.CHANGED_GUEST,
        appointment,
        to_guest(appointment),
        revision=revision,
        wait_for_link_until=until,
    )
    for promise in appointment.promises.filter(standing=True, host__isnull=False).select_related("host"):
        assert promise.host is not None
        queue_mail(
            MailKind.CHANGED_HOST,
            appointment,
            to_member(promise.host),
            revision=revision,
            wait_for_link_until=until,
        )
