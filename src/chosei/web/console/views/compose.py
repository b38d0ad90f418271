"""The composing page: who meets, when, and the customer; new, from a draft, or while it runs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chosei.actions.composing import days_between
from chosei.actions.errors import Closed
from chosei.actions.proposal_changes import discard_draft
from chosei.actions.templates import remove_template
from chosei.core.states import CandidateState, ConnectionState, ProposalState
from chosei.core.walltime import local_date
from chosei.records import gates
from chosei.records.models import Candidate, Member, Proposal, ProposalTemplate
from chosei.web.console import reasons
from chosei.web.console.access import member_required, signed_in
from chosei.web.console.composing import UNCHECKED, Composition, already_sent, as_typed, carry_out
from chosei.web.console.forms.candidates import MAX_ROWS, candidate_rows, shown_rows
from chosei.web.console.forms.hosts import HostPicker
from chosei.web.console.forms.proposal import (
    DEFAULT_LENGTH,
    LENGTHS,
    ProposalForm,
    copy_initial,
    proposal_initial,
    template_initial,
    usual_length,
)
from chosei.web.console.forms.proposal_rooms import RoomOffer
from chosei.web.console.providers import live_connection
from chosei.web.console.views.calendar import week_json
from chosei.web.console.views.proposals import RUNNING
from chosei.web.console.wishing import open_requests

SCRIPTS = ("cursor", "dates", "feed", "gestures", "grid", "row", "week")
"""What compose.js imports: asked for with the page, not one after another."""


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def new(request: HttpRequest) -> HttpResponse:
    member = signed_in(request)
    if request.method == "POST":
        return _posted(request, member, None)
    picker, initial = HostPicker(member, [member]), {}
    length = DEFAULT_LENGTH
    if "template" in request.GET:
        template = gates.template_for_member(member, gates.number(request.GET["template"]))
        picker = HostPicker.of(member, template.host_ids)
        initial, length = template_initial(template, member.zone, timezone.now()), template.minutes
    elif "copy" in request.GET:
        copied = gates.proposal_for_member(member, gates.number(request.GET["copy"]))
        picker = HostPicker.of(member, _host_ids(copied))
        initial, length = copy_initial(copied), usual_length(copied)
    form = ProposalForm(author=member, picker=picker, now=timezone.now(), initial=initial)
    rows = candidate_rows()(prefix="candidates", form_kwargs={"zone": member.zone})
    return _page(request, Composition(member, form, rows), length=length)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """A draft, or a proposal that runs."""
    member = signed_in(request)
    proposal = gates.proposal_for_member(member, pk)
    if proposal.state != ProposalState.DRAFT and proposal.state not in RUNNING:
        messages.warning(request, reasons.closed(proposal.state))
        return redirect("console:proposal", proposal.pk)
    if request.method == "POST":
        return _posted(request, member, proposal)
    picker = HostPicker.of(member, _host_ids(proposal))
    initial = proposal_initial(proposal, member.zone)
    zone = "" if proposal.state == ProposalState.DRAFT else proposal.zone
    form = ProposalForm(author=member, picker=picker, now=timezone.now(), initial=initial, zone=zone)
    rows = shown_rows(proposal.candidates.filter(state=CandidateState.OPEN), member.zone)
    return _page(request, Composition(member, form, rows, proposal), length=usual_length(proposal))


@require_safe
@member_required
def hosts(request: HttpRequest) -> HttpResponse:
    """The part of the page that chooses the hosts, after a button; or what the search found."""
    picker = HostPicker.typed(request.GET, signed_in(request))
    part = "found" if request.GET.get("part") == "found" else "swap"
    typed = {
        "web_meeting": "web_meeting" in request.GET,
        "web_service": request.GET.get("web_service", "")[:16],
    }
    form = ProposalForm(author=picker.author, picker=picker, now=timezone.now(), initial=typed)
    return render(request, f"console/parts/hosts_{part}.html", {"picker": picker, "form": form})


@require_POST
@member_required
def rooms(request: HttpRequest) -> HttpResponse:
    """The part of the page that chooses rooms, for the times typed by now. Nothing is changed."""
    member = signed_in(request)
    edited = request.GET.get("proposal", "")
    proposal = gates.proposal_for_member(member, gates.number(edited)) if edited else None
    shown = as_typed(request, member, HostPicker.typed(request.POST, member), proposal)
    _offer_rooms(shown)
    context = {
        "form": shown.form,
        "rows": shown.rows,
        "applied": "rooms_apply" in request.POST,
        "rooms_address": request.get_full_path(),
    }
    return render(request, "console/parts/rooms_swap.html", context)


@require_POST
@member_required
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    proposal = gates.proposal_for_member(signed_in(request), pk)
    try:
        discard_draft(proposal)
    except Closed as refused:
        messages.warning(request, reasons.closed(refused.reason))
        return redirect("console:proposal", proposal.pk)
    messages.success(request, gettext("下書きを削除しました。"))
    return redirect("console:proposals")


@require_POST
@member_required
def template_removal(request: HttpRequest, pk: int) -> HttpResponse:
    remove_template(gates.template_for_member(signed_in(request), pk))
    messages.success(request, gettext("ひな形を削除しました。"))
    return redirect("console:proposal-new")


def _posted(request: HttpRequest, member: Member, proposal: Proposal | None) -> HttpResponse:
    picker = HostPicker.typed(request.POST, member)
    if any(name in request.POST for name in UNCHECKED):
        return _page(request, as_typed(request, member, picker, proposal))
    zone = proposal.zone if proposal and proposal.state in RUNNING else ""
    form = ProposalForm(request.POST, author=member, picker=picker, now=timezone.now(), zone=zone)
    rows = candidate_rows()(request.POST, prefix="candidates", form_kwargs={"zone": member.zone})
    composition = Composition(member, form, rows, proposal)
    submission = request.POST.get("submission", "")
    done = already_sent(member, submission) or carry_out(request, composition)
    # Sent twice in one breath: the times of the second are taken by the first.
    return done or already_sent(member, submission) or _page(request, composition)


def _page(request: HttpRequest, shown: Composition, *, length: int = DEFAULT_LENGTH) -> HttpResponse:
    author, picker, proposal = shown.member, shown.form.picker, shown.proposal
    _offer_rooms(shown)
    connection = live_connection(author)
    today = local_date(timezone.now(), author.zone)
    monday = today - timedelta(days=today.weekday())
    week = days_between(monday, monday + timedelta(days=7), author.zone)
    running = proposal is not None and proposal.state in RUNNING
    edited = proposal if running else None
    typed = request.POST.get("minutes", "")
    context: dict[str, Any] = {
        "form": shown.form,
        "rooms_address": reverse("console:proposal-rooms") + (f"?proposal={edited.pk}" if edited else ""),
        "rows": shown.rows,
        "picker": picker,
        "proposal": proposal,
        "running": running,
        "requests": open_requests(edited) if edited else [],
        "max_rows": MAX_ROWS,
        "connection": connection,
        "connected": connection is not None and connection.state == ConnectionState.ACTIVE,
        "lengths": sorted({*LENGTHS, length}),
        "length": int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 5 else length,
        "today": today,
        "scripts": SCRIPTS,
        "templates": ProposalTemplate.objects.filter(owner=author),
        "first_week": {"monday": monday.isoformat(), **week_json(author, picker.members, week, edited)},
    }
    return render(request, "console/compose.html", context)


def _offer_rooms(shown: Composition) -> None:
    held: list[Candidate] = []
    if shown.proposal is not None and shown.running:
        held = list(shown.proposal.candidates.filter(state=CandidateState.OPEN, room__isnull=False))
    offer = RoomOffer(shown.member, shown.form.people, held)
    shown.form.offer_rooms(offer, shown.rows.forms, now=timezone.now())


def _host_ids(proposal: Proposal) -> list[int]:
    return list(proposal.hosts.values_list("member_id", flat=True))
