"""The titles of events and the subjects of mails, to the letter of the specification.

Everything people typed is put on one line first: a line break in a name must not become a header of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from chosei.core.language import Language
from chosei.core.placeholders import fill, unknown
from chosei.core.text import one_line, shorten

TITLE_LIMIT = 255
"""UTF-16 units that Microsoft Graph keeps of an event's subject; mails are held to the same."""

HOLD_MARK = "【仮】"
REQUEST_MARK = "【承認待ち】"
PAGE_TITLE_PATTERN = "{予約ページ名}: {社名} {氏名}様"

_PLACEHOLDERS = {
    "予約ページ名": "page", "社名": "company", "氏名": "name",
    "page": "page", "company": "company", "name": "name",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Customer:
    """お客様. Either may be empty: a company that was not given, a customer who is not known yet."""

    company: str = ""
    name: str = ""


class GuestMail(StrEnum):
    """The letters to a customer. Stored as the mail's kind."""

    INVITATION = "invitation"
    CONFIRMED = "confirmed"
    DETAILS = "details"
    CHANGED = "changed"
    CANCELLED = "cancelled"
    WITHDRAWN = "withdrawn"
    DECLINED = "declined"
    REQUESTED = "requested"
    REMINDER = "reminder"
    DEADLINE_REMINDER = "deadline_reminder"
    OFFERED_AGAIN = "offered_again"


class HostMail(StrEnum):
    """The letters to a host. Stored as the mail's kind."""

    CONFIRMED = "confirmed"
    DETAILS = "details"
    CHANGED = "changed"
    CANCELLED = "cancelled"
    REQUESTED = "requested"
    READJUSTMENT = "readjustment"
    EXPIRED = "expired"
    REMINDER = "reminder"
    REMOVED = "removed"
    ARRIVED = "arrived"


_GUEST: Mapping[Language, Mapping[GuestMail, str]] = {
    Language.JA: {
        GuestMail.INVITATION: "アポイントメントの日程調整をお願いします",
        GuestMail.CONFIRMED: "アポイントメントの日程が確定しました",
        GuestMail.DETAILS: "アポイントメントの詳細をお知らせします",
        GuestMail.CHANGED: "アポイントメントの内容が変更されました",
        GuestMail.CANCELLED: "アポイントメントがキャンセルされました",
        GuestMail.WITHDRAWN: "日程調整を取り下げました",
        GuestMail.DECLINED: "ご希望の日時でお受けできませんでした",
        GuestMail.REQUESTED: "ご予約の申し込みを受け付けました",
        GuestMail.REMINDER: "アポイントメントのご案内(リマインド)",
        GuestMail.DEADLINE_REMINDER: "日程調整のご回答期限が近づいています",
        GuestMail.OFFERED_AGAIN: "新しい候補日時をご案内します",
    },
    Language.EN: {
        GuestMail.INVITATION: "Please choose a time for our appointment",
        GuestMail.CONFIRMED: "Your appointment is confirmed",
        GuestMail.DETAILS: "Details of your appointment",
        GuestMail.CHANGED: "Your appointment has changed",
        GuestMail.CANCELLED: "Your appointment has been cancelled",
        GuestMail.WITHDRAWN: "The proposed times have been withdrawn",
        GuestMail.DECLINED: "The time you asked for is not available",
        GuestMail.REQUESTED: "We have received your booking request",
        GuestMail.REMINDER: "Reminder of your appointment",
        GuestMail.DEADLINE_REMINDER: "Please choose a time soon",
        GuestMail.OFFERED_AGAIN: "New times to choose from",
    },
}

_HOST: Mapping[Language, Mapping[HostMail, str]] = {
    Language.JA: {
        HostMail.CONFIRMED: "",
        HostMail.DETAILS: "【詳細】",
        HostMail.CHANGED: "【変更】",
        HostMail.CANCELLED: "【キャンセル】",
        HostMail.REQUESTED: "【承認待ち】",
        HostMail.READJUSTMENT: "【再調整依頼】",
        HostMail.EXPIRED: "【期限切れ】",
        HostMail.REMINDER: "【リマインド】",
        HostMail.ARRIVED: "【ご来訪】",
        HostMail.REMOVED: "【担当変更】",
    },
    Language.EN: {
        HostMail.CONFIRMED: "",
        HostMail.DETAILS: "[Details] ",
        HostMail.CHANGED: "[Changed] ",
        HostMail.CANCELLED: "[Cancelled] ",
        HostMail.REQUESTED: "[Approval needed] ",
        HostMail.READJUSTMENT: "[Other times requested] ",
        HostMail.EXPIRED: "[Expired] ",
        HostMail.REMINDER: "[Reminder] ",
        HostMail.ARRIVED: "[Arrived] ",
        HostMail.REMOVED: "[Hosts changed] ",
    },
}


def guest_subject(mail: GuestMail, organization: str, language: Language = Language.JA) -> str:
    """[株式会社サンプル]アポイントメントの日程が確定しました; the invitation goes without the bracket."""
    text = _GUEST[language][mail]
    sender = one_line(organization)
    if mail == GuestMail.INVITATION or not sender:
        return text
    gap = "" if language == Language.JA else " "
    # The sentence says what happened, so an endless company name gives way to it.
    return f"[{shorten(sender, TITLE_LIMIT - len(text) - 3)}]{gap}{text}"


def host_subject(
    mail: HostMail, customer: Customer, reception_code: str = "", language: Language = Language.JA
) -> str:
    """株式会社テスト:三田花子様; with a reception code [810749]来訪:株式会社テスト:三田花子様."""
    visit = visit_mark(reception_code, language)
    if language == Language.JA:
        who = _joined(":", customer.company, _with_honorific(customer.name)) or "お客様"
        if not one_line(customer.name) and one_line(customer.company):
            who += "様"
    else:
        who = _joined(": ", customer.company, customer.name) or "Customer"
    return shorten(_HOST[language][mail] + visit + who, TITLE_LIMIT)


def visit_mark(reception_code: str, language: Language) -> str:
    """[810749]来訪:, which begins a host's subject when the customer comes with a code; else nothing."""
    code = one_line(reception_code)
    if not code:
        return ""
    return f"[{code}]来訪:" if language == Language.JA else f"[{code}] Visit: "


def event_title(
    title: str, customer: Customer, *, reception: bool = False, language: Language = Language.JA
) -> str:
    """The meeting's title, or 社名:氏名 without one; with a reception code 「来訪: 」 goes before it."""
    japanese = language == Language.JA
    unknown = "日程調整" if japanese else "Scheduling"
    text = one_line(title) or _joined(":" if japanese else ": ", customer.company, customer.name) or unknown
    visit = ("来訪: " if japanese else "Visit: ") if reception else ""
    return shorten(visit + text, TITLE_LIMIT)


def hold_title(
    title: str, customer: Customer, *, reception: bool = False, language: Language = Language.JA
) -> str:
    """The same for a hold: 【仮】会議タイトル, 【仮】社名:氏名, or 【仮】日程調整 before anybody is known.

    The mark is the same in both languages, so that holds are recognised whoever made them.
    """
    return shorten(
        HOLD_MARK + event_title(title, customer, reception=reception, language=language), TITLE_LIMIT
    )


def request_title(title: str) -> str:
    """A booking that waits for approval: 【承認待ち】 and the title it will have, in both languages."""
    return shorten(REQUEST_MARK + one_line(title), TITLE_LIMIT)


def page_event_title(pattern: str, page: str, customer: Customer, *, reception: bool = False) -> str:
    """The title of a booking; an empty ``pattern`` means 「{予約ページ名}: {社名} {氏名}様」.

    Placeholders without a value leave no gap. What looks like a placeholder inside a value stays as typed.
    """
    values = {"page": one_line(page), "company": one_line(customer.company), "name": one_line(customer.name)}
    named = {name: values[key] for name, key in _PLACEHOLDERS.items()}
    text = one_line(fill(one_line(pattern) or PAGE_TITLE_PATTERN, named))
    return shorten(("来訪: " if reception else "") + text, TITLE_LIMIT)


def unknown_placeholders(pattern: str) -> list[str]:
    """The placeholders in ``pattern`` that mean nothing, for the form to refuse."""
    return unknown(pattern, _PLACEHOLDERS)


def _with_honorific(name: str) -> str:
    clean = one_line(name)
    return f"{clean}様" if clean else ""


def _joined(separator: str, *parts: str) -> str:
    return separator.join(clean for part in parts if (clean := one_line(part)))
