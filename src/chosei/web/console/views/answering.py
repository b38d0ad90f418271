"""Answering a request for other times: new candidates in the same proposal, under the same URL.

A proposal that has expired goes on in the same way.
"""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from chosei.actions.composing import times_within
from chosei.actions.errors import Closed, InvalidInput, RoomsRefused
from chosei.actions.readjusting import AnswerInput, answer_readjustment
from chosei.core.states import PROPOSAL, CandidateState, ProposalEvent, ProposalState, can
from chosei.records import gates
from chosei.records.models import Member, Proposal
from chosei.web.console import reasons
from chosei.web.console.access import member_required, signed_in
from chosei.web.console.forms.answer import AnswerForm
from chosei.web.console.forms.candidates import (
    BaseCandidates,
    candidate_rows,
    filled_rows,
    nothing_wrong_yet,
    row_of,
)
from chosei.web.console.forms.common import add_refusals
from chosei.web.console.forms.proposal import usual_length
from chosei.web.console.forms.proposal_rooms import RoomOffer
from chosei.web.console.wishing import open_requests

ROOMS_ASKED = "rooms_asked"
"""The button that shows which rooms are free at the times typed by now, and sends nothing."""


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    member = signed_in(request)
    proposal = gates.proposal_for_member(member, pk)
    if not can(PROPOSAL, ProposalState(proposal.state), ProposalEvent.OFFER_AGAIN):
        messages.warning(request, reasons.closed(proposal.state))
        return redirect("console:proposal", proposal.pk)
    data = request.POST if request.method == "POST" else None
    form = AnswerForm(data, zone=member.zone, now=timezone.now())
    if data is None:
        rows = filled_rows(_wished(proposal, member), member.zone)
    else:
        rows = candidate_rows()(data, prefix="candidates", form_kwargs={"zone": member.zone})
    asked = data is not None and ROOMS_ASKED in data
    if asked:
        nothing_wrong_yet(form, rows)
    elif data is not None and form.is_valid() & rows.is_valid():
        done = _send(request, member, proposal, form, rows)
        if done is not None:
            return done
    form.offer_rooms(RoomOffer(member, proposal.room_min_capacity), rows.forms, now=timezone.now())
    context = {
        "proposal": proposal,
        "running": proposal.state == ProposalState.READJUSTMENT_REQUESTED,
        "form": form,
        "rows": rows,
        "requests": open_requests(proposal),
        "standing": proposal.candidates.filter(state=CandidateState.OPEN).select_related("room"),
    }
    part = asked and request.headers.get("HX-Request")
    return render(request, "console/parts/rooms_swap.html" if part else "console/answer.html", context)


def _wished(proposal: Proposal, member: Member) -> list[dict[str, str]]:
    """What the customer asked for, as rows to begin with: most answers are one of them."""
    now = timezone.now()
    wished = [time for one in open_requests(proposal) for time in one.times if time.start > now][:10]
    hosts = [host.member for host in proposal.hosts.select_related("member")]
    times = times_within(member, hosts, wished, usual_length(proposal), now=now, without=proposal)
    return [row_of(time, member.zone) for time in times]


def _send(
    request: HttpRequest, member: Member, proposal: Proposal, form: AnswerForm, rows: BaseCandidates
) -> HttpResponse | None:
    chosen = sorted(rows.rooms(), key=lambda one: one[0].start)
    wanted = AnswerInput(
        tuple(time for time, _choice in chosen),
        keep=form.cleaned_data["keep"],
        deadline=form.cleaned_data["deadline"],
        rooms=form.wishes(choice for _time, choice in chosen),
    )
    try:
        answer_readjustment(member, proposal, wanted, now=timezone.now())
    except InvalidInput as refused:
        codes = dict(refused.fields)
        if isinstance(refused, RoomsRefused):
            codes.pop("rooms")
            rows.refuse_rooms(refused)
        if "candidates" in codes:
            rows.refuse_times(codes.pop("candidates"), timezone.now())
        add_refusals(form, InvalidInput(**codes))
        return None
    except Closed as refused:
        messages.warning(request, reasons.closed(refused.reason))
    else:
        told = gettext("新しい候補日時をお客様にご案内します。")
        untold = gettext("新しい候補日時を加えました。URLをコピーしてお客様にお送りください。")
        messages.success(request, told if proposal.guest_email else untold)
    return redirect("console:proposal", proposal.pk)
