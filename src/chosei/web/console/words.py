"""The words for states and codes: one word with one colour each, the same on every page."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

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
WEEKDAYS = (_("月曜日"), _("火曜日"), _("水曜日"), _("木曜日"), _("金曜日"), _("土曜日"), _("日曜日"))


def standing(member: Member) -> Word:
    """Whether the member can sign in, or has yet to take up the invitation."""
    if not member.is_active:
        return REMOVED
    return IN_USE if member.has_usable_password() else INVITED


def connection_word(connection: Connection | None) -> Word:
    """The state in a word; an account that works but cannot be used says so."""
    if connection is None:
        return NOT_CONNECTED
    return TROUBLED if in_trouble(connection) else CONNECTION[ConnectionState(connection.state)]


def in_trouble(connection: Connection) -> bool:
    if connection.state == ConnectionState.NEEDS_RECONNECT:
        return True
    return connection.state == ConnectionState.ACTIVE and bool(connection.trouble)
