"""The deadline has passed and nothing was chosen: to the author, with the way to go on."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from chosei.core.states import ProposalState
from chosei.core.titles import HostMail, host_subject
from chosei.mails import facts
from chosei.mails.blocks import Action, Block, Body, Facts, Say
from chosei.mails.facts import Reader
from chosei.mails.letters.confirmed import customer_name
from chosei.mails.links import console_proposal_url
from chosei.records.models import Proposal


def expired(proposal: Proposal, reader: Reader, now: datetime) -> Body | None:
    """None when the proposal goes on meanwhile."""
    if proposal.state != ProposalState.EXPIRED:
        return None
    said = _(
        "%(customer)sとの日程調整は、お選びいただけないまま回答期限を過ぎたため、終了しました。\nカレンダーの仮予約は自動で削除されます。続ける場合は、新しい候補日時を加えると、同じURLで再開できます。"
    )
    blocks: list[Block] = [
        facts.guest_addressee("", reader.name),
        Say(said % {"customer": customer_name(proposal)}),
    ]
    rows = facts.optional(
        (pgettext("mail", "件名"), proposal.title), (pgettext("mail", "メール"), proposal.guest_email)
    )
    if rows:
        blocks.append(Facts(tuple(rows)))
    blocks.append(Action(pgettext("mail", "Choseiで開く"), console_proposal_url(proposal)))
    subject = host_subject(HostMail.EXPIRED, facts.customer_of(proposal), language=reader.language)
    return Body(subject, subject, pgettext("mail", "回答期限を過ぎました"), tuple(blocks))
