"""A letter as the bytes that travel: MIME as Outlook and Gmail want an invitation to be built.

    multipart/mixed                          only with a calendar object
    ├── multipart/alternative
    │   ├── text/plain
    │   ├── text/html
    │   └── text/calendar; method=REQUEST    what makes a client answer it and update itself (RFC 6047)
    └── application/ics, invite.ics          for clients that only know attachments

Bodies are base64, so that no relay refolds Japanese or touches the CRLF of the calendar object.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime

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
    sender = ascii_domain(sender_address)
    recipient = ascii_domain(letter.recipient)
    reply_to = ascii_domain(letter.reply_to) if letter.reply_to else ""
    utf8 = not (sender + recipient + reply_to).isascii()
    message = EmailMessage(policy=policy.SMTPUTF8 if utf8 else policy.SMTP)
    try:
        message["From"] = _address(letter.sender_name, sender)
    except ValueError:
        raise Misconfigured("sender_address_unusable") from None
    try:
        message["To"] = _address(letter.recipient_name, recipient)
        if reply_to:
            message["Reply-To"] = _address("", reply_to)
    except ValueError:
        raise Rejected("recipient_address_unusable") from None
    message["Subject"] = one_line(letter.subject)
    message["Message-ID"] = one_line(letter.message_id)
    message["Date"] = format_datetime(now or datetime.now(UTC))
    if letter.in_reply_to:
        message["In-Reply-To"] = message["References"] = one_line(letter.in_reply_to)
    # RFC 3834: nobody's absence note answers a machine.
    message["Auto-Submitted"] = "auto-generated"
    _fill(message, letter)
    # Set last: while the message becomes multipart, its Content-… headers move into the first part.
    message["Content-Language"] = one_line(letter.language)
    return Parcel(sender, recipient, message.as_bytes(), utf8)


def _fill(message: EmailMessage, letter: Letter) -> None:
    message.set_content(letter.text, charset="utf-8", cte="base64")
    message.add_alternative(letter.html, subtype="html", charset="utf-8", cte="base64")
    part = letter.calendar
    if part is None:
        return
    calendar = part.content.decode()
    params = {"method": part.method}
    message.add_alternative(calendar, subtype="calendar", charset="utf-8", cte="base64", params=params)
    message.add_attachment(part.content, maintype="application", subtype="ics", filename=part.filename)


def one_line(text: str) -> str:
    """``text`` without anything that could begin another header or show as a box."""
    return " ".join("".join(sign if sign.isprintable() or sign == "\u200d" else " " for sign in text).split())


def ascii_domain(address: str) -> str:
    """The address with its domain in ASCII (IDNA); what does not convert stays as it is."""
    local, at, domain = address.rpartition("@")
    if not at or domain.isascii():
        return address
    try:
        return f"{local}@{domain.encode('idna').decode('ascii')}"
    except UnicodeError:
        return address


def _address(name: str, address: str) -> Address:
    """Raises ValueError for an address that would break the header."""
    local, at, domain = address.rpartition("@")
    if not local or not at or not domain or not address.isprintable() or " " in address:
        raise ValueError("not an address")
    return Address(display_name=one_line(name), addr_spec=address)
