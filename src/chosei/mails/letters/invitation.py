"""「アポイントメントの日程調整をお願いします」: the candidates, asked for and not ordered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from chosei.core import wording
from chosei.core.language import Language
from chosei.core.letter_texts import Wording
from chosei.core.states import CandidateState, ProposalState
from chosei.core.text import one_line
from chosei.mails import facts, times
from chosei.mails.blocks import Action, Block, Body, Fact, Facts, Say, Times
from chosei.mails.facts import Reader
from chosei.mails.links import proposal_url
from chosei.mails.wordings import Words, words
from chosei.records.models import Candidate, Proposal


@dataclass(frozen=True, slots=True)
class Offer:
    """What a proposal still offers at ``now``, told in ``language``."""

    proposal: Proposal
    candidates: tuple[Candidate, ...]
    language: Language
    now: datetime


def offer_of(proposal: Proposal, language: Language, now: datetime) -> Offer:
    """The candidates that nobody has taken and that have not begun."""
    rows = proposal.candidates.filter(state=CandidateState.OPEN, starts_at__gt=now)
    return Offer(proposal, tuple(rows), language, now)


def can_be_chosen(offer: Offer) -> bool:
    """Whether the customer would find something to choose on the page, and somebody left to attend it."""
    proposal = offer.proposal
    closed = proposal.deadline is not None and proposal.deadline <= offer.now
    if proposal.state != ProposalState.OPEN or closed or not offer.candidates:
        return False
    return proposal.hosts.filter(member__is_active=True).exists()


def invitation(proposal: Proposal, reader: Reader, now: datetime) -> Body | None:
    """None when nothing is left to choose: withdrawn, settled, past its deadline, every candidate gone,
    nobody left who would attend.
    """
    offer = offer_of(proposal, reader.language, now)
    if not can_be_chosen(offer):
        return None
    headline = one_line(proposal.title) or pgettext("mail", "日程調整のお願い")
    return offering(offer, words(Wording.INVITATION, proposal, reader), headline)


def offering(offer: Offer, said: Words, headline: str) -> Body:
    """A letter that lets its reader choose among what is on offer, whatever led to it."""
    proposal = offer.proposal
    pick = Action(
        pgettext("mail", "ご都合のよい日時を選ぶ"),
        proposal_url(proposal),
        _("登録は不要です。1分ほどで完了します。"),
    )
    blocks: list[Block] = [
        facts.guest_addressee(proposal.guest_company, proposal.guest_name),
        *said.opening,
        candidate_times(offer),
        Facts(tuple(meeting_facts(offer))),
        *facts.quoted(pgettext("mail", "ご案内"), proposal.guidance),
        pick,
        Say(by_reply()),
        *said.closing,
        facts.signature(proposal),
    ]
    return Body(said.subject, _preview(offer), headline, tuple(blocks))


def by_reply() -> str:
    """Whoever would rather answer by mail may."""
    return _("このメールへのご返信で、ご希望の日時をお知らせいただいても結構です。")


def _preview(offer: Offer) -> str:
    first = times.span(offer.candidates[0], offer.proposal.zone, offer.language, offer.now)
    preview = pgettext("mail", "候補日時: %(first)s") % {"first": first}
    others = len(offer.candidates) - 1
    return _("%(preview)s ほか%(count)d件") % {"preview": preview, "count": others} if others else preview


def candidate_times(offer: Offer) -> Times:
    """The candidates; where the clocks change between them, each says its own offset."""
    zone, language = offer.proposal.zone, offer.language
    offsets = {wording.offset_text(candidate.starts_at, zone) for candidate in offer.candidates}
    if len(offsets) == 1:
        rows = [times.span(candidate, zone, language, offer.now) for candidate in offer.candidates]
        name = wording.zone_text(zone, offer.candidates[0].starts_at, language)
    else:
        rows = [times.span_with_zone(candidate, zone, language, offer.now) for candidate in offer.candidates]
        name = zone
    return Times(pgettext("mail", "候補日時"), tuple(rows), name, "hold")


def meeting_facts(offer: Offer) -> list[Fact]:
    """Length (where all candidates share one), format, place, who attends, until when."""
    proposal, language = offer.proposal, offer.language
    rows = []
    if len({candidate.ends_at - candidate.starts_at for candidate in offer.candidates}) == 1:
        rows.append(facts.length_fact(offer.candidates[0], language))
    rows.append(_format_with_link(proposal))
    rows += facts.place_facts(proposal)
    rows += facts.optional(
        (pgettext("mail", "担当"), _other_hosts(proposal)),
        (pgettext("mail", "ご連絡先"), proposal.contact),
    )
    if proposal.deadline is not None:
        until = wording.instant_text(proposal.deadline, proposal.zone, language, offer.now)
        soft = _("%(until)s までにお選びいただけますと幸いです") % {"until": until}
        rows.append(Fact(pgettext("mail", "ご回答期限"), soft))
    return rows


def _other_hosts(proposal: Proposal) -> str:
    """The hosts, unless the author alone comes: then the letter has named them already."""
    hosts = facts.hosts_of(proposal)
    alone = [host.pk for host in hosts] == [proposal.author_id]
    return "" if alone else times.listed([host.name for host in hosts])


def _format_with_link(proposal: Proposal) -> Fact:
    fact = facts.format_fact(proposal)
    if not proposal.web_meeting:
        return fact
    return Fact(fact.label, _("%(format)s(URLは日程の確定後にお送りします)") % {"format": fact.value})
