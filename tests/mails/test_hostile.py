"""Whatever people type, a letter stays one letter, and its HTML stays ours."""

from __future__ import annotations

from email import message_from_bytes, policy
from typing import Any

import pytest
from bs4 import BeautifulSoup

from chosei.adapters.mail.message import pack
from chosei.mails.markup import linked
from chosei.mails.wrap import width
from chosei.records.models import MailKind
from tests.mails.scene import JOIN_URL, Scene

HOSTILE = {
    "header": "三田\r\nBcc: evil@test.example\r\n\r\n<b>",
    "markup": '<img src=x onerror=alert(1)>"\'></td></table>{{ 7|add:7 }}{% now "Y" %}',
    "direction": "\u202etxt.exe\u2066花子\u200f",
    "emoji": "👩\u200d💻花子🇯🇵",
    "long": "三" * 120,
    "percent": "100%(name)s %d 100%",
    "controls": "花\x00子\x07\x1b[31m\u2028様",
}
KINDS = [
    MailKind.INVITATION,
    MailKind.CONFIRMED_GUEST,
    MailKind.CONFIRMED_HOST,
    MailKind.LINK_FOLLOWS_GUEST,
    MailKind.CANCELLED_HOST,
]


@pytest.mark.parametrize("what", sorted(HOSTILE))
@pytest.mark.parametrize("kind", KINDS)
def test_a_hostile_customer_stays_within_one_letter(scene: Scene, kind: MailKind, what: str) -> None:
    typed = HOSTILE[what].replace("\x00", "")  # PostgreSQL keeps no NUL
    given: dict[str, Any] = {
        "guest_name": typed[:120],
        "guest_company": typed,
        "title": typed,
        "location": typed,
        "guidance": typed * 3,
        "contact": typed,
    }
    member = None
    if kind is MailKind.INVITATION:
        about: Any = scene.proposal(**given)
    else:
        state = "cancelled" if kind is MailKind.CANCELLED_HOST else "confirmed"
        about = scene.appointment(
            guest_message=typed, cancel_reason=typed, join_url=JOIN_URL, state=state, **given
        )
        member = scene.host if kind in (MailKind.CONFIRMED_HOST, MailKind.CANCELLED_HOST) else None
    letter = scene.letter(kind, about, member)
    mail = message_from_bytes(pack(letter, "chosei@sample.example").content, policy=policy.default)
    assert mail["Bcc"] is None
    assert len(mail.get_all("To", [])) == len(mail.get_all("Subject", [])) == 1
    assert "\n" not in mail["Subject"]
    assert mail["From"].addresses[0].addr_spec == "chosei@sample.example"
    assert mail["Subject"] == letter.subject
    everything = letter.subject + letter.text + letter.html
    assert not any(mark in everything for mark in "\u202e\u2066\u200f\x07\x1b")
    page = BeautifulSoup(letter.html, "html.parser")
    assert page.find("img") is None
    assert page.find("b") is None
    assert page.find("script") is None
    assert all(str(link["href"]).startswith(("https://", "http://")) for link in page.find_all("a"))
    assert "&lt;" not in letter.text
    assert "&amp;" not in letter.text
    lines = [line for line in letter.text.split("\n") if "://" not in line]
    assert all(width(line) <= 78 for line in lines if " " in line or not line.isascii())


def test_text_is_linked_safely_and_japanese_ends_a_link() -> None:
    assert linked("詳細はhttps://a.example/x?a=1&b=2をご覧ください。") == (
        '詳細は<a class="link" href="https://a.example/x?a=1&amp;b=2" style="" rel="noopener noreferrer">'
        "https://a.example/x?a=1&amp;b=2</a>をご覧ください。"
    )
    assert "<a" not in linked("javascript:alert(1) data:text/html,x ftp://a.example")
    assert linked('"><script>') == "&quot;&gt;&lt;script&gt;"
    assert 'href="https://a.example/(b)"' in linked("(https://a.example/(b)).")
    assert linked("一行\n二行") == "一行<br>二行"


def test_the_guests_letter_names_nobody_who_need_not_be_named(scene: Scene) -> None:
    appointment = scene.appointment([scene.host, scene.colleague])
    letter = scene.letter(MailKind.CONFIRMED_GUEST, appointment)
    assert letter.calendar is not None
    everything = letter.text + letter.html + letter.calendar.content.decode().replace("\r\n ", "")
    assert "田中 翔" in letter.text
    assert scene.colleague.email not in everything
    assert "hanako@test.example" not in letter.text + letter.html
    assert "/appointments/" not in everything
    assert not BeautifulSoup(letter.html, "html.parser").find_all(["img", "link", "script"])
