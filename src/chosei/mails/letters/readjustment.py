"""The customer asks for other times: what they wrote, when they could, and where to answer."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from chosei.core import wording
from chosei.core.intervals import Interval
from chosei.core.titles import HostMail, host_subject
from chosei.mails import facts
from chosei.mails.blocks import Action, Block, Body, Say, Times
from chosei.mails.facts import Reader
from chosei.mails.letters.confirmed import customer_name
from chosei.mails.links import console_appointment_url, console_proposal_url
from chosei.records.models import Appointment, Proposal, Readjustment


def readjustment(asked: Readjustment, reader: Reader, now: datetime) -> Body | None:
    """None once it has been answered."""
    about: Proposal | Appointment | None = asked.appointment or asked.proposal
    if asked.answered_at is not None or about is None:
        return None
    who = {"customer": customer_name(about)}
    moves = isinstance(about, Appointment)
    said = (
        _(
            "%(customer)sから、確定したアポイントメントの日時変更のご依頼がありました。\n日時を変更するか、お客様にご返信ください。"
        )
        if moves
        else _("%(customer)sから、再調整のご依頼がありました。\n新しい候補日時を加えて、お返事ください。")
    )
    url = console_appointment_url(about) if isinstance(about, Appointment) else console_proposal_url(about)
    blocks: list[Block] = [
        facts.guest_addressee("", reader.name),
        Say(said % who),
        *facts.quoted(pgettext("mail", "お客様からのメッセージ"), asked.text),
        *_wishes(asked, reader, now),
        *([facts.appointment_times(about, reader, "settled")] if isinstance(about, Appointment) else []),
        Action(pgettext("mail", "Choseiで開いて返事をする"), url),
        Say(_("このメールに返信すると、お客様に届きます。")),
    ]
    subject = host_subject(HostMail.READJUSTMENT, facts.customer_of(about), language=reader.language)
    return Body(subject, asked.text[:80], pgettext("mail", "再調整のご依頼がありました"), tuple(blocks))


def _wishes(asked: Readjustment, reader: Reader, now: datetime) -> list[Block]:
    if not asked.wishes:
        return []
    zone = reader.zone or asked.zone
    spans = [Interval(*(datetime.fromisoformat(end) for end in pair)) for pair in asked.wishes]
    rows = tuple(wording.interval_text(one, zone, reader.language, now) for one in spans)
    name = wording.zone_text(zone, spans[0].start, reader.language)
    return [Times(pgettext("mail", "お客様のご希望日時"), rows, name, "hold")]
