"""候補提案型: the guest sees the candidate times of one proposal and takes one."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from chosei.actions.confirm import confirm_candidate
from chosei.actions.errors import Closed
from chosei.actions.inputs import GuestInput
from chosei.actions.offers import CandidateOffer, proposal_offer
from chosei.actions.people import hosts_here
from chosei.core.intervals import Interval
from chosei.core.states import PROPOSAL, CandidateState, ProposalEvent, ProposalState, can
from chosei.records.gates import proposal_for_guest
from chosei.records.models import Appointment, Proposal
from chosei.web.public.confirming import Choice, ConfirmationView, Visit
from chosei.web.public.doors import LinkView, guest_address
from chosei.web.public.forms import GuestForm
from chosei.web.public.showing import (
    Clocks,
    Fact,
    candidate_days,
    common_minutes,
    fingerprint,
    hero,
    meeting_facts,
    remaining,
    zone_switch,
)
from chosei.web.public.zones import in_said_zone, keep_zone, said_zone


def insist_open(proposal: Proposal, now: datetime) -> None:
    """Raises Closed with the reason that the reader is told."""
    if not can(PROPOSAL, ProposalState(proposal.state), ProposalEvent.CONFIRM):
        raise Closed(proposal.state)
    if proposal.deadline is not None and proposal.deadline <= now:
        raise Closed("expired")
    if not hosts_here(proposal):
        raise Closed("unattended")


def facts_of(proposal: Proposal, times: list[Interval]) -> list[Fact]:
    """What is said about the meeting; its length only where all ``times`` have the same."""
    hosts = [host.name for host in hosts_here(proposal)]
    return meeting_facts(proposal, hosts, minutes=common_minutes(times))


def times_page(request: HttpRequest, proposal: Proposal, visit: Visit, *, status: int = 200) -> HttpResponse:
    """The candidates as cards, by day; those that are gone are struck through.

    For htmx just the cards, and nothing at all (204) while they are the same.
    """
    now = timezone.now()
    offers = _without_lost(proposal_offer(proposal, now=now), visit.lost)
    days = candidate_days(offers, Clocks(visit.zone, proposal.zone), visit.chosen, now=now)
    context: dict[str, Any] = {
        "organization": proposal.organization,
        "proposal": proposal,
        "visit": visit,
        "facts": facts_of(proposal, [Interval(o.candidate.starts_at, o.candidate.ends_at) for o in offers]),
        "days": days,
        "fingerprint": fingerprint(days),
        "any_free": any(row.free for day in days for row in day.rows),
        "zones": zone_switch(visit.zone, now),
        "zone_unsaid": not said_zone(request),
        "asking": in_said_zone(request, guest_address(request, "readjustment", proposal.link_token)),
        "remaining": remaining(proposal.deadline, visit.zone, now=now),
    }
    if request.headers.get("HX-Request"):
        if request.GET.get("seen") == context["fingerprint"]:
            return HttpResponse(status=204)
        return render(request, "public/proposal_times.html", context)
    return keep_zone(request, render(request, "public/proposal.html", context, status=status))


def _without_lost(offers: tuple[CandidateOffer, ...], lost: str) -> tuple[CandidateOffer, ...]:
    """What a live reading has just refused is gone, although the mirror may not know it yet."""
    return tuple(replace(one, free=False) if str(one.candidate.pk) == lost else one for one in offers)


class ProposalView(LinkView):
    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        self.behind = proposal = proposal_for_guest(token)
        insist_open(proposal, timezone.now())
        default = proposal.guest_zone or proposal.zone
        return times_page(
            request, proposal, Visit.of(request, default, chosen=request.GET.get("candidate", ""))
        )


class ProposalConfirmationView(ConfirmationView[Proposal]):
    choice_field = "candidate"

    def load(self, token: str) -> Proposal:
        self.behind = proposal = proposal_for_guest(token)
        return proposal

    def insist_open(self, thing: Proposal) -> None:
        insist_open(thing, timezone.now())

    def parse(self, thing: Proposal, value: str) -> Choice | None:
        if not (value.isascii() and value.isdigit() and len(value) < 19):
            return None
        candidate = thing.candidates.exclude(state=CandidateState.WITHDRAWN).filter(pk=int(value)).first()
        if candidate is None:
            return None
        return Choice(value, Interval(candidate.starts_at, candidate.ends_at))

    def on_offer(self, thing: Proposal, choice: Choice) -> bool:
        offers = proposal_offer(thing, now=timezone.now())
        return any(offer.free and str(offer.candidate.pk) == choice.value for offer in offers)

    def times(self, thing: Proposal, visit: Visit, *, status: int = 200) -> HttpResponse:
        return times_page(self.request, thing, visit, status=status)

    def details(
        self,
        thing: Proposal,
        visit: Visit,
        choice: Choice,
        form: GuestForm,
        *,
        unverifiable: bool = False,
        status: int = 200,
    ) -> HttpResponse:
        context = {
            "organization": thing.organization,
            "meeting": thing,
            "facts": facts_of(thing, [choice.time]),
            "hero": hero(choice.time, Clocks(visit.zone, thing.zone), now=timezone.now()),
            "visit": visit,
            "choice": choice,
            "choice_field": self.choice_field,
            "form": form,
            "unverifiable": unverifiable,
        }
        return render(self.request, "public/proposal_details.html", context, status=status)

    def act(self, thing: Proposal, choice: Choice, guest: GuestInput, submission: UUID) -> Appointment:
        return confirm_candidate(thing, int(choice.value), guest, submission=submission, now=timezone.now())

    def known(self, thing: Proposal) -> dict[str, str]:
        return {"company": thing.guest_company, "name": thing.guest_name, "email": thing.guest_email}
