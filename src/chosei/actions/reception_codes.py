"""Reception codes: issued when a visit is confirmed, kept while it changes, void once it is off."""

from __future__ import annotations

import secrets
from datetime import datetime

from django.db import IntegrityError, transaction

from chosei.core.intervals import Interval
from chosei.core.reception import CODES, validity
from chosei.core.states import AppointmentState
from chosei.records.models import Appointment, CodeState, MeetingFormat, Reception, ReceptionCode

_TRIES = 100
"""With half of all numbers in use at once, one confirmation in 10^30 would find none."""


def settle_code(appointment: Appointment) -> None:
    """Bring the code in line with the appointment as it stands. Safe at any time, and twice.

    Inside the transaction that writes the appointment, before its event is described (the event names the
    code). A visit that is confirmed gets one, good on its day; the same one stays through every change; an
    appointment that is off, or no visit any more, has none.
    """
    code = ReceptionCode.objects.filter(appointment=appointment).first()
    if not _wants_code(appointment):
        if code is not None and code.state == CodeState.VALID:
            code.state = CodeState.VOID
            code.save(update_fields=["state"])
        return
    good = _validity(appointment)
    if code is None:
        _issue(ReceptionCode(organization_id=appointment.organization_id, appointment=appointment), good)
    elif code.state != CodeState.VALID:
        _issue(code, good)  # its number may be somebody else's by now
    elif (code.valid_from, code.valid_until) != (good.start, good.end):
        code.valid_from, code.valid_until = good.start, good.end
        code.save(update_fields=["valid_from", "valid_until"])


def expire_codes(*, now: datetime) -> None:
    """Give the numbers back whose days are over."""
    ReceptionCode.objects.filter(state=CodeState.VALID, valid_until__lte=now).update(state=CodeState.EXPIRED)


def _wants_code(appointment: Appointment) -> bool:
    return (
        appointment.reception_code
        and appointment.format == MeetingFormat.VISIT
        and appointment.state == AppointmentState.CONFIRMED
    )


def _validity(appointment: Appointment) -> Interval:
    organization = appointment.organization
    rules = Reception.objects.filter(organization=organization).first() or Reception()
    return validity(
        Interval(appointment.starts_at, appointment.ends_at),
        organization.zone,
        days_before=rules.days_before,
        days_after=rules.days_after,
    )


def _issue(code: ReceptionCode, good: Interval) -> None:
    """Draw numbers until the database finds one that no other valid code of the organisation has."""
    code.valid_from, code.valid_until = good.start, good.end
    code.state = CodeState.VALID
    for _ in range(_TRIES):
        code.number = secrets.randbelow(CODES)
        try:
            with transaction.atomic():
                code.save()
        except IntegrityError as clash:
            if "code_once_while_valid" not in str(clash):
                raise
        else:
            return
    raise RuntimeError("no reception code is free")
