"""Why something is not as it should be, and the next step: sentences for the codes of refusals."""

from __future__ import annotations

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from chosei.core.availability import UnknownReason
from chosei.core.entries import EntryState
from chosei.core.states import ConnectionState
from chosei.records.models import CalendarEntry

MAIL_PROBLEM = {
    "5.1.": _("この宛先は見つからないと、メールサーバーが回答しました。"),
    "5.2.2": _("宛先のメールボックスがいっぱいのため、受け取られませんでした。"),
    "5.2.": _("宛先のメールボックスは、いまメールを受け取れません。"),
    "5.7.": _("相手側のメールサーバーの方針により、受け取られませんでした。"),
    "recipient_address_unusable": _("宛先のメールアドレスが正しい形式ではありません。"),
    "smtp_no_utf8_addresses": _("英数字以外を含むこのアドレスへは、ご利用のメールサーバーから送れません。"),
    "not_composed": _("メールの本文を作成できませんでした。管理者にご連絡ください。"),
}
MAIL_PROBLEM_OTHER = _("メールサーバーに受け付けられませんでした(%(code)s)。")
UNKNOWN = {
    UnknownReason.NOT_READ_YET: _("カレンダーを読み込んでいます。"),
    UnknownReason.STALE: _("カレンダーを最新の状態に更新しています。"),
    UnknownReason.READ_FAILED: _("カレンダーを読み取れませんでした。まもなく自動で再試行します。"),
    UnknownReason.NEEDS_RECONNECT: _(
        "カレンダーとの接続が切れています。「外部連携」でもう一度接続してください。"
    ),
    UnknownReason.ADDRESS_MISMATCH: _(
        "接続したアカウントのアドレスが、社員情報と一致していません。「外部連携」でご確認ください。"
    ),
    UnknownReason.NOT_CONNECTED: _(
        "カレンダーが接続されていません。「外部連携」で接続すると、予定がここに表示されます。"
    ),
}

# Why an entry waits for a hand, and the next step.
QUESTION = {
    "moved": _(
        "カレンダーで予定の日時が変更されました。お客様とのお約束は元の日時のままです。どちらの日時にするか、お選びください。"
    ),
    "both": _(
        "Choseiでの変更と同じ頃に、カレンダーでも予定の日時が変更されました。どちらの日時にするか、お選びください。"
    ),
    "removed": _(
        "カレンダーから予定が削除されました。まとめての削除、または主催者以外の削除のため、日程はそのままにしています。"
    ),
}
ENTRY_LOST = _("カレンダーとの接続が切れています。「外部連携」でもう一度接続すると、自動で再開します。")
ENTRY_REFUSED = _(
    "カレンダーに登録できていません。お客様とのお約束はそのまま有効です。理由がわからないときは、再試行してください。"
)
ENTRY_DELAYED = _(
    "カレンダーがまだ受け付けていません。自動で再試行しています。お客様とのお約束はそのまま有効です。"
)
# Why a calendar does not take an entry, by the provider's code in lower letters.
REFUSED_BECAUSE = {
    "erroraccessdenied": _("このカレンダーに書き込む許可がありません。「外部連携」で接続し直してください。"),
    "errorquotaexceeded": _("メールボックスの容量がいっぱいです。空きを作ってから、再試行してください。"),
    "errorinvalidrecipients": _("招待する方か会議室のアドレスを、カレンダーが受け付けませんでした。"),
    "errorsendasdenied": _("このアカウントから招待を送る許可がありません。"),
    "no_mailbox": _("Exchange Onlineのメールボックスがありません。ライセンスをご確認ください。"),
}
CLOSED = {
    "withdrawn": _("この日程調整は、すでに取り下げられています。"),
    "expired": _("この日程調整は、回答期限を過ぎて終了しています。"),
    "confirmed": _(
        "この日程調整は、すでに確定しています。確定した予定は「アポイントメント」からご覧ください。"
    ),
    "discarded": _("この下書きは、すでに削除されています。"),
    "open": _("この下書きは、すでに送信されています。"),
    "cancelled": _("このアポイントメントは、すでにキャンセルされています。"),
    "past": _("このアポイントメントは、すでに終わっています。"),
    "changed_meanwhile": _(
        "ほかの方がこのアポイントメントを先に変更しました。最新の内容をご確認のうえ、もう一度お試しください。"
    ),
    "paired": _("この端末は、すでに登録または解除されています。"),
    "answered": _("この申し込みには、すでに回答済みです。"),
    "lapsed": _("承認の期限を過ぎたため、この申し込みは承認できません。"),
    "spent": _("このURLは、すでに予約に使われています。"),
    "archived": _("この予約ページは保管済みです。"),
    "no_meeting_account": _(
        "担当者のZoomが接続されていません。「外部連携」で接続してから、もう一度お試しください。"
    ),
    "not_the_host": _("この会議を開始できるのは、会議を主催するアカウントの方だけです。"),
    "meeting_service_away": _(
        "会議サービスが応答していないため、開始できませんでした。「会議に参加する」からお入りいただくか、数分後にもう一度お試しください。"
    ),
    "decided": _("すでに対応済みです。最新の状態をご確認ください。"),
    "mail_settled": _("このメールは、すでに送り直されています。"),
    "settled": _("アドレスの不一致は、すでに解消しています。"),
    "of_directory": _("Microsoft 365から取得したリストは、Microsoft 365で変更します。"),
    "not_administrator": _("管理者ではなくなったため、この操作はできません。"),
    "has_password": _("この社員は、すでにパスワードを設定しています。招待のメールは送っていません。"),
}
CLOSED_OTHER = _("ほかの操作が先に行われたため、この操作はできませんでした。最新の状態をご確認ください。")


def mail_problem(code: str) -> str:
    """Why the mail server refused, by its code: the reply of RFC 5321, with that of RFC 3463 if it came."""
    enhanced = code.rpartition("_")[2]
    for prefix, sentence in MAIL_PROBLEM.items():
        if code == prefix or enhanced.startswith(prefix):
            return str(sentence)
    return str(MAIL_PROBLEM_OTHER) % {"code": code}


def closed(reason: str) -> str:
    return str(CLOSED.get(reason, CLOSED_OTHER))


# What chat services say of a channel or a secret that is gone, and what of one that may not post.
_CHAT_GONE = (
    "no_service",
    "no_team",
    "channel_not_found",
    "channel_is_archived",
    "is_archived",
    "http_404",
    "http_410",
)
_CHAT_DENIED = (
    "invalid_auth",
    "token_revoked",
    "account_inactive",
    "not_in_channel",
    "action_prohibited",
    "http_401",
    "http_403",
)


def chat_problem(code: str) -> str:
    """What to do about a destination that does not take notices."""
    if code in _CHAT_GONE:
        return gettext("チャンネルまたはWebhookが見つかりません。発行し直したURLやIDを保存してください。")
    if code in _CHAT_DENIED:
        return gettext("投稿が許可されていません。トークンと、チャンネルへの参加をご確認ください。")
    return gettext("時間をおいて自動で再試行します。続くときは、設定を確認してテスト通知を送ってください。")


def entry_problem(entry: CalendarEntry) -> str:
    """What to do about an entry that does not come to stand; the provider's own code stands behind it, for
    the IT department."""
    if entry.question:
        return str(QUESTION[entry.question])
    if entry.connection.state != ConnectionState.ACTIVE:
        return str(ENTRY_LOST)
    why = str(REFUSED_BECAUSE.get(entry.problem.lower(), ""))
    code = f" ({entry.problem})" if entry.problem else ""
    begins = ENTRY_REFUSED if entry.state == EntryState.PARKED else ENTRY_DELAYED
    return f"{begins}{why and ' '}{why}{code}"
