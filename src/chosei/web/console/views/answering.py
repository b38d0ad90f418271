"""Answering a request for other times: new candidates in the same proposal, under the same URL.

A proposal that has expired goes on in the same way.
"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from chosei.actions.errors import Closed, InvalidInput
from chosei.actions.readjusting import AnswerInput, answer_readjustment
from chosei.core.intervals import Interval
from chosei.core.states import PROPOSAL, ProposalEvent, ProposalState, can
from chosei.core.walltime import zone_of
from chosei.records import gates
from chosei.records.models import Member, Proposal
from chosei.web.console import words
from chosei.web.console.access import member_required, signed_in
from chosei.web.console.forms.answer import AnswerForm
from chosei.web.console.forms.candidates import BaseCandidates, candidate_rows
from chosei.web.console.forms.common import add_refusals, refusal
from chosei.web.console.wishing import open_requests


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    member = signed_in(request)
    proposal = gates.proposal_for_member(member, pk)
    if not can(PROPOSAL, ProposalState(proposal.state), ProposalEvent.OFFER_AGAIN):
        messages.warning(request, words.closed(proposal.state))
        return redirect("console:proposal", proposal.pk)
    data = request.POST if request.method == "POST" else None
    form = AnswerForm(data, zone=member.zone, now=timezone.now())
    initial = None if data is not None else _wished(proposal, member)
    rows = candidate_rows()(data, prefix="candidates", initial=initial, form_kwargs={"zone": member.zone})
    if data is not None and form.is_valid() & rows.is_valid():
        done = _send(request, member, proposal, form, rows)
        if done is not None:
            return done
    context = {
        "proposal": proposal,
        "form": form,
        "rows": rows,
        "requests": open_requests(proposal),
        "standing": proposal.candidates.filter(state="open"),
    }
    return render(request, "console/answer.html", context)


def _wished(proposal: Proposal, member: Member) -> list[dict[str, Any]]:
    """The times the customer asked for, as rows to begin with: most answers are one of them."""
    spans: list[Interval] = [time for one in open_requests(proposal) for time in one.times]
    rows = []
    for span in spans[:10]:
        start, end = (at.astimezone(zone_of(member.zone)) for at in (span.start, span.end))
        if span.start > timezone.now():
            rows.append({"day": start.date(), "start": start.time(), "end": end.time()})
    return rows


def _send(
    request: HttpRequest, member: Member, proposal: Proposal, form: AnswerForm, rows: BaseCandidates
) -> HttpResponse | None:
    times = tuple(sorted(rows.times(), key=lambda one: one.start))
    wanted = AnswerInput(times, keep=form.cleaned_data["keep"], deadline=form.cleaned_data["deadline"])
    try:
        answer_readjustment(member, proposal, wanted, now=timezone.now())
    except InvalidInput as refused:
        codes = dict(refused.fields)
        if "candidates" in codes:
            rows.non_form_errors().append(refusal(codes.pop("candidates")))
        add_refusals(form, InvalidInput(**codes))
        return None
    except Closed as refused:
        messages.warning(request, words.closed(refused.reason))
    else:
        told = gettext("新しい候補日時をお客様にご案内します。")
        untold = gettext("新しい候補日時を加えました。URLをコピーしてお客様にお送りください。")
        messages.success(request, told if proposal.guest_email else untold)
    return redirect("console:proposal", proposal.pk)
