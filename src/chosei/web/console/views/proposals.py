"""日程調整: the list, one proposal with all that happened, and taking it back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import Prefetch, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from chosei.actions.errors import Closed
from chosei.actions.proposals import withdraw_proposal
from chosei.core.states import PROPOSAL, AppointmentState, CandidateState, ProposalEvent, ProposalState, can
from chosei.mails.links import proposal_url
from chosei.mails.paste import paste_text
from chosei.records import gates
from chosei.records.models import Appointment, Candidate, Member, Proposal
from chosei.web.console import reasons, status, words
from chosei.web.console.access import member_required, signed_in
from chosei.web.console.listing import newest_of
from chosei.web.console.searching import Search, proposal_states, proposals_found
from chosei.web.console.timeline import happened
from chosei.web.console.web_meetings import tool_of
from chosei.web.console.wishing import open_requests
from chosei.web.console.words import Word

RUNNING = (ProposalState.OPEN, ProposalState.READJUSTMENT_REQUESTED)


@dataclass(frozen=True, slots=True)
class ProposalRow:
    """A proposal in a list; ``next_time`` is when its appointment takes place, else the next candidate."""

    proposal: Proposal
    word: Word
    next_time: Candidate | Appointment | None
    running: bool


def proposal_row(proposal: Proposal) -> ProposalRow:
    """Needs candidates and appointments prefetched: an appointment may have moved or been cancelled."""
    now, state = timezone.now(), ProposalState(proposal.state)
    made = next(iter(proposal.appointments.all()), None)
    word = _word(proposal, made)
    if made is not None:
        return ProposalRow(proposal, word, made, running=False)
    coming = (one for one in proposal.candidates.all() if one.starts_at > now)
    offered = next((one for one in coming if one.state == CandidateState.OPEN), None)
    return ProposalRow(proposal, word, offered, state in RUNNING)


def _word(proposal: Proposal, made: Appointment | None) -> Word:
    if made is not None and made.state == AppointmentState.CANCELLED:
        return words.APPOINTMENT[AppointmentState.CANCELLED]
    return words.PROPOSAL[ProposalState(proposal.state)]


@require_safe
@member_required
def listing(request: HttpRequest) -> HttpResponse:
    member = signed_in(request)
    search = Search.of(member, request.GET)
    shown = Proposal.objects.defer("guest_grams").select_related("author").prefetch_related(*_times())
    found = newest_of(proposals_found(search), shown, request.GET.get("after", ""))
    context = {
        "rows": [proposal_row(proposal) for proposal in found.rows],
        "after": found.after,
        "later": "after" in request.GET,
        "member": member,
        "search": search,
        "states": proposal_states(),
        "query": search.query(),
    }
    return render(request, "console/proposals.html", context)


@require_safe
@member_required
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    proposal = gates.proposal_for_member(signed_in(request), pk)
    if proposal.state == ProposalState.DRAFT:
        return redirect("console:proposal-edit", proposal.pk)
    language = proposal.guest_language if proposal.guest_language in ("ja", "en") else "ja"
    context = {
        **_facts(proposal),
        "url": proposal_url(proposal),
        "paste": paste_text(proposal, language),
        "may_answer": proposal.state in (ProposalState.READJUSTMENT_REQUESTED, ProposalState.EXPIRED),
        "requests": open_requests(proposal),
        "may_withdraw": can(PROPOSAL, ProposalState(proposal.state), ProposalEvent.WITHDRAW),
        "format": words.FORMAT.get(proposal.format, proposal.format),  # type: ignore[call-overload]
        "tool": tool_of(proposal),
        "hosts": [host.member for host in proposal.hosts.select_related("member")],
    }
    return render(request, "console/proposal.html", context)


@require_safe
@member_required
def progress(request: HttpRequest, pk: int) -> HttpResponse:
    """The part of the page that changes by itself."""
    proposal = gates.proposal_for_member(signed_in(request), pk)
    return render(request, "console/proposal_progress.html", {**_facts(proposal), "swapped": True})


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def withdrawal(request: HttpRequest, pk: int) -> HttpResponse:
    member = signed_in(request)
    proposal = gates.proposal_for_member(member, pk)
    if request.method == "POST":
        try:
            withdraw_proposal(member, proposal, now=timezone.now())
        except Closed as refused:
            messages.warning(request, reasons.closed(refused.reason))
        else:
            messages.success(request, gettext("日程調整を取り下げました。"))
        return redirect("console:proposal", proposal.pk)
    if not can(PROPOSAL, ProposalState(proposal.state), ProposalEvent.WITHDRAW):
        return redirect("console:proposal", proposal.pk)
    return render(request, "console/withdrawal.html", {"proposal": proposal})


def running_of(member: Member) -> list[ProposalRow]:
    """The running proposals that the member sent or attends, those that end first at the top."""
    own = Q(author=member) | Q(hosts__member=member)
    rows = gates.proposals_of(member).filter(own, state__in=RUNNING).distinct()
    return [proposal_row(one) for one in rows.prefetch_related(*_times()).order_by("deadline", "pk")[:5]]


def _times() -> list[Prefetch[str]]:
    candidates = Candidate.objects.order_by("starts_at", "id")
    made = Appointment.objects.only("id", "proposal_id", "state", "starts_at", "ends_at").order_by("-id")
    return [Prefetch("candidates", queryset=candidates), Prefetch("appointments", queryset=made)]


def _facts(proposal: Proposal) -> dict[str, Any]:
    state = ProposalState(proposal.state)
    made = proposal.appointments.order_by("-id").first()
    return {
        "proposal": proposal,
        "word": _word(proposal, made),
        "running": state in RUNNING,
        "candidates": status.candidate_statuses(proposal),
        "holds": status.hold_progress(proposal),
        "mails": status.mail_statuses(proposal.mails.order_by("id")),
        "timeline": happened(proposal.timeline.select_related("member").order_by("-at", "-id")),
        "appointment": made,
        "moves": status.proposal_moves(proposal),
    }
