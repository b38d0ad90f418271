"""The deadline has passed and nothing was chosen: to the author, with the way to go on."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import pgettext

from chosei.core.letter_texts import Wording
from chosei.core.states import ProposalState
from chosei.mails import facts
from chosei.mails.blocks import Action, Block, Body, Facts
from chosei.mails.facts import Reader
from chosei.mails.links import console_proposal_url
from chosei.mails.wordings import words
from chosei.records.models import Proposal


def expired(proposal: Proposal, reader: Reader, now: datetime) -> Body | None:
    """None when the proposal goes on meanwhile."""
    if proposal.state != ProposalState.EXPIRED:
        return None
    said = words(Wording.EXPIRED, proposal, reader)
    blocks: list[Block] = [facts.guest_addressee("", reader.name), *said.opening]
    rows = facts.optional(
        (pgettext("mail", "件名"), proposal.title), (pgettext("mail", "メール"), proposal.guest_email)
    )
    if rows:
        blocks.append(Facts(tuple(rows)))
    blocks.append(Action(pgettext("mail", "Choseiで開く"), console_proposal_url(proposal)))
    headline = pgettext("mail", "回答期限を過ぎました")
    return Body(said.subject, said.subject, headline, (*blocks, *said.closing))
