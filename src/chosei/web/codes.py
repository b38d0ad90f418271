"""A reception code as pages show it."""

from __future__ import annotations

from dataclasses import dataclass

from chosei.mails.qr import svg_address
from chosei.records.codes import code_digits
from chosei.records.models import Appointment


@dataclass(frozen=True, slots=True)
class ShownCode:
    """``picture`` is the ``data:`` address of its QR code."""

    digits: str
    picture: str


def shown_code(appointment: Appointment) -> ShownCode | None:
    """None where nobody needs a code: no visit, none wanted, cancelled, or over."""
    digits = code_digits(appointment)
    return ShownCode(digits, svg_address(digits)) if digits else None
