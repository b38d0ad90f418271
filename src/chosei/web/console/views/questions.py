"""The host's word about what was changed in Outlook and could not simply be followed."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from chosei.actions.adopting import follow
from chosei.actions.asking import put_back, retry
from chosei.actions.errors import Closed, TimeTaken
from chosei.records import gates
from chosei.records.models import CalendarEntry
from chosei.web.console import reasons
from chosei.web.console.access import member_required, signed_in


@require_POST
@member_required
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """``answer``: "follow" takes over what Outlook says, anything else puts Outlook right."""
    member = signed_in(request)
    entry = gates.calendar_entry_for_member(member, pk)
    try:
        if request.POST.get("answer") == "follow":
            follow(member, entry, now=timezone.now())
            messages.success(request, gettext("カレンダーでの変更に合わせました。"))
        else:
            put_back(member, entry, now=timezone.now())
            messages.success(request, gettext("カレンダーの予定を元に戻します。"))
    except TimeTaken:
        messages.warning(
            request,
            gettext(
                "カレンダーでの新しい日時には別のお約束があるか、すでに過ぎているため、移せませんでした。"
            ),
        )
    except Closed as refused:
        messages.warning(request, reasons.closed(refused.reason))
    return _back(entry)


@require_POST
@member_required
def again(request: HttpRequest, pk: int) -> HttpResponse:
    """Once more what the calendar refused: whoever could mend the reason has done so."""
    member = signed_in(request)
    entry = gates.calendar_entry_for_member(member, pk)
    try:
        retry(member, entry)
    except Closed as refused:
        messages.warning(request, reasons.closed(refused.reason))
    else:
        messages.success(request, gettext("もう一度登録しています。"))
    return _back(entry)


def _back(entry: CalendarEntry) -> HttpResponse:
    if entry.appointment_id is not None:
        return redirect("console:appointment", entry.appointment_id)
    assert entry.candidate is not None
    return redirect("console:proposal", entry.candidate.proposal_id)
