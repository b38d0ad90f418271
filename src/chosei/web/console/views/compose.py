"""The composing page: candidates on a calendar, the meeting, the customer, and one of two ways to send it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.forms.utils import ErrorDict
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_http_methods

from chosei.actions.errors import InvalidInput
from chosei.actions.offers import calendar_of
from chosei.actions.proposals import open_proposal
from chosei.core.intervals import Interval
from chosei.core.states import ConnectionState
from chosei.core.walltime import local_date
from chosei.records import gates
from chosei.records.models import Connection, Member
from chosei.web.console.access import member_required, signed_in
from chosei.web.console.forms.candidates import MAX_ROWS, ROWS_AT_FIRST, BaseCandidates, candidate_rows
from chosei.web.console.forms.common import add_refusals, refusal
from chosei.web.console.forms.proposal import DEFAULT_LENGTH, LENGTHS, SEND, ProposalForm
from chosei.web.console.views.calendar import blocks_time
from chosei.web.console.views.connections import live_connection

_SENT = "sent_proposals"
_REMEMBERED = 20


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def new(request: HttpRequest) -> HttpResponse:
    member = signed_in(request)
    connection = live_connection(member)
    data = request.POST if request.method == "POST" else None
    form = ProposalForm(data, author=member, connection=connection, now=timezone.now())
    rows = candidate_rows()(data, prefix="candidates", form_kwargs={"zone": member.zone})
    if data is not None:
        if "more" in data:
            return _page(request, connection, *_with_more_rows(request, member, connection))
        done = _already_sent(request, member)
        if done is None and form.is_valid() & rows.is_valid():
            done = _send(request, member, form, rows)
        if done is not None:
            return done
    return _page(request, connection, form, rows)


def _send(
    request: HttpRequest, member: Member, form: ProposalForm, rows: BaseCandidates
) -> HttpResponse | None:
    """Open the proposal and go to its page; None when something has to be put right first."""
    send = request.POST.get("outcome") == SEND
    recipient_missing = send and not form.check_recipient()
    if rows.flag_conflicts(_busy(member, rows.times())) or recipient_missing:
        return None
    wanted = form.wanted(rows.times(), send=send)
    try:
        proposal = open_proposal(member, wanted, now=timezone.now())
    except InvalidInput as refused:
        codes = dict(refused.fields)
        if "candidates" in codes:
            rows.non_form_errors().append(refusal(codes.pop("candidates")))
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


def _busy(member: Member, times: list[Interval]) -> list[Interval]:
    """What stands in the author's calendar around these times, as far as it is known."""
    if not times:
        return []
    window = Interval(min(time.start for time in times), max(time.end for time in times))
    view = calendar_of(member, member, window, now=timezone.now())
    return [
        Interval(block.start, block.end)
        for block in view.blocks
        if blocks_time(block) and block.end > block.start
    ]


def _with_more_rows(
    request: HttpRequest, member: Member, connection: Connection | None
) -> tuple[ProposalForm, BaseCandidates]:
    """The same page with everything typed, unchecked, and more empty rows: for a browser without script."""
    typed = request.POST.copy()
    try:
        total = int(typed.get("candidates-TOTAL_FORMS", ""))
    except ValueError:
        total = 0
    typed["candidates-TOTAL_FORMS"] = str(min(max(total, 0) + ROWS_AT_FIRST, MAX_ROWS))
    form = ProposalForm(typed, author=member, connection=connection, now=timezone.now())
    rows = candidate_rows()(typed, prefix="candidates", form_kwargs={"zone": member.zone})
    for checked in (form, *rows.forms):
        vars(checked)["_errors"] = ErrorDict()  # nothing was sent, so nothing is wrong yet
    vars(rows).update(_errors=[], _non_form_errors=rows.error_class())
    return form, rows


def _page(
    request: HttpRequest, connection: Connection | None, form: ProposalForm, rows: BaseCandidates
) -> HttpResponse:
    context: dict[str, Any] = {
        "form": form,
        "rows": rows,
        "max_rows": MAX_ROWS,
        "connection": connection,
        "connected": connection is not None and connection.state == ConnectionState.ACTIVE,
        "lengths": LENGTHS,
        "default_length": DEFAULT_LENGTH,
        "today": local_date(timezone.now(), form.author.zone),
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
