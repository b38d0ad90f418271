"""One calendar at a time: the page says so, offers the switch, and tells beforehand what comes of it."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from chosei.core.entries import DesiredEntry, EntryState
from chosei.core.web_meetings import DesiredMeeting
from chosei.records.models import (
    Appointment,
    CalendarEntry,
    Connection,
    ConnectionAttempt,
    Promise,
    Room,
    WebMeeting,
)
from tests.support import company
from tests.web.browsing import complaints, picture, scrolls_sideways
from tests.web.console.conftest import Company, confirmed, signed_in, visit

pytestmark = pytest.mark.usefixtures("calendars")
LISTING, SWITCH = "/settings/connections", "/settings/connections/switch/toy"


def coming(people: Company, **values: Any) -> Appointment:
    """A confirmed meeting that the author's Outlook organises."""
    appointment = confirmed(people)
    Appointment.objects.filter(pk=appointment.pk).update(organizer=people.connection, **values)
    appointment.refresh_from_db()
    return appointment


def booked(appointment: Appointment, **values: Any) -> Room:
    room = Room.objects.create(organization=appointment.organization, name="八重洲A", **values)
    during = appointment.promises.filter(host__isnull=False).get().during
    Promise.objects.create(appointment=appointment, room=room, during=during, answer="accepted")
    return room


def leftover(people: Company) -> CalendarEntry:
    """An event in the author's former calendar, whose account lets nobody in any more."""
    former = company.connect(people.author, provider="other", state="ended", address="sato@old.example")
    time = company.span(4, 14)
    written = DesiredEntry("導入のご相談", "", time.start, time.end, "Asia/Tokyo").to_json()
    return CalendarEntry.objects.create(
        connection=former,
        purpose="appointment",
        appointment=confirmed(people, hour=13),
        written=written,
        remote_id="event-1",
        state=EntryState.PARKED,
        problem="account_closed",
    )


def test_the_other_calendar_says_that_one_is_connected_and_offers_the_switch(client: Client) -> None:
    page = client.get(LISTING).content.decode()
    assert "いまはOutlookカレンダーを接続しています。一度に使えるカレンダーは1つです。" in page
    assert f'href="{SWITCH}"' in page
    assert 'action="/connect/toy"' not in page


def test_without_any_calendar_each_can_be_connected(people: Company) -> None:
    page = signed_in(people.colleague).get(LISTING).content.decode()
    for provider in ("microsoft", "toy", "other"):
        assert f'action="/connect/{provider}"' in page
    assert "切り替える" not in page


def test_what_is_coming_and_what_cannot_follow_is_told_beforehand(client: Client, people: Company) -> None:
    appointment = coming(people, web_meeting=True, join_url="https://teams.example/1")
    booked(appointment, address="room@sample.example", provider="microsoft", tenant_id="the-tenant")
    company.propose(people.author, [company.span(8, 10)])
    page = client.get(SWITCH).content.decode()
    assert "これからのアポイントメント 1件" in page
    assert "Web会議のURLが新しくなり、お客様にメールでお知らせします。" in page
    assert "八重洲Aはトイカレンダーから予約できません。" in page
    assert "仮予約はトイカレンダーに移ります。" in page
    assert "終了処理のみ" in page
    assert not ConnectionAttempt.objects.exists()  # looking changes nothing


def test_a_room_of_the_company_that_colleagues_use_is_booked_again(client: Client, people: Company) -> None:
    appointment = coming(people, web_meeting=False, join_url="")
    booked(appointment, address="room@toy.example", provider="toy", tenant_id="toy-company")
    assert "八重洲Aはトイカレンダーから予約できません。" in client.get(SWITCH).content.decode()
    company.connect(people.colleague, provider="toy", account_tenant="toy-company")
    assert "八重洲Aはトイカレンダーから予約できません。" not in client.get(SWITCH).content.decode()


def test_an_account_that_is_gone_leaves_no_choice(client: Client, people: Company) -> None:
    Connection.objects.filter(pk=people.connection.pk).update(
        state="needs_reconnect", problem="invalid_grant"
    )
    page = client.get(SWITCH).content.decode()
    assert "いまのアカウントに接続できないため" in page
    assert 'name="choice"' not in page


def test_a_meeting_of_ones_own_address_simply_moves(client: Client, people: Company) -> None:
    coming(people, web_meeting=False, join_url="")
    page = client.get(SWITCH).content.decode()
    assert "トイカレンダーに移ります。" in page
    assert "お客様にメールでお知らせします" not in page
    assert "要対応" not in page


@pytest.mark.parametrize(("sent", "kept"), [("leave", "leave"), ("move", "move"), ("", "move")])
def test_the_choice_goes_along_with_the_sign_in(client: Client, sent: str, kept: str) -> None:
    answer = client.post(SWITCH, {"choice": sent})
    assert answer.headers["Location"].startswith("http://127.0.0.1:9/authorize?")
    attempt = ConnectionAttempt.objects.get()
    assert (attempt.provider, attempt.instead) == ("toy", kept)


def state_of(client: Client, provider: str) -> str:
    answer = client.post(f"/connect/{provider}")
    return parse_qs(urlsplit(answer.headers["Location"]).query)["state"][0]


def test_both_asked_for_in_two_tabs_connects_the_first_that_comes_back(people: Company) -> None:
    who = people.colleague
    tabs = {provider: (tab := signed_in(who), state_of(tab, provider)) for provider in ("toy", "other")}

    def back(provider: str) -> str:
        tab, state = tabs[provider]
        given = {"state": state, "code": who.email}
        return tab.get(f"/connect/{provider}/callback", given, follow=True).content.decode()

    assert "ほかのカレンダーと連携しました。" in back("other")
    late = back("toy")
    assert "ほかのカレンダーがすでに接続されています" in late
    assert f'href="{SWITCH}"' in late
    live = Connection.objects.get(member=who)
    assert (live.provider, live.state) == ("other", "active")


def test_a_switch_to_somebody_elses_account_changes_nothing(client: Client, people: Company) -> None:
    answer = client.post(SWITCH, {"choice": "move"})
    state = parse_qs(urlsplit(answer.headers["Location"]).query)["state"][0]
    given = {"state": state, "code": "somebody@else.example"}
    page = client.get("/connect/toy/callback", given, follow=True).content.decode()
    assert "切り替えませんでした" in page
    people.connection.refresh_from_db()
    assert people.connection.state == "active"
    assert not Connection.objects.filter(provider="toy").exists()


def test_nothing_to_switch_leads_back(client: Client, people: Company) -> None:
    assert client.get("/settings/connections/switch/nobody").status_code == 404
    assert client.get("/settings/connections/switch/microsoft").headers["Location"] == LISTING
    assert signed_in(people.colleague).post(SWITCH).headers["Location"] == LISTING


def test_what_a_person_has_to_remove_is_listed_until_they_have(client: Client, people: Company) -> None:
    entry = leftover(people)
    page = client.get(LISTING).content.decode()
    assert "手で削除する予定" in page
    assert "導入のご相談" in page
    assert "sato@old.example" in page
    address = f"/settings/connections/leftovers/{entry.pk}"
    assert signed_in(people.colleague).post(address).status_code == 404
    assert signed_in(people.stranger).post(address).status_code == 404
    assert client.get(address).status_code == 405

    done = client.post(address, follow=True).content.decode()
    assert "手で削除した予定として記録しました。" in done
    assert "以前のアカウントに接続できないため" not in done
    entry.refresh_from_db()
    assert (entry.state, entry.remote_id) == ("gone", "")


def forsaken(people: Company, **values: Any) -> WebMeeting:
    """A web meeting that nobody wants any more, in an account that has removed Chosei."""
    account = company.connect(
        people.author, provider="zoom", kind="meetings", state="ended", problem="deauthorised", address=""
    )
    time = company.span(5, 14)
    written = DesiredMeeting("お打ち合わせ", time.start, time.end, "Asia/Tokyo").to_json()
    values = {"remote_id": "81234567890", "written": written, "state": EntryState.PARKED, **values}
    return WebMeeting.objects.create(connection=account, appointment=confirmed(people, hour=15), **values)


def test_a_web_meeting_is_listed_among_them_with_its_number(client: Client, people: Company) -> None:
    leftover(people)
    row = forsaken(people)
    page = client.get(LISTING).content.decode()
    assert page.index("導入のご相談") < page.index("お打ち合わせ"), "by time"
    assert "ミーティングID: 81234567890" in page
    assert "Zoom · " in page
    home = client.get("/").content.decode()
    assert "手で削除する予定や会議が2件あります。" in home
    assert "自動で再開します" not in home, "nobody connects that account again"
    address = f"/settings/connections/leftover-meetings/{row.pk}"
    assert signed_in(people.colleague).post(address).status_code == 404
    assert signed_in(people.stranger).post(address).status_code == 404
    chief = signed_in(people.administrator)
    assert "81234567890" in chief.get("/members/connections").content.decode()
    done = client.post(address, follow=True).content.decode()
    assert "手で削除した会議として記録しました。" in done
    assert "導入のご相談" in done
    assert "81234567890" not in done


def test_an_administrator_sees_what_a_former_employee_left(people: Company) -> None:
    entry = leftover(people)
    chief = signed_in(people.administrator)
    page = chief.get("/members/connections").content.decode()
    assert "手で削除する予定" in page
    assert "導入のご相談" in page
    chief.post(f"/settings/connections/leftovers/{entry.pk}")
    assert "手で削除する予定" not in chief.get("/members/connections").content.decode()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("phone", "language"), [(False, "ja"), (True, "ja"), (False, "en")])
def test_the_pages_of_a_switch(
    live_server: Any, people: Company, browser: Any, phone: bool, language: str
) -> None:
    appointment = coming(people, web_meeting=True, join_url="https://teams.example/1")
    booked(appointment, address="room@sample.example", provider="microsoft", tenant_id="the-tenant")
    company.propose(people.author, [company.span(8, 10)])
    company.connect(people.author, provider="other", state="ending", address="sato@old.example")
    leftover(people)
    forsaken(people, remote_id="", create_begun=True)
    leftover_entry = CalendarEntry.objects.filter(appointment=appointment).get()
    assert leftover_entry.connection == people.connection
    seen = visit(browser, live_server.url, people.author, phone=phone, language=language)
    for name, path in (("switch", SWITCH), ("connections", LISTING)):
        seen.open(path)
        picture(seen.page, f"console-{name}-{'phone' if phone else 'desk'}-{language}")
        assert [*seen.complaints, *complaints(seen.page)] == []
        assert not scrolls_sideways(seen.page), name
