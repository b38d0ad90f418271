"""What the buttons of the composing page do."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext, ngettext

from chosei.actions.composing import find_times
from chosei.actions.errors import Closed, InvalidInput, RoomsRefused
from chosei.actions.proposal_changes import change_proposal, save_draft
from chosei.actions.proposals import open_proposal
from chosei.actions.templates import save_template
from chosei.core.states import ProposalState
from chosei.records.models import Member, Proposal
from chosei.web.console import conflicts, reasons
from chosei.web.console.forms.candidates import (
    MAX_ROWS,
    ROWS_AT_FIRST,
    BaseCandidates,
    candidate_rows,
    nothing_wrong_yet,
    row_of,
)
from chosei.web.console.forms.common import add_refusals, refusal
from chosei.web.console.forms.hosts import BUTTONS, HostPicker
from chosei.web.console.forms.proposal import DEFAULT_LENGTH, ProposalForm
from chosei.web.console.views.calendar import found_note

SEND, LINK, DRAFT, TEMPLATE, SAVE, TELL = "send", "link", "draft", "template", "save", "tell"
"""Values of the button ``outcome``. TELL saves a change and mails it to the customer."""
UNCHECKED = ("more", "refresh", "find_times", "rooms_apply", *BUTTONS)
"""Buttons that bring the page again with everything typed, and send nothing."""
_ROW = ("day", "start", "end")


@dataclass(frozen=True, slots=True)
class Composition:
    """A page under way. ``proposal``: the draft or the running proposal that it is about, if any."""

    member: Member
    form: ProposalForm
    rows: BaseCandidates
    proposal: Proposal | None = None

    @property
    def running(self) -> bool:
        return self.proposal is not None and self.proposal.state != ProposalState.DRAFT


def carry_out(request: HttpRequest, page: Composition) -> HttpResponse | None:
    """Do what the button says and go on; None when something has to be put right first."""
    outcome = request.POST.get("outcome", "")
    page.rows.may_be_empty = outcome in (DRAFT, TEMPLATE)
    if not page.form.is_valid() & page.rows.is_valid():
        return None
    try:
        if outcome == DRAFT and not page.running:
            return _keep(request, page)
        if outcome == TEMPLATE:
            _keep_template(request, page)
            return None
        if not _fit_to_send(page, send=outcome in (SEND, TELL)):
            return None
        if page.running:
            return _change(request, page, tell=outcome == TELL)
        return _send(request, page, send=outcome == SEND)
    except InvalidInput as refused:
        _show(page, refused)
    except Closed as refused:
        messages.warning(request, reasons.closed(refused.reason))
        if page.proposal is not None:
            changed = refused.reason == "changed_meanwhile"
            return redirect("console:proposal-edit" if changed else "console:proposal", page.proposal.pk)
    return None


def _fit_to_send(page: Composition, *, send: bool) -> bool:
    missing = send and not page.form.check_recipient()
    edited = page.proposal if page.running else None
    told = conflicts.teller(page.member, page.form.picker.members, page.rows.times(), edited=edited)
    return not (page.rows.flag_conflicts(told) or missing)


def _send(request: HttpRequest, page: Composition, *, send: bool) -> HttpResponse:
    wanted = page.form.wanted(page.rows.rooms(), send=send)
    proposal = open_proposal(page.member, wanted, now=timezone.now(), draft=page.proposal)
    messages.success(request, _told(len(wanted.candidates), send=send))
    return redirect("console:proposal", proposal.pk)


def _change(request: HttpRequest, page: Composition, *, tell: bool) -> HttpResponse:
    assert page.proposal is not None
    wanted = page.form.wanted(page.rows.rooms(), send=tell)
    seen = page.form.cleaned_data["seen"]
    change_proposal(page.member, page.proposal, wanted, seen=-1 if seen is None else seen, now=timezone.now())
    if tell:
        messages.success(request, gettext("変更を保存しました。お客様に新しい候補日時をご案内します。"))
    else:
        messages.success(request, gettext("変更を保存しました。お客様のページにも反映されます。"))
    return redirect("console:proposal", page.proposal.pk)


def _keep(request: HttpRequest, page: Composition) -> HttpResponse:
    wanted = page.form.wanted(page.rows.rooms(), send=False)
    draft = save_draft(page.member, wanted, now=timezone.now(), draft=page.proposal)
    messages.success(request, gettext("下書きを保存しました。"))
    return redirect("console:proposal-edit", draft.pk)


def _keep_template(request: HttpRequest, page: Composition) -> None:
    """Stays on the page: what was entered is not sent yet."""
    minutes = request.POST.get("minutes", "")
    rooms = [choice for _time, choice in page.rows.rooms()]
    wanted = page.form.template(int(minutes) if minutes.isdecimal() else 60, rooms)
    template = save_template(page.member, wanted)
    messages.success(request, gettext("ひな形「%(name)s」を保存しました。") % {"name": template.name})


def _show(page: Composition, refused: InvalidInput) -> None:
    codes = dict(refused.fields)
    if isinstance(refused, RoomsRefused):
        codes.pop("rooms")
        page.rows.refuse_rooms(refused)
    if "candidates" in codes:
        page.rows.refuse_times(codes.pop("candidates"), timezone.now())
    if "hosts" in codes:
        code = codes.pop("hosts")
        nobody = gettext("担当者を1人以上選んでください。")
        page.form.picker.error = nobody if code == "no_host" else refusal(code)
    add_refusals(page.form, InvalidInput(**codes), {"name": "kept_as"})


def _told(count: int, *, send: bool) -> str:
    if send:
        return gettext("お客様にご案内をお送りします。")
    return ngettext(
        "%(count)d件の候補で日程調整URLを発行しました。コピーしてお客様にお送りください。",
        "%(count)d件の候補で日程調整URLを発行しました。コピーしてお客様にお送りください。",
        count,
    ) % {"count": count}


def as_typed(
    request: HttpRequest, member: Member, picker: HostPicker, proposal: Proposal | None
) -> Composition:
    """The same page with everything typed, unchecked: for a browser without script."""
    typed = request.POST.copy()
    try:
        total = max(int(typed.get("candidates-TOTAL_FORMS", "")), 0)
    except ValueError:
        total = 0
    more = ROWS_AT_FIRST if "more" in typed else 0
    typed["candidates-TOTAL_FORMS"] = str(min(total + more, MAX_ROWS))
    if "rooms_apply" in typed:
        for number in range(int(str(typed["candidates-TOTAL_FORMS"]))):
            typed[f"candidates-{number}-room"] = typed.get("rooms", "")
        typed["rooms"] = ""
    page = _unchecked(typed, member, picker, proposal)
    if "find_times" in typed and picker.members:
        _fill(request, typed, page)
        page = _unchecked(typed, member, picker, proposal)
    return page


def _unchecked(
    typed: QueryDict, member: Member, picker: HostPicker, proposal: Proposal | None
) -> Composition:
    form = ProposalForm(typed, author=member, picker=picker, now=timezone.now())
    rows = candidate_rows()(typed, prefix="candidates", form_kwargs={"zone": member.zone})
    nothing_wrong_yet(form, rows)
    return Composition(member, form, rows, proposal)


def _fill(request: HttpRequest, typed: QueryDict, page: Composition) -> None:
    """Put what the finder proposes into empty rows, and say what it could not do."""
    minutes = typed.get("minutes", "")
    found = find_times(
        page.member,
        page.form.picker.members,
        int(minutes) if minutes.isdecimal() and 0 < int(minutes) <= 24 * 60 else DEFAULT_LENGTH,
        now=timezone.now(),
        taken=page.rows.times(),
        without=page.proposal if page.running else None,
    )
    number = 0
    for time in found.times:
        while any(typed.get(f"candidates-{number}-{name}") for name in _ROW):
            number += 1
        if number >= MAX_ROWS:
            break
        for name, text in row_of(time, page.member.zone).items():
            typed[f"candidates-{number}-{name}"] = text
    total = max(len(page.rows.forms), min(number + 1, MAX_ROWS))
    typed["candidates-TOTAL_FORMS"] = str(total)
    if note := found_note(found):
        messages.info(request, note)


def already_sent(member: Member, submission: str) -> HttpResponse | None:
    """A form that was sent twice leads to the proposal it made, and makes no second one."""
    try:
        made = Proposal.objects.filter(author=member, submission=UUID(submission)).first()
    except ValueError:
        return None  # the form says what is wrong with it
    return redirect("console:proposal", made.pk) if made is not None else None
