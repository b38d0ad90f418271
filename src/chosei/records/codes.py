"""The reception code that an appointment goes by."""

from __future__ import annotations

from chosei.records.models import Appointment, CodeState, ReceptionCode


def valid_code(appointment: Appointment) -> ReceptionCode | None:
    """The appointment's code while it can still be used, today or on its day."""
    return ReceptionCode.objects.filter(appointment=appointment.pk, state=CodeState.VALID).first()


def code_digits(appointment: Appointment) -> str:
    """The six digits of ``valid_code``, or nothing."""
    code = valid_code(appointment)
    return code.digits if code is not None else ""
