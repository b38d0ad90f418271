"""ヘルプ: how the connection works, step by step.

Open to everybody: the IT department reads it without an account, and nothing in it belongs to anybody.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe


@dataclass(frozen=True, slots=True)
class Topic:
    """One page of help; ``slug`` is its address and its template's name."""

    slug: str
    title: str | Promise
    about: str | Promise


TOPICS = (
    Topic(
        "connect",
        _("Outlookカレンダーを接続する"),
        _("接続の手順、接続解除、接続が切れたときの対応を、画面とあわせてご案内します。"),
    ),
    Topic(
        "approval",
        _("「管理者の承認が必要」と表示されたとき"),
        _("会社のMicrosoft 365で承認を得る3つの方法です。IT担当者の方もご覧ください。"),
    ),
    Topic(
        "addresses",
        _("メールアドレスとカレンダーについて"),
        _("Choseiに登録したアドレスとMicrosoft 365のアカウントを合わせる理由と、合わないときの直し方です。"),
    ),
    Topic(
        "access",
        _("連携でできること・しないこと"),
        _("Choseiが読み取るもの、書き込むもの、決してしないことの一覧です。"),
    ),
)


@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    return render(request, "console/help/overview.html", {"topics": TOPICS})


@require_safe
def topic(request: HttpRequest, slug: str) -> HttpResponse:
    found = next((one for one in TOPICS if one.slug == slug), None)
    if found is None:
        raise Http404
    others = [one for one in TOPICS if one is not found]
    return render(request, f"console/help/{found.slug}.html", {"topic": found, "others": others})
