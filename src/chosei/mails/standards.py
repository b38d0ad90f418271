"""The letters' words as they come: subject, opening and closing, for records or for placeholders alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chosei.core.language import Language
from chosei.core.letter_texts import JAPANESE, Placeholder, Wording, to_guest
from chosei.core.titles import Customer, GuestMail, HostMail, guest_subject, host_subject

Values = Mapping[Placeholder, str]
"""What is known of a meeting; empty where it is not."""

MAILS: Mapping[Wording, GuestMail | HostMail] = {
    Wording.INVITATION: GuestMail.INVITATION,
    Wording.OFFERED_AGAIN: GuestMail.OFFERED_AGAIN,
    Wording.CANDIDATES_CHANGED: GuestMail.OFFERED_AGAIN,
    Wording.DEADLINE_REMINDER: GuestMail.DEADLINE_REMINDER,
    Wording.CONFIRMED_GUEST: GuestMail.CONFIRMED,
    Wording.LINK_GUEST: GuestMail.DETAILS,
    Wording.MOVED_GUEST: GuestMail.CHANGED,
    Wording.CHANGED_GUEST: GuestMail.CHANGED,
    Wording.CANCELLED_GUEST: GuestMail.CANCELLED,
    Wording.CANCELLED_BY_GUEST: GuestMail.CANCELLED,
    Wording.REMINDER_GUEST: GuestMail.REMINDER,
    Wording.REQUESTED_GUEST: GuestMail.REQUESTED,
    Wording.DECLINED_GUEST: GuestMail.DECLINED,
    Wording.CONFIRMED_HOST: HostMail.CONFIRMED,
    Wording.LINK_HOST: HostMail.DETAILS,
    Wording.MOVED_HOST: HostMail.CHANGED,
    Wording.CHANGED_HOST: HostMail.CHANGED,
    Wording.CANCELLED_HOST: HostMail.CANCELLED,
    Wording.CANCELLED_BY_GUEST_HOST: HostMail.CANCELLED,
    Wording.REMINDER_HOST: HostMail.REMINDER,
    Wording.READJUSTMENT: HostMail.READJUSTMENT,
    Wording.CHANGE_ASKED: HostMail.READJUSTMENT,
    Wording.EXPIRED: HostMail.EXPIRED,
    Wording.REQUESTED_HOST: HostMail.REQUESTED,
    Wording.LAPSED_HOST: HostMail.EXPIRED,
}
_SAID: Mapping[Wording, str | Promise] = {
    Wording.OFFERED_AGAIN: gettext_lazy(
        "ご希望をお知らせいただき、誠にありがとうございます。\n新しい候補日時をご用意いたしましたので、ご都合のよい日時をお選びいただけますでしょうか。"
    ),
    Wording.CANDIDATES_CHANGED: gettext_lazy(
        "先日お送りいたしました日程調整の候補日時などを改めましたので、ご案内いたします。\nお手数をおかけいたしますが、あらためてご都合のよい日時をお選びいただけますでしょうか。"
    ),
    Wording.DEADLINE_REMINDER: gettext_lazy(
        "先日お送りいたしました日程調整につきまして、ご回答期限が近づいてまいりましたので、念のためご連絡いたしました。\nご都合のよい日時がございましたら、お選びいただけますと幸いです。行き違いの際はご容赦ください。"
    ),
    Wording.CONFIRMED_GUEST: gettext_lazy(
        "日程をお選びいただき、誠にありがとうございます。\n下記のとおり確定いたしましたので、ご案内申し上げます。"
    ),
    Wording.LINK_GUEST: gettext_lazy(
        "先にご案内いたしましたアポイントメントのWeb会議URLをお送りいたします。\nお時間になりましたら、下記よりご参加ください。"
    ),
    Wording.MOVED_GUEST: gettext_lazy(
        "アポイントメントの日時が下記のとおり変更となりましたので、お知らせいたします。"
    ),
    Wording.CHANGED_GUEST: gettext_lazy(
        "アポイントメントの内容が下記のとおり変更となりましたので、お知らせいたします。"
    ),
    Wording.CANCELLED_GUEST: gettext_lazy(
        "下記の日時にご予定いただく必要はなくなりました。\n"
        "あらためて日程をご相談させていただけます場合は、お手数ですが、このメールへのご返信でお知らせいただけますと幸いです。\n"
        "ご予定いただいておりましたところ、こちらの都合によりキャンセルとなり、誠に申し訳ございません。"
    ),
    Wording.CANCELLED_BY_GUEST: gettext_lazy(
        "キャンセルのお手続きを承りました。お客様のお手続きは、これで完了しております。"
    ),
    Wording.REMINDER_GUEST: gettext_lazy(
        "アポイントメントの日時が近づいてまいりましたので、あらためてご案内申し上げます。"
    ),
    Wording.REQUESTED_GUEST: gettext_lazy(
        "下記の日時で、ご予約の申し込みを承りました。まだ確定ではございません。\n"
        "担当者が確認のうえ、確定のお知らせ、またはお受けできない場合のご連絡を、メールでお送りいたします。\n"
        "それまで、この日時はほかの方の予約をお受けせずにお取りしております。"
    ),
    Wording.DECLINED_GUEST: gettext_lazy(
        "お申し込みいただいた下記の日時につきまして、誠に申し訳ございませんが、お受けすることができませんでした。\n"
        "この日時にご予定いただく必要はございません。"
    ),
    Wording.CONFIRMED_HOST: gettext_lazy("%(customer)sとのアポイントメントが確定しました。"),
    Wording.LINK_HOST: gettext_lazy(
        "%(customer)sとのアポイントメントのWeb会議URLを発行しました。お客様にもお送りしています。"
    ),
    Wording.MOVED_HOST: gettext_lazy(
        "%(customer)sとのアポイントメントの日時が変更されました。お客様にもお知らせしています。"
    ),
    Wording.CHANGED_HOST: gettext_lazy(
        "%(customer)sとのアポイントメントの内容が変更されました。お客様にもお知らせしています。"
    ),
    Wording.CANCELLED_HOST: gettext_lazy(
        "%(customer)sとのアポイントメントがキャンセルされました。お客様にもお知らせしています。"
    ),
    Wording.CANCELLED_BY_GUEST_HOST: gettext_lazy(
        "%(customer)sが、下記のアポイントメントをキャンセルされました。"
    ),
    Wording.REMINDER_HOST: gettext_lazy("%(customer)sとのアポイントメントが近づいています。"),
    Wording.READJUSTMENT: gettext_lazy(
        "%(customer)sから、再調整のご依頼がありました。\n新しい候補日時を加えて、お返事ください。"
    ),
    Wording.CHANGE_ASKED: gettext_lazy(
        "%(customer)sから、確定したアポイントメントの日時変更のご依頼がありました。\n日時を変更するか、お客様にご返信ください。"
    ),
    Wording.EXPIRED: gettext_lazy(
        "%(customer)sとの日程調整は、お選びいただけないまま回答期限を過ぎたため、終了しました。\nカレンダーの仮予約は自動で削除されます。続ける場合は、新しい候補日時を加えると、同じURLで再開できます。"
    ),
    Wording.REQUESTED_HOST: gettext_lazy(
        "%(customer)sから、予約の申し込みがありました。承認すると確定し、お客様にお知らせします。"
    ),
    Wording.LAPSED_HOST: gettext_lazy(
        "%(customer)sからの予約の申し込みは、承認されないまま期限を過ぎたため、お受けできない旨をお客様にお知らせしました。"
    ),
}
_ASKING = gettext_lazy("お忙しいところ恐れ入りますが、何卒よろしくお願いいたします。")
_MEETING = gettext_lazy("それでは、当日は何卒よろしくお願いいたします。")
_SORRY = gettext_lazy("何卒ご容赦くださいますよう、お願い申し上げます。")
_CHANGED = gettext_lazy("急なご連絡となり恐縮ですが、何卒よろしくお願いいたします。")
_CLOSINGS: Mapping[Wording, str | Promise] = {
    Wording.INVITATION: _ASKING,
    Wording.OFFERED_AGAIN: _ASKING,
    Wording.CANDIDATES_CHANGED: _ASKING,
    Wording.DEADLINE_REMINDER: _ASKING,
    Wording.CONFIRMED_GUEST: _MEETING,
    Wording.LINK_GUEST: _MEETING,
    Wording.MOVED_GUEST: _CHANGED,
    Wording.CHANGED_GUEST: _CHANGED,
    Wording.CANCELLED_GUEST: _SORRY,
    Wording.CANCELLED_BY_GUEST: gettext_lazy("またの機会がございましたら、何卒よろしくお願いいたします。"),
    Wording.REMINDER_GUEST: _MEETING,
    Wording.REQUESTED_GUEST: gettext_lazy("今しばらくお待ちくださいますよう、お願い申し上げます。"),
    Wording.DECLINED_GUEST: _SORRY,
}


@dataclass(frozen=True, slots=True)
class Texts:
    """Paragraphs are parted by a blank line."""

    subject: str
    opening: str
    closing: str


def subject(wording: Wording, values: Values, language: Language, code: str = "") -> str:
    """The subject of the specification; a host's begins with the reception ``code``, if there is one."""
    mail = MAILS[wording]
    if isinstance(mail, GuestMail):
        return guest_subject(mail, values[Placeholder.ORGANIZATION], language)
    customer = Customer(values[Placeholder.COMPANY], values[Placeholder.NAME])
    return host_subject(mail, customer, code, language)


def opening(wording: Wording, values: Values) -> str:
    """What comes after 宛名, in the active language: to a customer the greeting first."""
    if wording == Wording.INVITATION:
        said = _request(values[Placeholder.TITLE])
    else:
        said = str(_SAID[wording]) % values
    return f"{greeting(values)}\n\n{said}" if to_guest(wording) else said


def closing(wording: Wording) -> str:
    """The last sentence before the signature, in the active language; nothing in letters to hosts."""
    return str(_CLOSINGS.get(wording, ""))


def greeting(values: Values) -> str:
    """挨拶と名乗り."""
    who = {"organization": values[Placeholder.ORGANIZATION], "name": values[Placeholder.HOST]}
    return _("お世話になっております。\n%(organization)sの%(name)sでございます。") % who


def texts_to_edit(wording: Wording, language: Language) -> Texts:
    """All three with placeholders in the place of values, as an editor starts from them."""
    names = {one: name if language == Language.JA else one.value for one, name in JAPANESE.items()}
    values = {one: f"{{{name}}}" for one, name in names.items()}
    with translation.override(language.value):
        return Texts(subject(wording, values, language), opening(wording, values), closing(wording))


def _request(title: str) -> str:
    if title:
        about = _("「%(title)s」の日程につきまして、ご都合をお伺いしたくご連絡いたしました。") % {
            "title": title
        }
    else:
        about = _("お打ち合わせの日程につきまして、ご都合をお伺いしたくご連絡いたしました。")
    return about + "\n" + _("下記の候補から、ご都合のよい日時を一つお選びいただけますでしょうか。")
