"""The bytes that travel, read back by another reader of mail."""

from __future__ import annotations

from email import message_from_bytes, policy
from email.header import decode_header
from email.message import EmailMessage
from email.utils import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chosei.adapters.mail.headers import one_line
from chosei.adapters.mail.message import pack
from chosei.ports.errors import Misconfigured, Rejected
from chosei.ports.mail import CalendarPart, InlineImage
from chosei.sandbox.mailbox.contents import contents_of
from tests.mails.test_mailbox import ICS, letter

OURS = "chosei@chosei.example"
HEADERS = [
    "Auto-Submitted",
    "Content-Language",
    "Content-Type",
    "Date",
    "From",
    "MIME-Version",
    "Message-ID",
    "Reply-To",
    "Subject",
    "To",
]


def read(content: bytes) -> EmailMessage:
    return message_from_bytes(content, policy=policy.default)


def test_an_invitation_has_the_parts_that_outlook_and_gmail_expect() -> None:
    mail = read(pack(letter(calendar=CalendarPart("CANCEL", ICS.encode())), OURS).content)
    assert [part.get_content_type() for part in mail.walk()] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "text/calendar",
        "application/ics",
    ]
    (calendar,) = (part for part in mail.walk() if part.get_content_type() == "text/calendar")
    assert calendar.get_param("method") == "CANCEL"
    assert calendar.get_content_charset() == "utf-8"
    assert calendar.get_payload(decode=True) == ICS.encode()
    (attached,) = mail.iter_attachments()
    assert attached.get_filename() == "invite.ics"
    assert attached.get_payload(decode=True) == ICS.encode()


def test_pictures_travel_beside_the_html_that_shows_them() -> None:
    shown = letter(
        html='<img src="cid:code@chosei" alt="">',
        images=(InlineImage("code@chosei", b"\x89PNG", "code.png"),),
        calendar=CalendarPart("REQUEST", ICS.encode()),
    )
    mail = read(pack(shown, OURS).content)
    assert [part.get_content_type() for part in mail.walk()] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "multipart/related",
        "text/html",
        "image/png",
        "text/calendar",
        "application/ics",
    ]
    (picture,) = (part for part in mail.walk() if part.get_content_type() == "image/png")
    assert (picture["Content-ID"], picture.get_content_disposition()) == ("<code@chosei>", "inline")
    assert picture.get_payload(decode=True) == b"\x89PNG"
    assert "data:image/png;base64,iVBORw==" in contents_of(mail).html


def test_a_letter_without_a_calendar_is_two_alternatives() -> None:
    mail = read(pack(letter(), OURS).content)
    assert [part.get_content_type() for part in mail.walk()] == [
        "multipart/alternative",
        "text/plain",
        "text/html",
    ]
    body = mail.get_body(("plain",))
    assert body is not None
    assert body.get_content().replace("\r\n", "\n") == letter().text
    assert body["Content-Transfer-Encoding"] == "base64"


def test_the_headers() -> None:
    mail = read(pack(letter(in_reply_to="<0@chosei.example>"), OURS).content)
    assert mail["From"].addresses[0].display_name == "鈴木 美咲(株式会社サンプル)"
    assert mail["From"].addresses[0].addr_spec == OURS
    assert mail["To"].addresses[0].display_name == "三田花子"
    assert mail["Reply-To"] == "suzuki@sample.example"
    assert mail["Message-ID"] == "<1@chosei.example>"
    assert mail["In-Reply-To"] == mail["References"] == "<0@chosei.example>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Content-Language"] == "ja"
    assert mail["Date"].datetime.tzinfo is not None
    assert mail["MIME-Version"] == "1.0"


@given(st.text(st.characters(codec="utf-8"), max_size=300))
def test_any_subject_and_name_arrives_to_the_letter_and_adds_no_header(words: str) -> None:
    content = pack(letter(subject=words, sender_name=words, recipient_name=words), OURS).content
    head, _, _ = content.partition(b"\r\n\r\n")
    assert all(len(line) <= 78 for line in head.split(b"\r\n"))
    assert head.isascii()
    mail = read(content)
    assert sorted(name for name, _ in mail.items()) == HEADERS
    assert str(mail["Subject"]) == one_line(words)
    assert mail["From"].addresses[0].addr_spec == OURS
    # Read by the older parser: the newer one puts a space between two encoded words of a name.
    raw = message_from_bytes(content, policy=policy.compat32)["From"].rpartition("<")[0]
    name = "".join(
        part.decode(charset or "ascii") if isinstance(part, bytes) else part
        for part, charset in decode_header(raw)
    ).strip()
    assert (unquote(name) if name.startswith('"') and name != one_line(words) else name) == one_line(words)


def test_a_long_subject_that_mixes_scripts_keeps_its_spaces() -> None:
    words = "株式会社 " + 'Test "quoted" {% now %} ' * 12 + "様"
    assert str(read(pack(letter(subject=words), OURS).content)["Subject"]) == words


def test_international_addresses() -> None:
    domain = pack(letter(recipient="hanako@日本語.example"), OURS)
    assert domain.recipient == "hanako@xn--wgv71a119e.example"
    assert not domain.utf8
    local = pack(letter(recipient="花子@test.example"), OURS)
    assert local.utf8
    assert "花子@test.example".encode() in local.content


@pytest.mark.parametrize(
    "address",
    ["", "nobody", "a@b\r\nBcc: x@y", "a b@c.example", "a@b,c@d", "<a@b>", "@b", "a@", "x" * 330 + "@b"],
)
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(Rejected, match="recipient_address_unusable"):
        pack(letter(recipient=address), OURS)
    with pytest.raises(Misconfigured, match="sender_address_unusable"):
        pack(letter(), address)
