"""The sentences for what happened. Actions and the reconciler write kinds; the words stand here alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from chosei.records.models import MailKind, TimelineEntry
from chosei.web.console.words import MAIL_KIND

SENTENCES = {
    "proposal_opened": _("日程調整を始めました。"),
    "proposal_changed": _("日程調整の内容を変更しました。"),
    "hold_written": _("仮予約をカレンダーに登録しました。"),
    "hold_removed": _("仮予約をカレンダーから削除しました。"),
    "hold_problem": _("仮予約をカレンダーに登録できませんでした。"),
    "mail_sent": _("「%(mail)s」を送りました。"),
    "mail_refused": _("「%(mail)s」を送れませんでした。宛先をご確認ください。"),
    "proposal_confirmed": _("お客様が候補日時を選び、日程が確定しました。"),
    "proposal_withdrawn": _("日程調整を取り下げました。"),
    "proposal_expired": _("回答期限を過ぎたため、日程調整を終了しました。"),
    "approval_asked": _("お客様から予約の申し込みがありました。承認を待っています。"),
    "request_written": _("承認待ちの予定をカレンダーに登録しました。"),
    "request_removed": _("承認待ちの予定をカレンダーから削除しました。"),
    "request_put_back": _(
        "カレンダーで承認待ちの予定の日時が変更されたため、お客様が希望した日時に戻します。"
        "別の日時にするには、却下して改めてご案内ください。"
    ),
    "request_deleted": _(
        "カレンダーで承認待ちの予定が削除されたため、申し込みを却下し、お客様にお知らせします。"
    ),
    "buffer_before_given_back": _(
        "カレンダーで前のバッファの予定が削除されたため、その時間を空きに戻しました。"
    ),
    "buffer_after_given_back": _(
        "カレンダーで後のバッファの予定が削除されたため、その時間を空きに戻しました。"
    ),
    "buffer_before_moved": _(
        "カレンダーで前のバッファの予定が動かされたため、動かした先の時間を空けておきます。"
    ),
    "buffer_after_moved": _(
        "カレンダーで後のバッファの予定が動かされたため、動かした先の時間を空けておきます。"
    ),
    "buffer_before_moved_back": _("カレンダーで前のバッファの予定が会議の直前に戻されました。"),
    "buffer_after_moved_back": _("カレンダーで後のバッファの予定が会議の直後に戻されました。"),
    "request_approved": _("申し込みを承認し、日程が確定しました。"),
    "request_declined": _("申し込みを却下し、お客様にお知らせします。"),
    "request_lapsed": _("承認されないまま期限を過ぎたため、お受けできない旨をお客様にお知らせします。"),
    "host_chosen": _("担当者は%(host)sさんに決まりました。%(why)s"),
    "appointment_confirmed": _("日程が確定しました。"),
    "event_written": _("予定をカレンダーに登録しました。"),
    "event_accepted": _("担当者のカレンダーで、会議への出席を承諾しました。返信のメールは送りません。"),
    "event_removed": _("予定をカレンダーから削除しました。"),
    "event_problem": _("予定をカレンダーに登録できませんでした。"),
    "link_issued": _("Web会議URLが発行されました。"),
    "web_meeting_made": _("Web会議を作成しました。"),
    "web_meeting_changed": _("Web会議の内容を変更しました。"),
    "web_meeting_gone": _(
        "Web会議が会議サービスの側で削除されていたため、作り直し、新しいURLをお客様にお知らせします。"
    ),
    "web_meeting_moved_there": _(
        "Web会議の日時が会議サービスの側で変更されていたため、アポイントメントの日時に戻します。"
    ),
    "web_meeting_problem": _("Web会議を作成または変更できませんでした。"),
    "web_meeting_stays": _("使わなくなったWeb会議を、会議サービスから削除できませんでした。"),
    "web_account_gone": _(
        "会議サービスの側でChoseiとの連携が解除されました。お知らせしたURLはそのまま使えます。"
    ),
    "link_asked_again": _("Web会議URLを、もう一度発行します。"),
    "link_missing": _(
        "Web会議URLがまだ発行されていません。ライセンスか会社の設定によることがあります。発行されしだい、お客様にお知らせします。"
    ),
    "appointment_moved": _(
        "カレンダーで予定の日時が変更されたため、アポイントメントを新しい日時に移し、お客様にお知らせします。"
    ),
    "appointment_changed": _("アポイントメントの%(what)sを変更し、お客様にお知らせします。"),
    "appointment_moved_by_guest": _("お客様が日時を変更しました。"),
    "readjustment_requested": _("お客様から再調整の依頼がありました。"),
    "readjustment_settled": _("再調整の依頼を対応済みにしました。"),
    "proposal_offered_again": _("新しい候補日時をご案内しました。"),
    "mail_again": _("宛先を確認し、「%(mail)s」をもう一度送ります。"),
    "move_asked": _(
        "カレンダーで予定の日時が変更されましたが、アポイントメントは元の日時のままです。どちらにするかをお選びください。"
    ),
    "removal_asked": _(
        "カレンダーから予定が削除されましたが、日程はそのままにしています。どちらにするかをお選びください。"
    ),
    "event_deleted": _("カレンダーから予定が削除されたことを確認しました。"),
    "entry_retried": _("カレンダーへの登録を、もう一度試します。"),
    "entries_moved": _("接続を切り替えたカレンダーへ、予定を移します。"),
    "removed_by_hand": _("以前のカレンダーに残っていた予定を、手で削除しました。"),
    "meeting_removed_by_hand": _("以前のアカウントに残っていたWeb会議を、手で削除しました。"),
    "appointment_handed_over": _("担当を引き継ぎました。"),
    "proposal_handed_over": _("担当を引き継ぎました。"),
    "event_restored": _("カレンダーの予定を元に戻します。"),
    "candidate_moved": _("カレンダーで仮予約の日時が変更されたため、候補日時を移しました。"),
    "candidate_withdrawn": _("カレンダーで仮予約が削除または変更されたため、その候補日時を取り下げました。"),
    "chat_sent": _("社内チャットに通知しました。"),
    "chat_refused": _("社内チャットに通知できませんでした。管理者は「社内チャット」の設定をご確認ください。"),
    "visitor_arrived": _("お客様が受付にいらっしゃいました。担当者にお知らせします。"),
    "visitor_left": _("お客様が退館されました。"),
    "room_accepted": _("%(room)sを確保しました。"),
    "room_tentative": _("%(room)sは、会議室の管理者の承認を待っています。"),
    "room_declined": _("%(room)sは、予約を受け付けませんでした。"),
    "room_replaced": _("次の候補の%(room)sを予約します。"),
    "room_missing": _("会議室を確保できませんでした。担当者に会議室の選択をお願いしています。"),
    "room_chosen": _("会議室を%(room)sにしました。"),
    "room_given_up": _("会議室なしで進めることにしました。"),
    "candidate_room_replaced": _("%(room)sが予約を受け付けなかったため、次に空いている会議室にしました。"),
    "candidate_room_missing": _("%(room)sが予約を受け付けず、代わりの会議室もありませんでした。"),
    "appointment_cancelled": _("アポイントメントがキャンセルされました。"),
}
CHANGED = {
    "time": _("日時"),
    "title": _("会議タイトル"),
    "format": _("会議形態"),
    "location": _("場所"),
    "guidance": _("ご案内"),
    "hosts": _("担当者"),
}
WHY_CHOSEN = {
    "priority": _("参加ルール「優先度順」: 空いていた%(free)s名のうち、優先度がいちばん高いためです。"),
    "random": _("参加ルール「ランダム」: 空いていた%(free)s名から選ばれました。"),
    "even": _(
        "参加ルール「均等に」: 空いていた%(free)s名のうち、"
        "この予約ページの直近30日の担当が%(had)s件で、いちばん少ないためです。"
    ),
}
_NOBODY_ELSE = _("この日時に空いていたのは、この方だけです。")
ATTENTION = frozenset(
    {
        "chat_refused",
        "hold_problem",
        "mail_refused",
        "event_problem",
        "link_missing",
        "move_asked",
        "removal_asked",
        "readjustment_requested",
        "room_missing",
        "candidate_room_missing",
    }
)
_ONE_GO = timedelta(minutes=1)
_ACTORS = {"guest": _("お客様"), "chosei": "Chosei", "provider": _("カレンダー")}


@dataclass(frozen=True, slots=True)
class Happened:
    """One line: when (UTC), what, by whom; ``attention`` asks for a look, ``times`` it is true of."""

    at: datetime
    sentence: str
    by: str
    attention: bool
    times: int = 1


def happened(entries: Iterable[TimelineEntry]) -> list[Happened]:
    """The course of events. What happened in one go, as thirty holds are written, is one line with its count.

    A kind without a sentence is a gap here, which a test finds; until then it shows as it is.
    """
    told: list[Happened] = []
    for entry in entries:
        line = Happened(entry.at, _sentence(entry), _by(entry), entry.kind in ATTENTION)
        same = next((place for place in _recent(told, entry.at) if _alike(told[place], line)), None)
        if same is None:
            told.append(line)
        else:
            told[same] = replace(told[same], times=told[same].times + 1)
    return told


def _recent(told: list[Happened], at: datetime) -> Iterator[int]:
    """The lines of the same go, the nearest first."""
    for place in range(len(told) - 1, -1, -1):
        if abs(told[place].at - at) > _ONE_GO:
            return
        yield place


def _alike(one: Happened, other: Happened) -> bool:
    return (one.sentence, one.by) == (other.sentence, other.by)


def _sentence(entry: TimelineEntry) -> str:
    sentence = str(SENTENCES.get(entry.kind, entry.kind))
    if "%(what)s" in sentence:
        changed = [str(CHANGED[name]) for name in entry.detail.get("what", ()) if name in CHANGED]
        return sentence % {"what": gettext("、").join(changed) or gettext("内容")}
    if "%(why)s" in sentence:
        return sentence % {"host": entry.member.name if entry.member else "", "why": _why(entry)}
    if "%(room)s" in sentence:
        return sentence % {"room": entry.detail.get("room") or gettext("会議室")}
    if "%(mail)s" not in sentence:
        return sentence
    kind = entry.detail.get("kind", entry.detail.get("mail", ""))
    named = MAIL_KIND[MailKind(kind)] if kind in MailKind.values else gettext("メール")
    return sentence % {"mail": named}


def _why(entry: TimelineEntry) -> str:
    """Why this host of several, from what was counted then."""
    if entry.detail.get("free", 1) == 1:
        return str(_NOBODY_ELSE)
    why = WHY_CHOSEN.get(entry.detail.get("rule", ""), WHY_CHOSEN["priority"])
    return str(why) % {"free": entry.detail.get("free", 1), "had": entry.detail.get("had", 0)}


def _by(entry: TimelineEntry) -> str:
    if entry.member is not None and entry.kind != "host_chosen":
        return entry.member.name
    return str(_ACTORS.get(entry.actor, ""))
