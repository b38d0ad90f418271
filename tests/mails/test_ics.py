"""Chosei's calendar objects, read back as a calendar would."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from icalendar import Calendar

from chosei.core.language import Language
from chosei.mails.attached import gets_calendar_object
from chosei.mails.ics import Invited, calendar_part, download
from chosei.records.models import Appointment, CalendarEntry, MailKind, Member
from tests.mails.scene import JOIN_URL, NOW, START, Scene

GUEST = Invited("hanako@test.example", "三田花子", Language.JA)


def read(content: bytes) -> tuple[Any, Any]:
    calendar = Calendar.from_ical(content)
    (event,) = calendar.walk("VEVENT")
    return calendar, event


def test_an_invitation_reads_back_whole(scene: Scene) -> None:
    appointment = scene.appointment(join_url=JOIN_URL)
    part = calendar_part(appointment, GUEST, now=NOW)
    calendar, event = read(part.content)
    assert part.method == calendar["METHOD"] == "REQUEST"
    assert part.filename == "invite.ics"
    assert event["UID"] == appointment.ics_uid
    assert event["SEQUENCE"] == 0
    assert event["DTSTAMP"].dt == NOW
    assert event["DTSTART"].dt == START
    assert event["DTEND"].dt == START + timedelta(hours=1)
    assert event["SUMMARY"] == "導入のご相談"
    assert event["STATUS"] == "CONFIRMED"
    assert event["ORGANIZER"] == "mailto:chosei@sample.example"
    assert event["ORGANIZER"].params["CN"] == "鈴木 美咲"
    assert event["ATTENDEE"] == "mailto:hanako@test.example"
    assert event["ATTENDEE"].params["CN"] == "三田花子"
    assert event["ATTENDEE"].params["RSVP"] == "TRUE"
    assert event["ATTENDEE"].params["PARTSTAT"] == "NEEDS-ACTION"
    assert event["LOCATION"] == JOIN_URL
    page = f"https://chosei.sample.example/a/{appointment.link_token}"
    assert event["URL"] == page
    assert f"Web会議URL\n{JOIN_URL}\n" in event["DESCRIPTION"]
    assert event["DESCRIPTION"].endswith(f"キャンセルのお手続き\n{page}/cancellation")


def test_the_wire_form_is_utc_folded_and_ends_its_lines_as_the_rfc_says(scene: Scene) -> None:
    appointment = scene.appointment(join_url=JOIN_URL, title="導入, ご相談; 第1回\\" + "長" * 90)
    content = calendar_part(appointment, GUEST, now=NOW).content
    assert b"DTSTART:20261203T050000Z\r\n" in content
    assert b"DTSTAMP:20261124T010000Z\r\n" in content
    assert content.count(b"\n") == content.count(b"\r\n")
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
    content.decode("utf-8")
    for line in content.split(b"\r\n"):
        line.decode("utf-8")  # no character is cut in two by the folding
    assert read(content)[1]["SUMMARY"] == appointment.title


def test_microseconds_never_reach_a_calendar(scene: Scene) -> None:
    content = calendar_part(scene.appointment(), GUEST, now=NOW.replace(microsecond=123456)).content
    assert b"DTSTAMP:20261124T010000Z\r\n" in content


def test_a_cancellation_carries_the_same_uid_and_a_higher_sequence(scene: Scene) -> None:
    appointment = scene.appointment()
    asked = read(calendar_part(appointment, GUEST, now=NOW).content)[1]
    appointment.state, appointment.sequence = "cancelled", 1
    part = calendar_part(appointment, GUEST, now=NOW)
    calendar, event = read(part.content)
    assert part.method == calendar["METHOD"] == "CANCEL"
    assert event["UID"] == asked["UID"]
    assert event["SEQUENCE"] > asked["SEQUENCE"]
    assert event["STATUS"] == "CANCELLED"
    assert event["ATTENDEE"] == "mailto:hanako@test.example"
    assert "cancellation" not in event["DESCRIPTION"]


def test_without_a_title_each_side_sees_the_other(scene: Scene) -> None:
    appointment = scene.appointment(title="")
    assert read(calendar_part(appointment, GUEST, now=NOW).content)[1]["SUMMARY"] == (
        "株式会社サンプルとのアポイントメント"
    )
    english = Invited("hanako@test.example", "三田花子", Language.EN)
    assert read(calendar_part(appointment, english, now=NOW).content)[1]["SUMMARY"] == (
        "Appointment with 株式会社サンプル"
    )
    host = Invited(scene.host.email, scene.host.name, Language.JA, scene.host)
    event = read(calendar_part(appointment, host, now=NOW).content)[1]
    assert event["SUMMARY"] == "株式会社テスト:三田花子"
    assert appointment.link_token not in str(event["DESCRIPTION"])


def test_the_download_is_the_same_entry_without_an_attendee(scene: Scene) -> None:
    appointment = scene.appointment(format="visit", location="本社12F 受付", web_meeting=False)
    calendar, event = read(download(appointment))
    assert calendar["METHOD"] == "PUBLISH"
    assert event["UID"] == appointment.ics_uid
    assert "ATTENDEE" not in event
    assert event["LOCATION"] == "本社12F 受付"
    assert download(appointment) == download(Appointment.objects.get(pk=appointment.pk))


@pytest.mark.parametrize(
    "name", ['三田"花子"', "三田\r\nATTENDEE:mailto:x@evil.example", "三;田:花,子", "👩\u200d💻", ""]
)
def test_a_hostile_name_adds_no_property(scene: Scene, name: str) -> None:
    guest = Invited("hanako@test.example", name, Language.JA)
    appointment = scene.appointment(title=name, location=name, guidance=name)
    event = read(calendar_part(appointment, guest, now=NOW).content)[1]
    assert event["ATTENDEE"] == "mailto:hanako@test.example"
    assert not isinstance(event["ATTENDEE"], list)
    assert event["DTSTART"].dt == datetime(2026, 12, 3, 5, 0, tzinfo=UTC)


def test_only_hosts_without_the_providers_event_get_one(scene: Scene) -> None:
    organiser, unlinked = scene.host, scene.colleague
    connection = scene.connection(organiser)
    appointment = scene.appointment([organiser, unlinked], organizer=connection)
    assert gets_calendar_object(appointment, None)
    assert not gets_calendar_object(appointment, organiser)
    assert gets_calendar_object(appointment, unlinked)
    assert scene.letter(MailKind.CONFIRMED_HOST, appointment, organiser).calendar is None
    letter = scene.letter(MailKind.CONFIRMED_HOST, appointment, unlinked)
    assert letter.calendar is not None
    assert "添付の予定(invite.ics)からご登録ください" in letter.text


def test_who_connects_later_still_gets_the_changes_of_what_was_mailed(scene: Scene) -> None:
    appointment = scene.appointment()
    scene.connection(scene.host, connected_at=NOW + timedelta(days=1))
    assert gets_calendar_object(appointment, scene.host)


@pytest.mark.parametrize(
    ("state", "gets"),
    [("needs_reconnect", False), ("ending", True), ("ended", True), ("approval_only", True)],
)
def test_the_state_of_the_connection_decides(scene: Scene, state: str, gets: bool) -> None:
    scene.connection(scene.host, state=state)
    assert gets_calendar_object(scene.appointment(), scene.host) is gets


def test_whoever_once_had_the_event_gets_no_cancellation_of_another(scene: Scene) -> None:
    connection = scene.connection(scene.host, state="ended")
    appointment = scene.appointment(state="cancelled")
    CalendarEntry.objects.create(connection=connection, purpose="appointment", appointment=appointment)
    assert not gets_calendar_object(appointment, scene.host)


def test_zoom_is_no_calendar(scene: Scene) -> None:
    scene.connection(scene.host, provider="zoom", kind="meetings")
    assert gets_calendar_object(scene.appointment(), scene.host)


def test_only_the_reader_is_named(scene: Scene) -> None:
    members: list[Member] = [scene.host, scene.colleague]
    content = calendar_part(scene.appointment(members), GUEST, now=NOW).content.decode().replace("\r\n ", "")
    assert all(member.email not in content for member in members)
