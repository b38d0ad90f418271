"""What every page behind a secret link has in common: who may keep it, and what a spent link says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views import View

from chosei.actions.errors import Closed
from chosei.actions.limits import within_limit
from chosei.records.gates import NotThere
from chosei.records.models import Appointment, BookingPage, Proposal
from chosei.web.embedding import is_embedded, let_frame
from chosei.web.errors import NOT_FOUND, Plain, Text, plain_page, too_many

Behind = Proposal | BookingPage | Appointment
"""What a secret link opens."""

# "no-referrer" would make browsers send "Origin: null" with our own forms, which the CSRF check must refuse;
# "same-origin" tells other sites just as little.
SECRET_HEADERS = {
    "Cache-Control": "private, no-store",
    "Referrer-Policy": "same-origin",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
}

CLOSED: Mapping[str, tuple[Text, Text]] = {
    "withdrawn": (
        _("この日程調整は終了しました"),
        _(
            "担当者の都合により、ご案内していた候補日時は取り下げられました。お手数ですが、担当者までお問い合わせください。"
        ),
    ),
    "expired": (
        _("ご回答の期限を過ぎました"),
        _("この日程調整の受付は終了しています。お手数ですが、担当者までお問い合わせください。"),
    ),
    "confirmed": (
        _("この日程調整は確定済みです"),
        _("確定した日時は、お送りした確定のメールからご確認いただけます。"),
    ),
    "cancelled": (
        _("このアポイントメントはキャンセルされています"),
        _("改めて日程の調整をご希望の場合は、担当者までお問い合わせください。"),
    ),
    "paused": (
        _("ただいま予約の受付を停止しています"),
        _(
            "しばらく時間をおいてから、もう一度お試しください。お急ぎの場合は、担当者までお問い合わせください。"
        ),
    ),
    "unattended": (
        _("担当者の変更のため、受付を停止しています"),
        _(
            "ただいま日時をお選びいただけません。まだ何も確定していません。お手数ですが、ご案内を差し上げた会社までお問い合わせください。"
        ),
    ),
    "not_allowed": (
        _("こちらのページでの受付は終了しました"),
        _("日時の変更・キャンセルをご希望の場合は、お手数ですが、担当者までご連絡ください。"),
    ),
    "asked_often": (
        _("ご依頼はすでに承っています"),
        _("担当者からの返信をお待ちください。お急ぎの場合は、担当者まで直接ご連絡ください。"),
    ),
    "changed_meanwhile": (
        _("アポイントメントの内容が変更されています"),
        _("日時の変更は行われていません。お手数ですが、アポイントメントのページを開き直してご確認ください。"),
    ),
    "spent": (
        _("このURLは使用済みです"),
        _("1回限りのURLで、すでに予約が完了しています。改めてのご予約は、担当者までお問い合わせください。"),
    ),
    "past": (
        _("このアポイントメントは終了しています"),
        _("開始時刻を過ぎているため、変更やキャンセルはできません。"),
    ),
}
_CLOSED_OTHERWISE = (_("このページは受付を終了しました"), _("お手数ですが、担当者までお問い合わせください。"))


def closed_page(request: HttpRequest, reason: str, behind: Behind | None = None) -> HttpResponse:
    """410: the link was right, but what it opened has ended. Says whose it was, and whom to ask."""
    title, sentence = CLOSED.get(reason, _CLOSED_OTHERWISE)
    page = Plain(410, title, sentence)
    if behind is None:
        return plain_page(request, page)
    context = {"page": page, "organization": behind.organization, "meeting": behind}
    return render(request, "public/closed.html", context, status=page.status)


class LinkView(View):
    """A view behind a secret link. NotThere becomes the plain 404, Closed the plain 410.

    ``behind``: what the link opens, once that is known. Its company stands on the page that says that it has
    ended, and the settings of its booking page say which sites may show the answer in a frame.
    """

    behind: Behind | None = None

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response: HttpResponseBase
        try:
            response = super().dispatch(request, *args, **kwargs)
        except NotThere:
            response = plain_page(request, NOT_FOUND)
        except Closed as closed:
            response = closed_page(request, closed.reason, self.behind)
        for name, value in SECRET_HEADERS.items():
            response.headers[name] = value
        if is_embedded(request):
            let_frame(response, _page_of(self.behind))
        return response


def _page_of(behind: Behind | None) -> BookingPage | None:
    if isinstance(behind, Appointment):
        return behind.booking_page
    return behind if isinstance(behind, BookingPage) else None


def guest_address(request: HttpRequest, name: str, token: str) -> str:
    """The guest page ``name`` behind ``token``: in a frame, its address there."""
    here = request.resolver_match
    return reverse(f"public:{name}", args=[token], current_app=here.namespace if here else None)


def refused_for_now(
    request: HttpRequest, what: str, token: str, *, limit: int, seconds: int
) -> HttpResponse | None:
    """The 429 page when this address has sent ``what`` to this link too often, otherwise None."""
    who = f"{request.META.get('REMOTE_ADDR', '')} {token}"
    return None if within_limit(what, who, limit=limit, seconds=seconds) else too_many(request, seconds)
