"""The composing page: who meets, candidates on their calendars, the customer, and how to send it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.forms.utils import ErrorDict
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from chosei.actions.composing import days_between
from chosei.actions.errors import InvalidInput
from chosei.actions.proposals import open_proposal
from chosei.core.states import ConnectionState
from chosei.core.walltime import local_date
from chosei.records import gates
from chosei.records.models import Member
from chosei.web.console import conflicts
from chosei.web.console.access import member_required, signed_in
from chosei.web.console.forms.candidates import MAX_ROWS, ROWS_AT_FIRST, BaseCandidates, candidate_rows
from chosei.web.console.forms.common import add_refusals, refusal
from chosei.web.console.forms.hosts import BUTTONS, HostPicker
from chosei.web.console.forms.proposal import DEFAULT_LENGTH, LENGTHS, SEND, ProposalForm
from chosei.web.console.views.calendar import week_json
from chosei.web.console.views.connections import live_connection

_SENT = "sent_proposals"
_REMEMBERED = 20
_UNCHECKED = ("more", "refresh", *BUTTONS)
"""Buttons that bring the page again with everything typed, and send nothing."""


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def new(request: HttpRequest) -> HttpResponse:
    member = signed_in(request)
    if request.method != "POST":
        picker = HostPicker(member, [member])
        form = ProposalForm(author=member, picker=picker, now=timezone.now())
        return _page(request, form, candidate_rows()(prefix="candidates", form_kwargs={"zone": member.zone}))
    picker = HostPicker.typed(request.POST, member)
    if any(name in request.POST for name in _UNCHECKED):
        return _page(request, *_as_typed(request, member, picker))
    form = ProposalForm(request.POST, author=member, picker=picker, now=timezone.now())
    rows = candidate_rows()(request.POST, prefix="candidates", form_kwargs={"zone": member.zone})
    done = _already_sent(request, member)
    if done is None and form.is_valid() & rows.is_valid():
        done = _send(request, member, form, rows)
    return done or _page(request, form, rows)


@require_safe
@member_required
def hosts(request: HttpRequest) -> HttpResponse:
    """The part of the page that chooses the hosts, after a button; or what the search found."""
    picker = HostPicker.typed(request.GET, signed_in(request))
    part = "found" if request.GET.get("part") == "found" else "swap"
    typed = {"web_meeting": "web_meeting" in request.GET}
    form = ProposalForm(author=picker.author, picker=picker, now=timezone.now(), initial=typed)
    return render(request, f"console/parts/hosts_{part}.html", {"picker": picker, "form": form})


def _send(
    request: HttpRequest, member: Member, form: ProposalForm, rows: BaseCandidates
) -> HttpResponse | None:
    """Open the proposal and go to its page; None when something has to be put right first."""
    send = request.POST.get("outcome") == SEND
    recipient_missing = send and not form.check_recipient()
    told = conflicts.teller(member, form.picker.members, rows.times())
    if rows.flag_conflicts(told) or recipient_missing:
        return None
    wanted = form.wanted(rows.times(), send=send)
    try:
        proposal = open_proposal(member, wanted, now=timezone.now())
    except InvalidInput as refused:
        codes = dict(refused.fields)
        if "candidates" in codes:
            rows.non_form_errors().append(refusal(codes.pop("candidates")))
        if "hosts" in codes:
            code = codes.pop("hosts")
            form.picker.error = (
                gettext("担当者を1人以上選んでください。") if code == "required" else refusal(code)
            )
        add_refusals(form, InvalidInput(**codes))
        return None
    _remember(request, str(form.cleaned_data["submission"]), proposal.pk)
    messages.success(request, _told(len(wanted.candidates), send=send))
    return redirect("console:proposal", proposal.pk)


def _told(count: int, *, send: bool) -> str:
    if send:
        return gettext("お客様にご案内をお送りします。")
    return ngettext(
        "%(count)d件の候補で日程調整URLを発行しました。コピーしてお客様にお送りください。",
        "%(count)d件の候補で日程調整URLを発行しました。コピーしてお客様にお送りください。",
        count,
    ) % {"count": count}


def _as_typed(
    request: HttpRequest, member: Member, picker: HostPicker
) -> tuple[ProposalForm, BaseCandidates]:
    """The same page with everything typed, unchecked: for a browser without script."""
    typed = request.POST.copy()
    try:
        total = max(int(typed.get("candidates-TOTAL_FORMS", "")), 0)
    except ValueError:
        total = 0
    more = ROWS_AT_FIRST if "more" in typed else 0
    typed["candidates-TOTAL_FORMS"] = str(min(total + more, MAX_ROWS))
    form = ProposalForm(typed, author=member, picker=picker, now=timezone.now())
    rows = candidate_rows()(typed, prefix="candidates", form_kwargs={"zone": member.zone})
    for checked in (form, *rows.forms):
        vars(checked)["_errors"] = ErrorDict()  # nothing was sent, so nothing is wrong yet
    vars(rows).update(_errors=[], _non_form_errors=rows.error_class())
    return form, rows


def _page(request: HttpRequest, form: ProposalForm, rows: BaseCandidates) -> HttpResponse:
    author, picker = form.author, form.picker
    connection = live_connection(author)
    today = local_date(timezone.now(), author.zone)
    monday = today - timedelta(days=today.weekday())
    week = days_between(monday, monday + timedelta(days=7), author.zone)
    context: dict[str, Any] = {
        "form": form,
        "rows": rows,
        "picker": picker,
        "max_rows": MAX_ROWS,
        "connection": connection,
        "connected": connection is not None and connection.state == ConnectionState.ACTIVE,
        "lengths": LENGTHS,
        "default_length": DEFAULT_LENGTH,
        "today": today,
        "first_week": {"monday": monday.isoformat(), **week_json(author, picker.members, week)},
    }
    return render(request, "console/compose.html", context)


def _already_sent(request: HttpRequest, member: Member) -> HttpResponse | None:
    """A form that was sent twice leads to the proposal it made, and makes no second one."""
    known: dict[str, int] = request.session.get(_SENT, {})
    made = known.get(request.POST.get("submission", ""))
    if made is None:
        return None
    return redirect("console:proposal", gates.proposal_for_member(member, made).pk)


def _remember(request: HttpRequest, submission: str, proposal_id: int) -> None:
    known: dict[str, int] = request.session.get(_SENT, {})
    request.session[_SENT] = dict([*known.items(), (submission, proposal_id)][-_REMEMBERED:])
