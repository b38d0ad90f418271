"""ヘルプ: how Chosei is used and how the connection works, step by step.

Open to everybody: the IT department reads it without an account, and nothing in it belongs to anybody.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from chosei.mails import troubles_google
from chosei.mails.troubles import TROUBLES


@dataclass(frozen=True, slots=True)
class Topic:
    """One page of help; ``slug`` is its address and its template's name."""

    slug: str
    title: str | Promise
    about: str | Promise


CONNECTION = (
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
    Topic(
        "switching",
        _("カレンダーを切り替える"),
        _("一度に使えるカレンダーは1つです。切り替えのときに、これからの予定がどうなるかをご案内します。"),
    ),
    Topic(
        "lost",
        _("接続が切れたとき"),
        _("表示される理由ごとに、次にすることをご案内します。"),
    ),
)
USE = (
    Topic(
        "zoom",
        _("Zoomを使う"),
        _("Zoomの接続、Web会議ツールの選び方、会議の開始、URLが発行されないときの対応です。"),
    ),
    Topic(
        "proposals",
        _("日程調整を作成する・変更する"),
        _("候補日時、担当者、空き時間の検索、仮予約、下書きとひな形の使い方です。"),
    ),
    Topic(
        "pages",
        _("予約ページを使う"),
        _("設定の場所、チームの参加ルール、予約フォーム、埋め込み、承認などの使い方です。"),
    ),
    Topic(
        "appointments",
        _("アポイントメントを変更・キャンセルする"),
        _("変更とキャンセル、カレンダーで予定を動かしたときの確認についてです。"),
    ),
    Topic(
        "calendars",
        _("空き時間の判定を決める"),
        _("どの予定とカレンダーを、予定ありとみなすかの設定です。"),
    ),
    Topic(
        "hours",
        _("勤務時間とタイムゾーンを決める"),
        _("候補を選ぶ時間帯と、画面の言語や日時の表示についてです。"),
    ),
    Topic(
        "members",
        _("社員を追加する・外す(管理者)"),
        _("招待のメール、権限、退職するときの手順です。"),
    ),
    Topic(
        "rooms",
        _("会議室を用意する(管理者)"),
        _("Microsoft 365からの取得、手での登録、予約での使い方です。"),
    ),
    Topic(
        "reception",
        _("受付を用意する(管理者)"),
        _("受付コード、タブレットの登録、お客様の受付についてです。"),
    ),
    Topic(
        "chat",
        _("社内チャットに知らせる(管理者)"),
        _("通知先の追加と、届かないときの対応です。"),
    ),
    Topic(
        "letters",
        _("メールの文面とロゴを決める(管理者)"),
        _("件名・書き出し・結びの変え方、自動で入る項目、末尾の文、ロゴについてです。"),
    ),
    Topic(
        "guests",
        _("お客様による変更とリマインド(管理者)"),
        _("お客様側での変更とキャンセル、リマインドメールの設定です。"),
    ),
)
GROUPS = ((_("使い方"), USE), (_("Microsoft 365との連携"), CONNECTION))
TOPICS = (*USE, *CONNECTION)
REASONS = TROUBLES | {key: word for key, word in troubles_google.TROUBLES.items() if key not in TROUBLES}
"""Why a connection is lost: what every provider knows in common words, and what only one of them knows."""


@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    return render(request, "console/help/overview.html", {"groups": GROUPS})


@require_safe
def topic(request: HttpRequest, slug: str) -> HttpResponse:
    found = next((one for one in TOPICS if one.slug == slug), None)
    if found is None:
        raise Http404
    others = [one for one in TOPICS if one is not found]
    context = {"topic": found, "others": others, "troubles": REASONS.values()}
    return render(request, f"console/help/{found.slug}.html", context)
