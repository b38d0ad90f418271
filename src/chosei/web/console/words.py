"""The words for states and codes: one word with one colour each, the same on every page."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from chosei.core.availability import UnknownReason
from chosei.core.entries import EntryPurpose, EntryState
from chosei.core.states import (
    AppointmentState,
    ApprovalState,
    BookingPageState,
    CandidateState,
    ConnectionState,
    ProposalState,
)
from chosei.records.models import (
    CalendarEntry,
    ChatState,
    Connection,
    MailKind,
    MailState,
    MeetingFormat,
    Member,
    Role,
)


@dataclass(frozen=True, slots=True)
class Word:
    """A state for people: ``kind`` is a colour of the badge component, ``working`` adds its turning ring."""

    text: str | Promise
    kind: str = ""
    working: bool = False


BESIDE = {
    EntryPurpose.REQUEST.value: _("承認待ち"),
    EntryPurpose.BUFFER_BEFORE.value: _("前のバッファ"),
    EntryPurpose.BUFFER_AFTER.value: _("後のバッファ"),
}
"""What stands in a calendar beside the meeting itself."""

PROPOSAL = {
    ProposalState.DRAFT: Word(_("下書き")),
    ProposalState.OPEN: Word(_("調整中"), "hold"),
    ProposalState.CONFIRMED: Word(_("確定"), "settled"),
    ProposalState.READJUSTMENT_REQUESTED: Word(_("再調整依頼"), "attention"),
    ProposalState.EXPIRED: Word(_("期限切れ")),
    ProposalState.WITHDRAWN: Word(_("取り下げ")),
}
CANDIDATE = {
    CandidateState.OPEN: Word(_("提案中"), "hold"),
    CandidateState.WITHDRAWN: Word(_("取り下げ")),
    CandidateState.TAKEN: Word(_("受付終了")),
    CandidateState.CHOSEN: Word(_("確定"), "settled"),
}
APPOINTMENT = {
    AppointmentState.PENDING: Word(_("承認待ち"), "hold"),
    AppointmentState.CONFIRMED: Word(_("確定"), "settled"),
    AppointmentState.CANCELLED: Word(_("キャンセル")),
    AppointmentState.DECLINED: Word(_("却下")),
}
PAGE = {
    BookingPageState.DRAFT: Word(_("下書き")),
    BookingPageState.PUBLISHED: Word(_("公開中"), "settled"),
    BookingPageState.PAUSED: Word(_("停止中"), "hold"),
    BookingPageState.ARCHIVED: Word(_("保管済み")),
}
CONNECTION = {
    ConnectionState.ACTIVE: Word(_("接続中"), "settled"),
    ConnectionState.NEEDS_RECONNECT: Word(_("要対応"), "attention"),
    ConnectionState.ADDRESS_MISMATCH: Word(_("アドレス不一致"), "attention"),
    ConnectionState.APPROVAL_ONLY: Word(_("承認のみ")),
    ConnectionState.ENDING: Word(_("終了処理のみ")),
    ConnectionState.ENDED: Word(_("未接続")),
}
ROLE = {Role.ADMINISTRATOR: Word(_("管理者"), "accent"), Role.MEMBER: Word(_("一般社員"))}
IN_USE, INVITED, REMOVED = Word(_("利用中"), "settled"), Word(_("招待中"), "hold"), Word(_("利用停止"))
DESK_PAIRED, DESK_WAITS, DESK_REVOKED = (
    Word(_("登録済み"), "settled"),
    Word(_("登録待ち"), "hold"),
    Word(_("解除済み")),
)
CHAT_IN_USE, CHAT_PAUSED, CHAT_FAILING = (
    Word(_("利用中"), "settled"),
    Word(_("停止中"), "hold"),
    Word(_("要対応"), "attention"),
)
CHAT = {
    ChatState.WAITING: Word(_("送信待ち"), "", working=True),
    ChatState.SENT: Word(_("送信済み"), "settled"),
    ChatState.REFUSED: Word(_("送信できませんでした"), "attention"),
    ChatState.SUPERSEDED: Word(_("送信不要")),
}
CHAT_TEST = _("テスト通知")
APPROVAL = {
    ApprovalState.ASKED: Word(_("依頼中"), "hold"),
    ApprovalState.GRANTED: Word(_("承認済み"), "settled"),
    ApprovalState.REFUSED: Word(_("承認されませんでした"), "attention"),
}
APPROVED_HOW = {
    "link": _("承認用のURLから承認されました。"),
    "administrator": _("Choseiの管理者が「設定しました」を押しました。"),
    "connected": _("同じ会社の方が接続できました。"),
}
NOT_CONNECTED = Word(_("未接続"))
TROUBLED = Word(_("要対応"), "attention")
ENTRY = {
    EntryState.WAITING: Word(_("登録中"), "", working=True),
    EntryState.WRITTEN: Word(_("登録済み"), "settled"),
    EntryState.RETRYING: Word(_("再試行中"), "hold", working=True),
    EntryState.PARKED: Word(_("要対応"), "attention"),
    EntryState.GONE: Word(_("削除済み")),
}
ASKED = Word(_("要対応"), "attention")
LEAVING = Word(_("削除中"), "", working=True)
MAIL = {
    MailState.WAITING: Word(_("送信待ち"), "", working=True),
    MailState.SENT: Word(_("送信済み"), "settled"),
    MailState.REFUSED: Word(_("送信できませんでした"), "attention"),
    MailState.SUPERSEDED: Word(_("送信不要")),
}
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
MAIL_KIND = {
    MailKind.INVITATION: _("日程調整のご案内"),
    MailKind.CONFIRMED_GUEST: _("確定のお知らせ(お客様)"),
    MailKind.CONFIRMED_HOST: _("確定のお知らせ(担当者)"),
    MailKind.LINK_FOLLOWS_GUEST: _("Web会議URLのお知らせ(お客様)"),
    MailKind.LINK_FOLLOWS_HOST: _("Web会議URLのお知らせ(担当者)"),
    MailKind.CHANGED_GUEST: _("変更のお知らせ(お客様)"),
    MailKind.CHANGED_HOST: _("変更のお知らせ(担当者)"),
    MailKind.CANCELLED_GUEST: _("キャンセルのお知らせ(お客様)"),
    MailKind.CANCELLED_HOST: _("キャンセルのお知らせ(担当者)"),
    MailKind.REMOVED_HOST: _("担当変更のお知らせ(担当者)"),
    MailKind.READJUSTMENT: _("再調整依頼のお知らせ(担当者)"),
    MailKind.OFFERED_AGAIN: _("新しい候補日時のご案内"),
    MailKind.EXPIRED_AUTHOR: _("期限切れのお知らせ(担当者)"),
    MailKind.REMINDER_GUEST: _("リマインド(お客様)"),
    MailKind.REMINDER_HOST: _("リマインド(担当者)"),
    MailKind.REMINDER_DEADLINE: _("ご回答期限のリマインド"),
    MailKind.ROOM_MISSING: _("会議室のご確認のお願い"),
    MailKind.ARRIVED_HOST: _("ご来訪のお知らせ(担当者)"),
    MailKind.REQUESTED_GUEST: _("予約の申し込みの受付(お客様)"),
    MailKind.REQUESTED_HOST: _("承認のお願い(担当者)"),
    MailKind.DECLINED_GUEST: _("お受けできない旨のお知らせ(お客様)"),
    MailKind.LAPSED_HOST: _("承認の期限切れのお知らせ(担当者)"),
    MailKind.RECONNECT: _("再接続のお願い"),
    MailKind.NEW_PASSWORD: _("パスワードの設定"),
    MailKind.ADDRESS_MISMATCH: _("アドレスのご確認のお願い"),
    MailKind.REGISTRATION_BROKEN: _("連携設定のご確認のお願い"),
    MailKind.ACCOUNTS_IN_TROUBLE: _("接続のご確認のお願い"),
    MailKind.CALENDAR_QUESTION: _("カレンダーでの変更のご確認のお願い"),
    MailKind.HANDED_OVER: _("引き継ぎのお知らせ"),
    MailKind.TRY_AGAIN: _("承認のお知らせ"),
    MailKind.INVITED_MEMBER: _("社員登録のお知らせ"),
}
FORMAT = {
    MeetingFormat.VISIT: _("来訪"),
    MeetingFormat.WEB: _("Web会議"),
    MeetingFormat.OUTING: _("往訪"),
    MeetingFormat.PHONE: _("電話"),
    MeetingFormat.OTHER: _("その他"),
}
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
WEEKDAYS = (_("月曜日"), _("火曜日"), _("水曜日"), _("木曜日"), _("金曜日"), _("土曜日"), _("日曜日"))

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


def standing(member: Member) -> Word:
    """Whether the member can sign in, or has yet to take up the invitation."""
    if not member.is_active:
        return REMOVED
    return IN_USE if member.has_usable_password() else INVITED


def mail_problem(code: str) -> str:
    """Why the mail server refused, by its code: the reply of RFC 5321, with that of RFC 3463 if it came."""
    enhanced = code.rpartition("_")[2]
    for prefix, sentence in MAIL_PROBLEM.items():
        if code == prefix or enhanced.startswith(prefix):
            return str(sentence)
    return str(MAIL_PROBLEM_OTHER) % {"code": code}


def closed(reason: str) -> str:
    return str(CLOSED.get(reason, CLOSED_OTHER))


def connection_word(connection: Connection | None) -> Word:
    """The state in a word; an account that works but cannot be used says so."""
    if connection is None:
        return NOT_CONNECTED
    return TROUBLED if in_trouble(connection) else CONNECTION[ConnectionState(connection.state)]


def in_trouble(connection: Connection) -> bool:
    if connection.state == ConnectionState.NEEDS_RECONNECT:
        return True
    return connection.state == ConnectionState.ACTIVE and bool(connection.trouble)


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
