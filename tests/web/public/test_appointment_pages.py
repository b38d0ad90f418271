"""The guest's page of an appointment, the files and links to take along, and cancelling."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.utils import timezone
from icalendar import Calendar

from chosei.actions.cancellation import cancel_by_host
from chosei.records.models import Appointment, BookingPage
from tests.actions.test_reception_codes import visit as visitor
from tests.web.public.walking import parsed, send, text_of

pytestmark = pytest.mark.django_db

JOIN = "https://teams.microsoft.com/l/meetup-join/19%3ameeting_x/0?context=%7b%7d"


def test_the_page_says_what_was_agreed_and_what_will_follow(client, appointment):
    page = client.get(f"/a/{appointment.link_token}")
    said = text_of(page)
    for words in ("アポイントメントが確定しました", "12月3日(木)", "10:00〜11:00", "日本標準時(GMT+9)",
                  "佐藤 健一", "導入のご相談", "三田花子 様",
                  "Web会議のURLは準備でき次第メールでお送りします",
                  "Googleカレンダーに追加", "Outlookカレンダーに追加"):  # fmt: skip
        assert words in said
    assert parsed(page).select_one("#joining")["data-refresh"] == "3"


def test_the_link_appears_by_itself_and_ends_the_asking(client, appointment):
    htmx = {"hx-request": "true"}
    waiting = client.get(f"/a/{appointment.link_token}", headers=htmx)
    assert "<html" not in waiting.content.decode()
    assert parsed(waiting).select_one("#joining").has_attr("hx-get")
    Appointment.objects.update(join_url=JOIN)
    there = client.get(f"/a/{appointment.link_token}", headers=htmx)
    assert parsed(there).select_one("#joining a")["href"] == JOIN
    assert not parsed(there).select_one("#joining").has_attr("hx-get")


def test_the_links_into_other_calendars_are_right_to_the_minute(client, appointment):
    Appointment.objects.update(join_url=JOIN, guidance="資料をご用意ください。")
    links = [
        link["href"]
        for link in parsed(client.get(f"/a/{appointment.link_token}")).select(".calendar-links a")
    ]
    google, outlook = (parse_qs(urlsplit(link).query) for link in links[:2])
    assert google["dates"] == ["20261203T010000Z/20261203T020000Z"]
    assert google["ctz"] == ["Asia/Tokyo"]
    assert google["text"] == outlook["subject"] == ["導入のご相談"]
    assert google["location"] == [JOIN]
    assert "資料をご用意ください。" in google["details"][0]
    assert outlook["startdt"] == ["2026-12-03T01:00:00Z"]
    assert outlook["enddt"] == ["2026-12-03T02:00:00Z"]


def test_the_calendar_file_has_the_uid_of_the_mailed_one(client, appointment):
    response = client.get(f"/a/{appointment.link_token}/invite.ics")
    assert response.headers["Content-Type"] == "text/calendar; charset=utf-8"
    event: Any = Calendar.from_ical(response.content).walk("VEVENT")[0]
    assert event["UID"] == appointment.ics_uid
    assert event["DTSTART"].dt == appointment.starts_at


def test_without_a_linked_host_the_page_promises_no_link_of_its_own(client, appointment):
    Appointment.objects.update(organizer=None)
    page = client.get(f"/a/{appointment.link_token}")
    assert "Web会議のURLは担当者よりご連絡します" in text_of(page)
    assert not parsed(page).select_one("#joining").has_attr("hx-get")


def test_cancelling_asks_first_and_changes_nothing_by_get(client, appointment):
    page = client.get(f"/a/{appointment.link_token}")
    question = client.get(parsed(page).select_one("a.danger")["href"])
    assert "このアポイントメントをキャンセルしますか" in text_of(question)
    appointment.refresh_from_db()
    assert appointment.state == "confirmed"
    done = send(client, question, reason="都合が\n変わりました\x00")
    assert done.headers["Location"] == f"/a/{appointment.link_token}"
    appointment.refresh_from_db()
    assert (appointment.state, appointment.cancelled_by) == ("cancelled", "guest")
    assert appointment.cancel_reason == "都合が\n変わりました"
    said = text_of(client.get(done.headers["Location"]))
    assert "アポイントメントはキャンセルされました" in said
    assert "Googleカレンダーに追加" not in said


def test_a_cancellation_sent_twice_is_one(client, appointment):
    question = client.get(f"/a/{appointment.link_token}/cancellation")
    assert send(client, question).status_code == send(client, question).status_code == 302
    appointment.refresh_from_db()
    assert appointment.revision == 1


def test_a_reason_too_long_is_said_at_its_field(client, appointment):
    refused = send(client, client.get(f"/a/{appointment.link_token}/cancellation"), reason="長" * 2001)
    assert refused.status_code == 422
    assert "2000文字以内" in parsed(refused).select_one("#id_reason_error").text
    appointment.refresh_from_db()
    assert appointment.state == "confirmed"


def test_the_hosts_cancellation_is_said_with_regret(client, appointment):
    cancel_by_host(appointment.proposal.author, appointment, reason="", now=appointment.confirmed_at)
    said = text_of(client.get(f"/a/{appointment.link_token}"))
    assert "担当者によりキャンセルされました。" in said
    assert client.get(f"/a/{appointment.link_token}/cancellation").status_code == 410


@pytest.mark.parametrize(
    ("state", "page_state", "leads_on"),
    [
        ("declined", "published", True),
        ("cancelled", "published", True),
        ("declined", "paused", False),
        ("confirmed", "published", False),
    ],
)
def test_whoever_lost_a_booked_time_is_led_to_the_others(
    client, appointment, booking_page, state, page_state, leads_on
):
    BookingPage.objects.update(state=page_state)
    Appointment.objects.update(booking_page=booking_page, state=state, cancel_reason="終日不在のため")
    page = client.get(f"/a/{appointment.link_token}")
    ways = [link["href"] for link in parsed(page).select("main a") if link.text == "あらためて日時を選ぶ"]
    assert ways == ([f"/b/{booking_page.link_token}"] if leads_on else [])
    assert ("キャンセルの理由" in text_of(page)) is (state != "declined")


def test_what_is_over_can_be_read_but_not_cancelled(client, appointment):
    with time_machine.travel(appointment.ends_at + timedelta(minutes=1), tick=True):
        said = text_of(client.get(f"/a/{appointment.link_token}"))
        assert "このアポイントメントは終了しました" in said
        assert "キャンセルする" not in said
        assert client.post(f"/a/{appointment.link_token}/cancellation").status_code == 410
    appointment.refresh_from_db()
    assert appointment.state == "confirmed"


def test_a_visitor_reads_and_shows_the_reception_code(client, tuesday, db):
    appointment = visitor()
    page = parsed(client.get(f"/a/{appointment.link_token}"))
    assert page.select_one(".reception-digits").text == appointment.code.digits
    assert page.select_one(".reception-code img")["src"].startswith("data:image/svg+xml")
    cancel_by_host(appointment.promises.get().host, appointment, reason="", now=timezone.now())
    assert not parsed(client.get(f"/a/{appointment.link_token}")).select(".reception-code")
