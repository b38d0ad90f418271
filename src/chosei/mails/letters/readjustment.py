"""The customer asks for other times: what they wrote, when they could, and where to answer."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from chosei.core import wording
from chosei.core.intervals import Interval
from chosei.core.letter_texts import Wording
from chosei.mails import facts
from chosei.mails.blocks import Action, Block, Body, Say, Times
from chosei.mails.facts import Reader
from chosei.mails.links import console_appointment_url, console_proposal_url
from chosei.mails.wordings import words
from chosei.records.models import Appointment, Proposal, Readjustment


def readjustment(asked: Readjustment, reader: Reader, now: datetime) -> Body | None:
    """None once it has been answered."""
    about: Proposal | Appointment | None = asked.appointment or asked.proposal
    if asked.answered_at is not None or about is None:
        return None
    moves = isinstance(about, Appointment)
    said = words(Wording.CHANGE_ASKED if moves else Wording.READJUSTMENT, about, reader)
    url = console_appointment_url(about) if isinstance(about, Appointment) else console_proposal_url(about)
    blocks: list[Block] = [
        facts.guest_addressee("", reader.name),
        *said.opening,
        *facts.quoted(pgettext("mail", "お客様からのメッセージ"), asked.text),
        *_wishes(asked, reader, now),
        *([facts.appointment_times(about, reader, "settled")] if isinstance(about, Appointment) else []),
        Action(pgettext("mail", "Choseiで開いて返事をする"), url),
        Say(_("このメールに返信すると、お客様に届きます。")),
        *said.closing,
    ]
    return Body(said.subject, asked.text[:80], pgettext("mail", "再調整のご依頼がありました"), tuple(blocks))


def _wishes(asked: Readjustment, reader: Reader, now: datetime) -> list[Block]:
    if not asked.wishes:
        return []
    zone = reader.zone or asked.zone
    spans = [Interval(*(datetime.fromisoformat(end) for end in pair)) for pair in asked.wishes]
    rows = tuple(wording.interval_text(one, zone, reader.language, now) for one in spans)
    name = wording.zone_text(zone, spans[0].start, reader.language)
    return [Times(pgettext("mail", "お客様のご希望日時"), rows, name, "hold")]
