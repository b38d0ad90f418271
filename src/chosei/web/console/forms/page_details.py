"""詳細設定 of a booking page."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from chosei.actions.inputs import BookingPageInput
from chosei.core.titles import PAGE_TITLE_PATTERN, Customer, page_event_title, unknown_placeholders
from chosei.records.models import Member, Visibility
from chosei.web.console.forms.booking_page import BufferFields

_COUNTS = (("", _("各社員の設定に従う")), ("busy", _("予定ありとみなす")), ("free", _("空きとみなす")))
_MAY = (("", _("会社の設定に従う")), ("yes", _("できる")), ("no", _("できない")))
_MAY_VALUES = {"": None, "yes": True, "no": False}
_ALIKE = (
    "buffer_before_minutes",
    "buffer_after_minutes",
    "buffer_entries",
    "buffer_title",
    "tentative_counts",
    "oof_counts",
    "elsewhere_counts",
    "needs_approval",
    "approval_hours",
    "guest_until_hours",
    "consent_required",
    "visibility",
    "slug",
    "title_pattern",
)
_EXAMPLE = Customer("株式会社テスト", "三田花子")


class PageDetailsForm(BufferFields):
    visibility = forms.ChoiceField(
        label=_("公開範囲"),
        choices=(
            (Visibility.PUBLIC.value, _("公開(会社の予約ページ一覧にも表示)")),
            (Visibility.UNLISTED.value, _("URLを知っている方だけ")),
            (Visibility.ONE_TIME.value, _("1回限りのURLだけ")),
        ),
    )
    slug = forms.CharField(
        label=_("読みやすいURL"),
        required=False,
        max_length=60,
        help_text=_(
            "半角の英小文字・数字・ハイフン。公開のときに使えます。変えても、前のURLから新しいURLに移ります。"
        ),
    )
    title_pattern = forms.CharField(
        label=_("カレンダーの予定のタイトル"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"placeholder": PAGE_TITLE_PATTERN}),
        help_text=_("{予約ページ名}・{社名}・{氏名} が使えます。"),
    )
    buffer_entries = forms.BooleanField(
        label=_("バッファ用カレンダー予定の自動作成"),
        required=False,
        help_text=_(
            "担当者がカレンダーで動かすと、動かした先の時間を空けておきます。削除すると、その時間は空きに戻ります。"
        ),
    )
    buffer_title = forms.CharField(
        label=_("バッファ用カレンダー予定のタイトル"),
        required=False,
        max_length=200,
        help_text=_("空なら「前後の時間を確保」とします。"),
    )
    free_words = forms.CharField(
        label=_("空き時間判定キーワード"),
        required=False,
        help_text=_("タイトルにこの言葉が入った予定は、空きとみなします。カンマで区切って入力します。"),
    )
    tentative_counts = forms.ChoiceField(label=_("仮の予定"), required=False, choices=_COUNTS)
    oof_counts = forms.ChoiceField(label=_("外出中の予定"), required=False, choices=_COUNTS)
    elsewhere_counts = forms.ChoiceField(label=_("他の場所で作業中の予定"), required=False, choices=_COUNTS)
    needs_approval = forms.BooleanField(
        label=_("担当者が承認してから確定する"),
        required=False,
        help_text=_("承認を待つあいだ、その時間はほかの予約を受け付けません。"),
    )
    approval_hours = forms.IntegerField(label=_("承認の期限(時間)"), min_value=1, max_value=720)
    guest_may_change = forms.ChoiceField(label=_("お客様側での日時変更"), required=False, choices=_MAY)
    guest_may_cancel = forms.ChoiceField(label=_("お客様側でのキャンセル"), required=False, choices=_MAY)
    guest_until_hours = forms.IntegerField(
        label=_("変更・キャンセルの締め切り(開始の何時間前まで)"),
        required=False,
        min_value=0,
        max_value=720,
        help_text=_("空なら、会社の設定に従います。"),
    )
    consent_required = forms.BooleanField(
        label=_("個人情報の取り扱いへの同意をいただく"),
        required=False,
        help_text=_("同意の文面は、会社ごとに管理者が設定します。"),
    )

    privacy_notice = forms.CharField(
        label=_("同意の文面(会社共通)"),
        required=False,
        max_length=8000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    names: dict[str, str] = {}

    def __init__(self, data: Any = None, *, viewer: Member, settings: BookingPageInput) -> None:
        self.settings = settings
        self.notice = viewer.organization.privacy_notice
        super().__init__(data, initial={**_initial(settings), "privacy_notice": self.notice})
        if not viewer.is_administrator:
            self.fields["privacy_notice"].disabled = True

    @property
    def example(self) -> str:
        """The event's title as it would read."""
        pattern = str(self["title_pattern"].value() or "")
        wrong = unknown_placeholders(pattern)
        shown = PAGE_TITLE_PATTERN if wrong else pattern
        return page_event_title(shown, self.settings.meeting.title, _EXAMPLE)

    def clean_title_pattern(self) -> str:
        pattern: str = self.cleaned_data["title_pattern"].strip()
        unknown = unknown_placeholders(pattern)
        if unknown:
            raise ValidationError(
                gettext("「{%(name)s}」は使えません。{予約ページ名}・{社名}・{氏名} から選んでください。")
                % {"name": unknown[0]}
            )
        return pattern

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("consent_required") and not (data.get("privacy_notice") or "").strip():
            self.add_error("consent_required", gettext("先に、同意の文面を管理者が設定してください。"))
        return data

    def changes(self) -> dict[str, Any]:
        data = self.cleaned_data
        return {
            **{name: data[name] for name in _ALIKE},
            "free_words": tuple(
                one.strip() for one in re.split(r"[,、\n]+", data["free_words"]) if one.strip()
            ),
            "guest_may_change": _MAY_VALUES[data["guest_may_change"]],
            "guest_may_cancel": _MAY_VALUES[data["guest_may_cancel"]],
        }


def _initial(settings: BookingPageInput) -> dict[str, Any]:
    may = {value: key for key, value in _MAY_VALUES.items()}
    return {
        **{name: getattr(settings, name) for name in _ALIKE},
        "free_words": ", ".join(settings.free_words),
        "guest_may_change": may[settings.guest_may_change],
        "guest_may_cancel": may[settings.guest_may_cancel],
    }
