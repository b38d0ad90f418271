"""To a customer who found no time that suits: new candidates, under the same URL."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import pgettext

from chosei.core.letter_texts import Wording
from chosei.mails.blocks import Body
from chosei.mails.facts import Reader
from chosei.mails.letters.invitation import can_be_chosen, offer_of, offering
from chosei.mails.wordings import words
from chosei.records.models import Proposal


def offered_again(proposal: Proposal, reader: Reader, now: datetime) -> Body | None:
    """None when nothing is left to choose, or the customer has asked again meanwhile."""
    offer = offer_of(proposal, reader.language, now)
    if not can_be_chosen(offer):
        return None
    asked = proposal.readjustments.exists()
    said = words(Wording.OFFERED_AGAIN if asked else Wording.CANDIDATES_CHANGED, proposal, reader)
    return offering(offer, said, pgettext("mail", "新しい候補日時のご案内"))


def deadline_near(proposal: Proposal, reader: Reader, now: datetime) -> Body | None:
    """A soft reminder before the deadline. None once something was chosen, asked or withdrawn."""
    offer = offer_of(proposal, reader.language, now)
    if proposal.deadline is None or not can_be_chosen(offer):
        return None
    said = words(Wording.DEADLINE_REMINDER, proposal, reader)
    return offering(offer, said, pgettext("mail", "ご回答期限のご案内"))
