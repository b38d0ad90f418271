"""A letter as the bytes that travel: MIME as Outlook and Gmail want an invitation to be built.

    multipart/mixed                          only with a calendar object
    ├── multipart/alternative
    │   ├── text/plain
    │   ├── text/html                    in multipart/related with the pictures it shows, if any
    │   └── text/calendar; method=REQUEST    what makes a client answer it and update itself (RFC 6047)
    └── application/ics, invite.ics          for clients that only know attachments

Bodies are base64, so that no relay refolds Japanese or touches the CRLF of the calendar object.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime

from chosei.adapters.mail.headers import address_header, one_line, text_header
from chosei.ports.errors import Misconfigured, Rejected
from chosei.ports.mail import Letter


@dataclass(frozen=True, slots=True)
class Parcel:
    """What SMTP needs: the envelope and the bytes. ``utf8``: the server must know SMTPUTF8 (RFC 6531)."""

    sender: str
    recipient: str
    content: bytes
    utf8: bool


def pack(letter: Letter, sender_address: str, *, now: datetime | None = None) -> Parcel:
    """Build the message. ``sender_address`` is the bare address Chosei writes from.

    Raises Rejected when the recipient's address cannot be written in a mail, Misconfigured when ours cannot.
    """
    sender, recipient = ascii_domain(sender_address), ascii_domain(letter.recipient)
    reply_to = ascii_domain(letter.reply_to) if letter.reply_to else ""
    utf8 = not (sender + recipient + reply_to).isascii()
    head = _head(letter, sender, recipient, reply_to)
    message = EmailMessage(policy=policy.SMTPUTF8 if utf8 else policy.SMTP)
    message["Date"] = format_datetime(now or datetime.now(UTC))
    # RFC 3834: nobody's absence note answers a machine.
    message["Auto-Submitted"] = "auto-generated"
    _fill(message, letter)
    # Set last: while the message becomes multipart, its Content-… headers move into the first part.
    message["Content-Language"] = one_line(letter.language)
    return Parcel(sender, recipient, head.encode() + message.as_bytes(), utf8)


def _head(letter: Letter, sender: str, recipient: str, reply_to: str) -> str:
    try:
        lines = address_header("From", letter.sender_name, sender)
    except ValueError:
        raise Misconfigured("sender_address_unusable") from None
    try:
        lines += address_header("To", letter.recipient_name, recipient)
        lines += address_header("Reply-To", "", reply_to) if reply_to else ""
    except ValueError:
        raise Rejected("recipient_address_unusable") from None
    lines += text_header("Subject", letter.subject) + f"Message-ID: {one_line(letter.message_id)}\r\n"
    if letter.in_reply_to:
        earlier = one_line(letter.in_reply_to)
        lines += f"In-Reply-To: {earlier}\r\nReferences: {earlier}\r\n"
    return lines


def _fill(message: EmailMessage, letter: Letter) -> None:
    message.set_content(letter.text, charset="utf-8", cte="base64")
    message.add_alternative(letter.html, subtype="html", charset="utf-8", cte="base64")
    _show_images(message, letter)
    part = letter.calendar
    if part is None:
        return
    calendar = part.content.decode()
    params = {"method": part.method}
    message.add_alternative(calendar, subtype="calendar", charset="utf-8", cte="base64", params=params)
    message.add_attachment(part.content, maintype="application", subtype="ics", filename=part.filename)


def _show_images(message: EmailMessage, letter: Letter) -> None:
    """As parts of the letter: many clients block addresses of pictures, and do not show data in the HTML."""
    if not letter.images:
        return
    html = message.get_body(("html",))
    assert html is not None, "the HTML was added a moment ago"
    for image in letter.images:
        html.add_related(
            image.content,
            maintype="image",
            subtype=image.content_type.removeprefix("image/"),
            cid=f"<{image.cid}>",
            filename=image.filename,
            disposition="inline",
        )


def ascii_domain(address: str) -> str:
    """The address with its domain in ASCII (IDNA); what does not convert stays as it is."""
    local, at, domain = address.rpartition("@")
    if not at or domain.isascii():
        return address
    try:
        return f"{local}@{domain.encode('idna').decode('ascii')}"
    except UnicodeError:
        return address
