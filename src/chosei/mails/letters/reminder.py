"""A reminder before the meeting: when, where, and the way in."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import pgettext

from chosei.core.letter_texts import Wording
from chosei.core.states import AppointmentState
from chosei.mails import facts
from chosei.mails.blocks import Block, Body, Facts
from chosei.mails.facts import Reader
from chosei.mails.letters.confirmed import (
    change_or_cancel,
    guest_facts,
    host_blocks,
    visitor_action,
)
from chosei.mails.wordings import words
from chosei.records.models import Appointment


def _void(appointment: Appointment, now: datetime) -> bool:
    return appointment.state != AppointmentState.CONFIRMED or appointment.starts_at <= now


def reminder_for_guest(appointment: Appointment, reader: Reader, now: datetime) -> Body | None:
    """None after a cancellation, and once the meeting has begun."""
    if _void(appointment, now):
        return None
    said = words(Wording.REMINDER_GUEST, appointment, reader)
    when = facts.appointment_times(appointment, reader, "settled")
    blocks: list[Block] = [
        facts.visitor_addressee(appointment, reader),
        *said.opening,
        when,
        *facts.reception_code(appointment),
        Facts(tuple(guest_facts(appointment, reader))),
        *facts.quoted(pgettext("mail", "ご案内"), appointment.guidance),
        *visitor_action(appointment, reader),
        *change_or_cancel(appointment, reader, now),
        *said.closing,
        facts.signature(appointment),
    ]
    headline = pgettext("mail", "アポイントメントのご案内")
    return Body(said.subject, f"{when.rows[0]} {when.zone}", headline, tuple(blocks))


def reminder_for_host(appointment: Appointment, reader: Reader, now: datetime) -> Body | None:
    """None after a cancellation, and once the meeting has begun."""
    if _void(appointment, now):
        return None
    said = words(Wording.REMINDER_HOST, appointment, reader)
    when = facts.appointment_times(appointment, reader, "settled")
    blocks = host_blocks(appointment, reader, said, when)
    headline = pgettext("mail", "アポイントメントが近づいています")
    return Body(said.subject, f"{when.rows[0]} {when.zone}", headline, (*blocks, *said.closing))
