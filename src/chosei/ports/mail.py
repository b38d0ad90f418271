"""Sending mail."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class CalendarPart:
    """An iCalendar object to go with a mail: ``method`` is REQUEST or CANCEL."""

    method: str
    content: bytes
    filename: str = "invite.ics"


@dataclass(frozen=True, slots=True)
class InlineImage:
    """A picture that the HTML shows as ``cid:`` + ``cid`` (RFC 2392). ``filename`` is what a reader sees who
    keeps it; ``content_type`` is image/png or image/jpeg."""

    cid: str
    content: bytes
    filename: str
    content_type: str = "image/png"


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail ready to be sent. ``message_id`` (with angle brackets) stays the same when it is sent again."""

    message_id: str
    sender_name: str
    recipient: str
    recipient_name: str
    subject: str
    text: str
    html: str
    language: str
    reply_to: str = ""
    calendar: CalendarPart | None = None
    in_reply_to: str = ""
    images: tuple[InlineImage, ...] = ()


class MailPort(Protocol):
    def send(self, letter: Letter) -> None:
        """Hand the letter to the mail server. Returns once the server has taken it.

        Raises ``Transient`` or ``Throttled`` (try again with the same Message-ID), ``Rejected`` (this
        recipient or letter is refused for good) or ``Misconfigured`` (server or sign-in wrong).
        """
