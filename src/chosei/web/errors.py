"""Pages that only say what went wrong, in the reader's language, with the next step and no other hint."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise


@dataclass(frozen=True, slots=True)
class Plain:
    """What a plain page says: the fact, and what the reader can do now."""

    status: int
    title: Text
    sentence: Text


BAD_REQUEST = Plain(
    400, _("リクエストを処理できませんでした"), _("お手数ですが、ページを開き直してもう一度お試しください。")
)
FORBIDDEN = Plain(403, _("このページは表示できません"), _("必要な権限がありません。管理者にご確認ください。"))
NOT_FOUND = Plain(
    404,
    _("ページが見つかりません"),
    _("URLが正しいかご確認ください。メールからお開きの場合は、URLが途中で切れていないかご確認ください。"),
)
TOO_MANY = Plain(429, _("アクセスが集中しています"), _("しばらく時間をおいてから、もう一度お試しください。"))


def plain_page(request: HttpRequest, page: Plain) -> HttpResponse:
    """The page with its status, never kept by any cache and never indexed."""
    response = render(request, "errors/plain.html", {"page": page}, status=page.status)
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return plain_page(request, BAD_REQUEST)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return plain_page(request, FORBIDDEN)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return plain_page(request, NOT_FOUND)


def too_many(request: HttpRequest, seconds: int) -> HttpResponse:
    """Refused for ``seconds``: the limit of `chosei.actions.limits` was reached."""
    response = plain_page(request, TOO_MANY)
    response.headers["Retry-After"] = str(seconds)
    return response


def server_error(request: HttpRequest) -> HttpResponse:
    """Rendered without the request: whatever failed (the database, most likely) must not be asked again."""
    return HttpResponse(
        render_to_string("errors/server.html"), status=500, headers={"Cache-Control": "no-store"}
    )
