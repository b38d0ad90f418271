"""To a customer who found no time that suits: new candidates, under the same URL."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from chosei.core.states import ProposalState
from chosei.core.titles import GuestMail, guest_subject
from chosei.mails.blocks import Body, Say
from chosei.mails.facts import Reader
from chosei.mails.letters.invitation import offer_of, offering
from chosei.records.models import Proposal


def offered_again(proposal: Proposal, reader: Reader, now: datetime) -> Body | None:
    """None when nothing is left to choose, or the customer has asked again meanwhile."""
    offer = offer_of(proposal, reader.language, now)
    closed = proposal.deadline is not None and proposal.deadline <= now
    if proposal.state != ProposalState.OPEN or closed or not offer.candidates:
        return None
    said = _(
        "ご希望をお知らせいただき、誠にありがとうございます。\n新しい候補日時をご用意いたしましたので、ご都合のよい日時をお選びいただけますでしょうか。"
    )
    if not proposal.readjustments.exists():
        said = _(
            "先日お送りいたしました日程調整の候補日時などを改めましたので、ご案内いたします。\nお手数をおかけいたしますが、あらためてご都合のよい日時をお選びいただけますでしょうか。"
        )
    subject = guest_subject(GuestMail.OFFERED_AGAIN, proposal.organization.name, reader.language)
    return offering(offer, Say(said, "opening"), subject, pgettext("mail", "新しい候補日時のご案内"))


def deadline_near(proposal: Proposal, reader: Reader, now: datetime) -> Body | None:
    """A soft reminder before the deadline. None once something was chosen, asked or withdrawn."""
    offer = offer_of(proposal, reader.language, now)
    closed = proposal.deadline is None or proposal.deadline <= now
    if proposal.state != ProposalState.OPEN or closed or not offer.candidates:
        return None
    said = _(
        "先日お送りいたしました日程調整につきまして、ご回答期限が近づいてまいりましたので、念のためご連絡いたしました。\nご都合のよい日時がございましたら、お選びいただけますと幸いです。行き違いの際はご容赦ください。"
    )
    subject = guest_subject(GuestMail.DEADLINE_REMINDER, proposal.organization.name, reader.language)
    return offering(offer, Say(said, "opening"), subject, pgettext("mail", "ご回答期限のご案内"))
