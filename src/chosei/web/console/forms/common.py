"""What several forms share: zones, and the sentences for what an action refuses."""

from __future__ import annotations

from functools import lru_cache
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.utils.translation import gettext_lazy as _

from chosei.actions.errors import InvalidInput
from chosei.core.walltime import zone_of

COMMON_ZONES = (
    "Asia/Tokyo",
    "Asia/Seoul",
    "Asia/Shanghai",
    "Asia/Singapore",
    "Asia/Kolkata",
    "Europe/London",
    "Europe/Paris",
    "America/New_York",
    "America/Los_Angeles",
    "UTC",
)

REFUSALS = {
    "required": _("入力してください。"),
    "unknown": _("選べない値です。選び直してください。"),
    "unknown_zone": _("このタイムゾーンは見つかりません。選び直してください。"),
    "not_an_address": _("メールアドレスの形式で入力してください(例: hanako@example.co.jp)。"),
    "too_long": _("長すぎます。短くしてください。"),
    "too_many": _("候補日時は30件までです。"),
    "too_many_templates": _("ひな形は50件までです。使わないものを削除してください。"),
    "no_host": _("出席する人を1人以上選んでください。"),
    "no_second_host": _("2つ目のグループの参加者を1人以上選んでください。"),
    "too_many_hosts": _("担当者は10人までです。"),
    "too_many_reminders": _("リマインドは5つまでです。"),
    "twice_the_same": _("同じものが2回入っています。"),
    "in_the_past": _("これからの日時を指定してください。"),
    "end_before_start": _("終了は開始より後にしてください。"),
    "out_of_range": _("この範囲の値は使えません。"),
    "not_a_webhook": _(
        "このサービスのWebhook URLではありません。サービスの画面に表示されたURLをそのまま貼り付けてください。"
    ),
    "not_a_token": _("このサービスのトークンの形式ではありません。"),
    "not_a_room": _("チャンネルまたはルームのIDの形式ではありません。"),
    "not_an_id": _("このサービスのIDの形式ではありません。"),
    "not_a_slug": _("半角の英小文字・数字・ハイフンで入力してください。"),
    "address_taken": _("このURLは、別の予約ページが使っています(または使っていました)。"),
    "attends_already": _("参加者になっている人は、代理調整者にできません。"),
    "unknown_placeholder": _("使えない項目が入っています。"),
    "outside_page_hours": _("メンバーごとの受付時間に、ページの受付時間と重ならない人がいます。"),
    "before_the_other": _("予約の締め切りより前の時点にしてください。"),
    "too_many_links": _("未使用のURLが多すぎます。不要なものを取り消してください。"),
    "taken": _("このメールアドレスは、すでに別の社員が使っています。"),
    "last_administrator": _("管理者は、必ず1人以上必要です。先に別の社員を管理者にしてください。"),
    "not_a_site": _("サイトのアドレスを https:// から入力してください。"),
    "not_https": _("https:// で始まるサイトだけを指定できます。"),
    "too_many_sites": _("サイトは20件までです。"),
    "room_gone": _("使えなくなった会議室が含まれています。選び直してください。"),
    "room_too_small": _("この人数が入れる会議室がありません。"),
    "too_many_rooms": _("会議室が多すぎます。10室までにしてください。"),
    "room_not_free": _("選んだ会議室が、その日時には空いていません。選び直してください。"),
    "none_free": _("リストの中に、その日時に空いている会議室がありません。"),
    "room_hold_too_long": _("会議室を仮予約するときは、回答期限を14日以内にしてください。"),
    "room_taken": _("この会議室のアドレスは、すでに登録されています。"),
    "of_directory": _("Microsoft 365から取得した会議室のアドレスは変更できません。"),
    "too_heavy": _("300KBまでの画像にしてください。"),
    "vector": _(
        "SVGには画像以外のものも入るため、お使いいただけません。PNGで書き出したものを選んでください。"
    ),
    "not_shown_everywhere": _(
        "この形式の画像は、表示できないメールソフトがあります。PNGまたはJPEGを選んでください。"
    ),
    "not_connected": _(
        "カレンダーが接続されていない方がいます。公開中のページには、接続している方をお選びください。"
    ),
    "not_a_picture": _("PNGまたはJPEGの画像ではありません。"),
    "damaged": _("画像が壊れているため、読み取れません。書き出し直したものを選んでください。"),
    "too_small": _("小さすぎます。縦横とも16ピクセル以上の画像にしてください。"),
    "too_large": _("大きすぎます。縦横とも2,000ピクセルまでの画像にしてください。"),
    "turned": _("向きの情報で回転して表示される画像です。正しい向きで保存し直してください。"),
    "for_print": _("印刷用の色(CMYKなど)の画像です。RGBで保存し直してください。"),
}
_OTHER = _("この内容では保存できません。入力内容をご確認ください。")


@lru_cache(maxsize=1)
def _zones() -> list[tuple[str, list[tuple[str, str]]]]:
    others = sorted(
        name
        for name in available_timezones()
        if "/" in name and not name.startswith(("Etc/", "posix", "right"))
    )
    return [
        ("", [(name, name) for name in COMMON_ZONES]),
        ("—", [(n, n) for n in others if n not in COMMON_ZONES]),
    ]


class ZoneField(forms.ChoiceField):
    """An IANA zone; the ones people here mostly need come first."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=_zones, **kwargs)

    def valid_value(self, value: Any) -> bool:
        try:
            zone_of(str(value))
        except ValueError:
            return False
        return True


def refusal(code: str) -> str:
    """The sentence for a code of ``InvalidInput``."""
    return str(REFUSALS.get(code, _OTHER))


def add_refusals(form: forms.Form, refused: InvalidInput, names: dict[str, str] | None = None) -> None:
    """Put what an action refused beside its field; ``names`` maps the action's names to the form's."""
    for field, code in refused.fields.items():
        name = (names or {}).get(field, field)
        form.add_error(name if name in form.fields else None, refusal(code))


class DateInput(forms.DateInput):
    input_type = "date"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="%Y-%m-%d", **kwargs)


class TimeInput(forms.TimeInput):
    input_type = "time"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="%H:%M", **kwargs)
