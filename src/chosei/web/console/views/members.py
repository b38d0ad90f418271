"""社員情報: the people of the organisation, for administrators alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chosei.actions.errors import ActionError, Closed, InvalidInput
from chosei.actions.handover import HandedOver, hand_over
from chosei.actions.limits import within_limit
from chosei.actions.members import change_member, invite_again, invite_member, remove_member, return_member
from chosei.records import admin_gates
from chosei.records.models import Member, Role
from chosei.web.console import reasons, words
from chosei.web.console.access import member_required, signed_in
from chosei.web.console.forms.common import add_refusals, refusal
from chosei.web.console.forms.members import MemberForm, SuccessorForm
from chosei.web.console.leaving import counted, left_by
from chosei.web.console.listing import by_id
from chosei.web.console.providers import places_of

INVITATIONS_PER_HOUR = 100


@require_safe
@member_required
def listing(request: HttpRequest) -> HttpResponse:
    rows = admin_gates.members_of(signed_in(request))
    wanted = request.GET.get("q", "").strip()[:120]
    if wanted:
        rows = rows.filter(Q(name__icontains=wanted) | Q(email__icontains=wanted))
    found = by_id(rows, request.GET.get("after", ""))
    context = {
        "rows": [(one, words.ROLE[Role(one.role)], words.standing(one)) for one in found.rows],
        "wanted": wanted,
        "query": f"{urlencode({'q': wanted})}&" if wanted else "",
        "after": found.after,
        "later": "after" in request.GET,
    }
    return render(request, "console/members.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def new(request: HttpRequest) -> HttpResponse:
    administrator = signed_in(request)
    admin_gates.members_of(administrator)
    organization = administrator.organization
    initial = {"role": Role.MEMBER, "language": organization.language, "zone": organization.zone}
    form = MemberForm(request.POST or None, initial=initial)
    sent = request.method == "POST" and form.is_valid() and _may_invite(request, administrator)
    if sent and _tried(form, lambda: invite_member(administrator, form.wanted())):
        messages.success(request, gettext("社員を登録し、招待のメールを送りました。"))
        return redirect("console:members")
    return render(request, "console/member.html", {"form": form})


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    administrator = signed_in(request)
    member = admin_gates.member_for_administrator(administrator, pk)
    initial = {name: getattr(member, name) for name in ("name", "email", "role", "language", "zone")}
    form = MemberForm(request.POST or None, initial=initial)
    sent = request.method == "POST" and form.is_valid()
    if sent and _tried(form, lambda: change_member(administrator, member, form.wanted())):
        messages.success(request, gettext("保存しました。"))
        return redirect("console:members")
    context = {"form": form, "about": member, "word": words.standing(member)}
    return render(request, "console/member.html", context)


@require_POST
@member_required
def invitation(request: HttpRequest, pk: int) -> HttpResponse:
    """The mail once more, for somebody who has not set a password yet."""
    administrator = signed_in(request)
    member = admin_gates.member_for_administrator(administrator, pk)
    if not _may_invite(request, administrator):
        return redirect("console:member", pk=pk)
    try:
        invite_again(administrator, member)
    except Closed as refused:
        messages.error(request, reasons.closed(refused.reason))
    else:
        messages.success(request, gettext("招待のメールを、もう一度送りました。"))
    return redirect("console:member", pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def removal(request: HttpRequest, pk: int) -> HttpResponse:
    """Out of 社員情報; who attends instead is chosen here as well."""
    administrator = signed_in(request)
    member = admin_gates.member_for_administrator(administrator, pk)
    form = SuccessorForm(request.POST if request.method == "POST" else None, member=member)
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                handed = _handed(administrator, member, form)
                remove_member(administrator, member, now=timezone.now())
        except InvalidInput as refused:
            messages.error(request, refusal(next(iter(refused.fields.values()))))
        except Closed as refused:
            messages.error(request, reasons.closed(refused.reason))
        else:
            told = gettext("%(name)sさんを社員情報から外しました。") % {"name": member.name}
            messages.success(request, told)
            _tell_of_handover(request, handed)
            return redirect("console:home" if member.pk == administrator.pk else "console:members")
        return redirect("console:member", pk=pk)
    return render(request, "console/member_removal.html", _leaving(administrator, member, form))


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def handover(request: HttpRequest, pk: int) -> HttpResponse:
    """引き継ぎ: others attend, while the member stays an employee; as when their licence has gone."""
    administrator = signed_in(request)
    member = admin_gates.member_for_administrator(administrator, pk)
    form = SuccessorForm(request.POST if request.method == "POST" else None, member=member)
    if request.method == "POST" and form.is_valid():
        try:
            handed = _handed(administrator, member, form)
        except InvalidInput as refused:
            messages.error(request, refusal(next(iter(refused.fields.values()))))
        except Closed as refused:
            messages.error(request, reasons.closed(refused.reason))
        else:
            _tell_of_handover(request, handed)
        return redirect("console:member", pk=pk)
    return render(request, "console/member_handover.html", _leaving(administrator, member, form))


def _handed(administrator: Member, member: Member, form: SuccessorForm) -> HandedOver:
    """Raises InvalidInput, Closed."""
    ends = bool(form.cleaned_data["end_rest"])
    return hand_over(administrator, member, form.successor(), now=timezone.now(), end_rest=ends)


def _leaving(administrator: Member, member: Member, form: SuccessorForm) -> dict[str, Any]:
    return {
        "about": member,
        "place": places_of(member),
        "left": left_by(administrator, member),
        "form": form,
    }


def _tell_of_handover(request: HttpRequest, handed: HandedOver) -> None:
    if handed.taken:
        sentence = gettext("%(things)sを引き継ぎました。")
        messages.success(request, sentence % {"things": counted(handed.taken)})
    if handed.ended:
        sentence = gettext("%(things)sを終了しました。")
        messages.info(request, sentence % {"things": counted(handed.ended)})
    if handed.left:
        sentence = gettext("%(things)sは引き継げませんでした。「予定の引き継ぎ」で、引き継ぐ方を選べます。")
        messages.warning(request, sentence % {"things": counted(handed.left)})


@require_POST
@member_required
def comeback(request: HttpRequest, pk: int) -> HttpResponse:
    """A removed employee is back (利用を再開)."""
    administrator = signed_in(request)
    member = admin_gates.member_for_administrator(administrator, pk)
    try:
        return_member(administrator, member)
    except Closed as refused:
        messages.error(request, reasons.closed(refused.reason))
    else:
        messages.success(request, gettext("%(name)sさんの利用を再開しました。") % {"name": member.name})
    return redirect("console:member", pk=pk)


def _tried(form: MemberForm, action: Callable[[], Member]) -> bool:
    """Whether it was done; otherwise the reason stands in the form."""
    try:
        action()
    except InvalidInput as refused:
        add_refusals(form, refused)
    except ActionError as refused:
        form.add_error(None, reasons.closed(str(refused)))
    else:
        return True
    return False


def _may_invite(request: HttpRequest, administrator: Member) -> bool:
    """So that nobody turns Chosei into a mailer."""
    if within_limit("invite", str(administrator.organization_id), limit=INVITATIONS_PER_HOUR, seconds=3600):
        return True
    messages.error(request, gettext("招待のメールが続いています。1時間ほどおいて、もう一度お試しください。"))
    return False
