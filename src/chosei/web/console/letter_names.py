"""What each letter is called where its words are chosen."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from chosei.core.letter_texts import Wording

LETTER_NAMES = {
    Wording.INVITATION: _("日程調整のお願い"),
    Wording.OFFERED_AGAIN: _("新しい候補日時のご案内"),
    Wording.CANDIDATES_CHANGED: _("候補日時などの変更"),
    Wording.DEADLINE_REMINDER: _("ご回答期限のリマインド"),
    Wording.CONFIRMED_GUEST: _("日程の確定"),
    Wording.LINK_GUEST: _("Web会議URLのご案内"),
    Wording.MOVED_GUEST: _("日時の変更"),
    Wording.CHANGED_GUEST: _("場所や内容の変更"),
    Wording.CANCELLED_GUEST: _("こちらの都合によるキャンセル"),
    Wording.CANCELLED_BY_GUEST: _("お客様によるキャンセルの受付"),
    Wording.REMINDER_GUEST: _("開始前のリマインド"),
    Wording.REQUESTED_GUEST: _("予約の申し込みの受付"),
    Wording.DECLINED_GUEST: _("お受けできないお知らせ"),
    Wording.CONFIRMED_HOST: _("日程の確定"),
    Wording.LINK_HOST: _("Web会議URLの発行"),
    Wording.MOVED_HOST: _("日時の変更"),
    Wording.CHANGED_HOST: _("場所や内容の変更"),
    Wording.CANCELLED_HOST: _("担当者によるキャンセル"),
    Wording.CANCELLED_BY_GUEST_HOST: _("お客様によるキャンセル"),
    Wording.REMINDER_HOST: _("開始前のリマインド"),
    Wording.READJUSTMENT: _("再調整のご依頼"),
    Wording.CHANGE_ASKED: _("確定後の日時変更のご依頼"),
    Wording.EXPIRED: _("回答期限の経過"),
    Wording.REQUESTED_HOST: _("承認のお願い"),
    Wording.LAPSED_HOST: _("承認の期限の経過"),
}
