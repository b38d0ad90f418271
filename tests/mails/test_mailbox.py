"""The mailbox keeps what is sent, shows it, and hides nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from chosei.adapters.mail import SmtpMail, SmtpServer
from chosei.ports.mail import CalendarPart, Letter
from chosei.sandbox.mailbox import texts
from tests.support.mailbox import Mailbox, running_mailbox

ICS = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Chosei//JA\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nUID:u1@chosei\r\n"
    "SEQUENCE:2\r\nDTSTAMP:20261124T010000Z\r\nDTSTART:20261203T050000Z\r\nDTEND:20261203T060000Z\r\n"
    "SUMMARY:導入のご相談\r\nATTENDEE;CN=三田花子:mailto:hanako@test.example\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)


def letter(number: int = 1, **changes: object) -> Letter:
    given: dict[str, object] = {
        "message_id": f"<{number}@chosei.example>",
        "sender_name": "鈴木 美咲(株式会社サンプル)",
        "recipient": "hanako@test.example",
        "recipient_name": "三田花子",
        "subject": "[株式会社サンプル]アポイントメントの日程が確定しました",
        "text": "ご案内です。\nhttps://chosei.example/a/abc\n",
        "html": "<html><head></head><body><p>ご案内です。</p><script>alert(1)</script></body></html>",
        "language": "ja",
        "reply_to": "suzuki@sample.example",
    }
    return Letter(**(given | changes))  # type: ignore[arg-type]


def sender(mailbox: Mailbox) -> SmtpMail:
    return SmtpMail(SmtpServer(mailbox.smtp_host, mailbox.smtp_port), "Chosei <chosei@chosei.example>")


@pytest.fixture
def box() -> Iterator[Mailbox]:
    with running_mailbox() as running:
        yield running


@pytest.fixture
def browser(box: Mailbox) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=box.url, trust_env=False) as client:
        yield client


def test_a_mail_is_kept_with_everything_in_it(box: Mailbox, browser: httpx2.Client) -> None:
    sender(box).send(letter(calendar=CalendarPart("REQUEST", ICS.encode())))
    found = box.wait_for(to="HANAKO@test.example", subject="日程が確定")
    assert found["subject"] == "[株式会社サンプル]アポイントメントの日程が確定しました"
    assert found["from"] == '"鈴木 美咲(株式会社サンプル)" <chosei@chosei.example>'
    assert found["links"] == ["https://chosei.example/a/abc"]
    assert found["calendar"]["method"] == "REQUEST"
    assert found["calendar"]["sequence"] == 2
    assert found["calendar"]["start"] == "2026-12-03T05:00:00+00:00"
    assert found["calendar"]["attendees"] == ("三田花子 <hanako@test.example>",)
    assert found["attachments"] == ["invite.ics"]
    api = browser.get("/api/messages", params={"to": "hanako", "subject": "確定"}).json()["messages"]
    assert [one["message_id"] for one in api] == ["<1@chosei.example>"]
    assert api[0]["headers"]["reply-to"] == "suzuki@sample.example"
    assert browser.get("/api/messages", params={"to": "nobody"}).json() == {"messages": []}


def test_a_mail_that_came_twice_says_so(box: Mailbox, browser: httpx2.Client) -> None:
    for _ in range(2):
        sender(box).send(letter())
    assert [(one["message_id"], one["receipts"]) for one in box.messages()] == [("<1@chosei.example>", 2)]
    assert "2回受信" in browser.get("/").text
    number = box.messages()[0]["id"]
    assert (
        "received 2 times (same Message-ID)"
        in browser.get(f"/messages/{number}", headers={"Accept-Language": "en-GB,en"}).text
    )
    assert (
        browser.get(f"/messages/{number - 1}").status_code == 200
    )  # the first receipt's address still opens it


def test_mails_survive_a_restart_until_they_are_cleared(tmp_path: Path) -> None:
    with running_mailbox(tmp_path) as first:
        sender(first).send(letter())
    with running_mailbox(tmp_path) as second:
        assert second.messages()[0]["text"].startswith("ご案内です。")
        assert httpx2.post(f"{second.url}/clear", trust_env=False).status_code == 303
        assert second.messages() == []
    assert not list(tmp_path.rglob("*.eml"))


def test_the_list_is_newest_first_and_searched_by_recipient_or_subject(
    box: Mailbox, browser: httpx2.Client
) -> None:
    sender(box).send(letter(1, subject="Alpha"))
    sender(box).send(letter(2, subject="Beta", recipient="sato@sample.example"))
    shown = re.findall(r'class="subject">([^<]*)<', browser.get("/").text)
    assert shown == ["Beta", "Alpha"]
    assert re.findall(r'class="subject">([^<]*)<', browser.get("/?q=SATO").text) == ["Beta"]
    assert re.findall(r'class="subject">([^<]*)<', browser.get("/?q=alpha").text) == ["Alpha"]
    assert "該当するメールはありません" in browser.get("/?q=zzz").text


def test_a_hostile_mail_runs_nothing(box: Mailbox, browser: httpx2.Client) -> None:
    sender(box).send(letter(subject="<script>alert(2)</script>", text="<img src=x onerror=alert(3)>\n"))
    number = box.messages()[0]["id"]
    for tab in ("html", "text", "source"):
        page = browser.get(f"/messages/{number}?tab={tab}")
        assert "<script" not in page.text
        assert "<img" not in page.text
        assert "script-src" not in page.headers["content-security-policy"]
        assert page.headers["content-security-policy"].startswith("default-src 'none'")
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in browser.get(f"/messages/{number}").text
    assert (
        browser.get(f"/messages/{number}/body")
        .headers["content-security-policy"]
        .startswith("default-src 'none'")
    )


def test_the_calendar_is_shown_and_downloaded(box: Mailbox, browser: httpx2.Client) -> None:
    sender(box).send(letter(calendar=CalendarPart("REQUEST", ICS.encode())))
    number = box.messages()[0]["id"]
    page = browser.get(f"/messages/{number}?tab=calendar").text
    assert "会議の招待 (REQUEST)" in page
    assert "2026-12-03 05:00:00 UTC" in page
    assert browser.get(f"/messages/{number}/invite.ics").text == ICS


def test_a_broken_calendar_is_said_to_be_broken(box: Mailbox, browser: httpx2.Client) -> None:
    sender(box).send(letter(calendar=CalendarPart("REQUEST", b"BEGIN:VCALENDAR\r\nnonsense\r\n")))
    found = box.messages()[0]
    assert found["calendar"]["problem"]
    assert "読み取れません" in browser.get(f"/messages/{found['id']}?tab=calendar").text


@pytest.mark.parametrize("path", ["/messages/99", "/messages/99/body", "/messages/99/invite.ics", "/nothing"])
def test_what_is_not_there_is_a_plain_page(browser: httpx2.Client, path: str) -> None:
    answer = browser.get(path, headers={"Accept-Language": "en"})
    assert answer.status_code == 404
    assert "There is no such mail" in answer.text


def test_other_sites_and_other_names_get_nothing(browser: httpx2.Client) -> None:
    assert browser.post("/clear", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert browser.get("/", headers={"Host": "evil.example"}).status_code == 400
    assert browser.get("/clear").status_code == 405


def test_the_language_can_be_switched(browser: httpx2.Client) -> None:
    assert "No mail yet" in browser.post("/language/en", follow_redirects=True).text
    assert "メールはまだありません" in browser.post("/language/ja", follow_redirects=True).text


def test_every_text_of_the_pages_has_its_english() -> None:
    folder = Path(texts.__file__).parent / "templates"
    used = {
        text
        for page in folder.glob("*.html")
        for text in re.findall(r't\("([^"]+)"\)', page.read_text("utf-8"))
    }
    assert used
    assert {text for text in used if not texts.translated("en", text)} == set()
