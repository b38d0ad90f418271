"""接続の状態: every member's connection in words, since when, and what to do; for administrators alone."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from chosei.actions.addresses import accept_alias
from chosei.actions.errors import Closed
from chosei.actions.leftovers import Leftover, leftovers_of, members_with_leftovers
from chosei.core.providers import ConnectionKind
from chosei.core.states import ConnectionState
from chosei.mails.troubles import trouble_words
from chosei.records import admin_gates
from chosei.records.models import Connection, Member
from chosei.web.console import reasons, words
from chosei.web.console.access import member_required, signed_in
from chosei.web.console.leaving import left_by_former
from chosei.web.console.listing import by_id
from chosei.web.console.providers import with_places
from chosei.web.console.words import Word

_TODO = {
    ConnectionState.ADDRESS_MISMATCH: _(
        "社員情報のアドレスを直すか、別名として承認するか、ご本人が別のアカウントを選びます。"
    ),
    ConnectionState.APPROVAL_ONLY: _(
        "承認だけが記録されています。メールボックスがないため、カレンダーには使えません。"
    ),
    ConnectionState.ENDING: _(
        "残っている予定の変更と削除だけを行っています。終わると、接続の情報を消去します。"
    ),
}
_UNREAD = _("カレンダーを読み取れていません。自動で再試行しています。")


@dataclass(frozen=True, slots=True)
class Health:
    """One member's line: ``why`` there is something to do, and ``todo``; empty when there is nothing."""

    member: Member
    connection: Connection | None
    word: Word
    todo: str | Promise
    why: str | Promise = ""


@require_safe
@member_required
def listing(request: HttpRequest) -> HttpResponse:
    known = Connection.objects.filter(kind=ConnectionKind.CALENDAR).exclude(state=ConnectionState.ENDED)
    known = known.order_by("-pk")
    rows = admin_gates.members_of(signed_in(request)).filter(is_active=True)
    rows = rows.prefetch_related(Prefetch("connections", queryset=known, to_attr="known_connections"))
    found = by_id(rows, request.GET.get("after", ""))
    context = {
        "rows": [_health(member) for member in found.rows],
        "after": found.after,
        "later": "after" in request.GET,
        "leftovers": with_places(_leftovers(signed_in(request))),
        "former": left_by_former(signed_in(request)),
    }
    return render(request, "console/health.html", context)


@require_POST
@member_required
def alias(request: HttpRequest, pk: int) -> HttpResponse:
    """The account is the member's, although it goes by another address."""
    administrator = signed_in(request)
    connection = admin_gates.connection_for_administrator(administrator, pk)
    try:
        accept_alias(administrator, connection)
    except Closed as refused:
        messages.error(request, reasons.closed(refused.reason))
    else:
        messages.success(request, gettext("別名として承認しました。カレンダーを使えるようになります。"))
    return redirect("console:health")


def _health(member: Member) -> Health:
    known: list[Connection] = member.known_connections  # type: ignore[attr-defined]
    order = list(words.CONNECTION)
    known = sorted(known, key=lambda one: order.index(ConnectionState(one.state)))
    if not known:
        return Health(member, None, words.NOT_CONNECTED, "")
    connection = known[0]
    word = words.connection_word(connection)
    if words.in_trouble(connection):
        told = trouble_words(connection.trouble, connection.provider)
        return Health(member, connection, word, todo=told.administrator, why=told.title)
    todo: str | Promise = _TODO.get(ConnectionState(connection.state), "")
    if connection.state == ConnectionState.ACTIVE and connection.mirror_error:
        todo = _UNREAD
    return Health(member, connection, word, todo)


def _leftovers(administrator: Member) -> list[Leftover]:
    """What has to be removed by hand in anybody's former account, those of former employees among them."""
    now = timezone.now()
    members = members_with_leftovers(administrator.organization_id)
    return [one for member in members for one in leftovers_of(member, now=now)]
