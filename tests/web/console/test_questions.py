"""What was changed in Outlook and not followed: the host is asked, and decides."""

from __future__ import annotations

import pytest

from chosei.core.entries import DesiredEntry
from chosei.records.models import Appointment, CalendarEntry, Connection
from tests.web.console.conftest import Company, confirmed, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(people: Company) -> CalendarEntry:
    appointment = confirmed(people)
    entry = CalendarEntry.objects.get(appointment=appointment)
    stood = DesiredEntry("導入のご相談", "", appointment.starts_at, appointment.ends_at, "Asia/Tokyo")
    entry.desired = stood.to_json()
    entry.written, entry.written_generation = entry.desired, entry.generation
    entry.remote_id, entry.state, entry.question = "remote-1", "written", "removed"
    entry.save()
    return entry


def test_both_answers_are_offered_where_the_question_is_shown(client, asked):
    page = client.get(f"/appointments/{asked.appointment_id}").content.decode()
    assert "カレンダーの予定を元に戻す" in page
    assert "削除に合わせて取りやめる" in page
    assert "カレンダーから予定が削除されました" in client.get("/").content.decode()


def test_following_the_deletion_cancels(client, asked):
    answer = client.post(f"/calendar-questions/{asked.pk}", {"answer": "follow"})
    assert answer["Location"] == f"/appointments/{asked.appointment_id}"
    assert Appointment.objects.get().state == "cancelled"


def test_putting_back_keeps_the_appointment(client, asked):
    client.post(f"/calendar-questions/{asked.pk}", {"answer": "put-back"})
    asked.refresh_from_db()
    assert (asked.question, asked.remote_id, asked.state) == ("", "", "waiting")
    assert Appointment.objects.get().state == "confirmed"
    again = client.post(f"/calendar-questions/{asked.pk}", {"answer": "put-back"}, follow=True)
    assert "すでに対応済みです" in again.content.decode()


def test_a_stranger_is_not_asked(people, asked):
    client = signed_in(people.stranger)
    assert client.post(f"/calendar-questions/{asked.pk}", {"answer": "follow"}).status_code == 404
    assert client.get(f"/calendar-questions/{asked.pk}").status_code == 405
    assert Appointment.objects.get().state == "confirmed"


def test_a_refused_entry_says_why_and_can_be_tried_again(people: Company) -> None:
    appointment = confirmed(people)
    entry = CalendarEntry.objects.get(appointment=appointment)
    CalendarEntry.objects.filter(pk=entry.pk).update(state="parked", problem="ErrorQuotaExceeded")
    client = signed_in(people.author)
    page = client.get(f"/appointments/{appointment.pk}").content.decode()
    assert "容量がいっぱい" in page
    assert "再試行</button>" in page
    address = f"/calendar-entries/{entry.pk}/retry"
    assert signed_in(people.stranger).post(address).status_code == 404
    assert "もう一度登録しています" in client.post(address, follow=True).content.decode()
    entry.refresh_from_db()
    assert (entry.state, entry.problem) == ("waiting", "")
    assert "すでに対応済みです" in client.post(address, follow=True).content.decode()


def test_an_entry_that_does_not_come_to_stand_says_why(people: Company) -> None:
    appointment = confirmed(people)
    entries = CalendarEntry.objects.filter(appointment=appointment)
    client, address = signed_in(people.author), f"/appointments/{appointment.pk}"
    entries.update(state="retrying", attempts=1, problem="ErrorQuotaExceeded")
    page = client.get(address).content.decode()
    assert "再試行中" in page
    assert "ErrorQuotaExceeded" not in page  # once is a mood of the service
    entries.update(attempts=4)
    page = client.get(address).content.decode()
    assert "自動で再試行しています" in page
    assert "容量がいっぱいです" in page
    entries.update(state="waiting", attempts=0, problem="")
    assert "接続が切れています" not in client.get(address).content.decode()
    Connection.objects.update(state="needs_reconnect")
    page = client.get(address).content.decode()
    assert "登録中" not in page
    assert "カレンダーとの接続が切れています" in page


def test_asked_first_is_the_members_own_setting(people: Company) -> None:
    client = signed_in(people.author)
    assert "すぐに日時を変更" in client.get("/settings/profile").content.decode()
    given = {"language": "ja", "zone": "Asia/Tokyo", "ask_before_moving": "yes"}
    client.post("/settings/profile", given)
    people.author.refresh_from_db()
    assert people.author.ask_before_moving
    client.post("/settings/profile", given | {"ask_before_moving": "no"})
    people.author.refresh_from_db()
    assert not people.author.ask_before_moving
