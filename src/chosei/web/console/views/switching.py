"""切り替え: another calendar instead of the one in use, with what comes of it told beforehand."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from chosei.actions.approvals import last_sign_in
from chosei.actions.errors import Closed
from chosei.actions.leftovers import removed_by_hand
from chosei.actions.switching import LEAVE, MOVE, is_gone
from chosei.core.providers import ConnectionKind
from chosei.ports.providers import about
from chosei.records import gates
from chosei.web.console import reasons
from chosei.web.console.access import member_required, signed_in
from chosei.web.console.providers import calendar_name, live_connection, place_name
from chosei.web.console.switching import left_behind
from chosei.web.console.views.connecting import insist_offered, sign_in


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def switch(request: HttpRequest, provider: str) -> HttpResponse:
    """What a switch to ``provider`` means and what becomes of what is to come; then to its sign-in."""
    member = signed_in(request)
    new = insist_offered(provider)
    old = live_connection(member)
    if new.kind is not ConnectionKind.CALENDAR or old is None or old.provider == provider:
        return redirect("console:connections")
    if request.method == "POST":
        choice = LEAVE if request.POST.get("choice") == LEAVE else MOVE
        return sign_in(request, provider, instead=choice)
    context = {
        "new": new,
        "new_calendar": calendar_name(new),
        "old_calendar": calendar_name(about(old.provider)),
        "old_place": place_name(about(old.provider)),
        "connection": old,
        "old_is_gone": is_gone(old),
        "last_sign_in": last_sign_in(member),
        "left": left_behind(member, old, new),
    }
    return render(request, "console/switch.html", context)


@require_POST
@member_required
def leftover_removed(request: HttpRequest, pk: int, *, is_meeting: bool = False) -> HttpResponse:
    """「削除しました」: a person has removed what Chosei could not reach any more."""
    member = signed_in(request)
    entry = gates.leftover_for_member(member, pk, is_meeting=is_meeting)
    try:
        removed_by_hand(member, entry)
    except Closed as refused:
        messages.info(request, reasons.closed(refused.reason))
    else:
        done = gettext("手で削除した会議として記録しました。")
        messages.success(request, done if is_meeting else gettext("手で削除した予定として記録しました。"))
    own = entry.connection.member_id == member.pk
    return redirect("console:connections" if own else "console:health")
