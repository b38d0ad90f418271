"""The letters whose words an organisation may choose, and what it may put into them."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from chosei.core.placeholders import unknown


class Wording(StrEnum):
    """One occasion to write. Stored as ``LetterText.kind``; finer than the kind of a mail where what happened
    asks for other words.
    """

    INVITATION = "invitation"
    OFFERED_AGAIN = "offered_again"
    CANDIDATES_CHANGED = "candidates_changed"
    DEADLINE_REMINDER = "deadline_reminder"
    CONFIRMED_GUEST = "confirmed_guest"
    LINK_GUEST = "link_guest"
    MOVED_GUEST = "moved_guest"
    CHANGED_GUEST = "changed_guest"
    CANCELLED_GUEST = "cancelled_guest"
    CANCELLED_BY_GUEST = "cancelled_by_guest"
    REMINDER_GUEST = "reminder_guest"
    REQUESTED_GUEST = "requested_guest"
    DECLINED_GUEST = "declined_guest"
    CONFIRMED_HOST = "confirmed_host"
    LINK_HOST = "link_host"
    MOVED_HOST = "moved_host"
    CHANGED_HOST = "changed_host"
    CANCELLED_HOST = "cancelled_host"
    CANCELLED_BY_GUEST_HOST = "cancelled_by_guest_host"
    REMINDER_HOST = "reminder_host"
    READJUSTMENT = "readjustment"
    CHANGE_ASKED = "change_asked"
    EXPIRED = "expired"
    REQUESTED_HOST = "requested_host"
    LAPSED_HOST = "lapsed_host"


_TO_GUESTS = tuple(Wording)[: tuple(Wording).index(Wording.CONFIRMED_HOST)]
_OF_PROPOSALS = frozenset({
    Wording.INVITATION, Wording.OFFERED_AGAIN, Wording.CANDIDATES_CHANGED, Wording.DEADLINE_REMINDER,
    Wording.READJUSTMENT, Wording.EXPIRED,
})  # fmt: skip


_WITH_CODE = frozenset({
    Wording.CONFIRMED_HOST, Wording.LINK_HOST, Wording.MOVED_HOST, Wording.CHANGED_HOST,
    Wording.REMINDER_HOST,
})  # fmt: skip


def to_guest(wording: Wording) -> bool:
    """Whether the letter is for the customer; the others are for hosts and authors."""
    return wording in _TO_GUESTS


def of_proposal(wording: Wording) -> bool:
    """Whether the letter is about a proposal; the others are about an appointment."""
    return wording in _OF_PROPOSALS


def says_code(wording: Wording) -> bool:
    """Whether the subject begins with the reception code of whoever comes with one."""
    return wording in _WITH_CODE


class Placeholder(StrEnum):
    """What stands in a text for a value of the meeting. The value is its English name."""

    ORGANIZATION = "organization"
    HOST = "host"
    COMPANY = "company"
    NAME = "name"
    CUSTOMER = "customer"
    TITLE = "title"
    TIME = "time"
    DEADLINE = "deadline"


JAPANESE: Mapping[Placeholder, str] = {
    Placeholder.ORGANIZATION: "自社名",
    Placeholder.HOST: "担当者名",
    Placeholder.COMPANY: "社名",
    Placeholder.NAME: "氏名",
    Placeholder.CUSTOMER: "お客様名",
    Placeholder.TITLE: "件名",
    Placeholder.TIME: "日時",
    Placeholder.DEADLINE: "回答期限",
}
_ALWAYS = tuple(JAPANESE)[:6]


def placeholders_of(wording: Wording) -> tuple[Placeholder, ...]:
    """What there is always a value for when this letter is written."""
    if wording == Wording.DEADLINE_REMINDER:
        return (*_ALWAYS, Placeholder.DEADLINE)
    return _ALWAYS if of_proposal(wording) else (*_ALWAYS, Placeholder.TIME)


def in_both_languages(values: Mapping[Placeholder, str]) -> dict[str, str]:
    """The values under their Japanese and their English names; either is understood in any letter."""
    return {name: value for one, value in values.items() for name in (JAPANESE[one], one.value)}


def unknown_placeholders(wording: Wording, text: str) -> list[str]:
    """The placeholders in ``text`` that this letter has no value for."""
    return unknown(text, in_both_languages(dict.fromkeys(placeholders_of(wording), "")))
