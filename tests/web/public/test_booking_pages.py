"""A booking page's pages, walked without JavaScript."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chosei.actions.booking_pages import pause_page
from chosei.records.models import Appointment
from tests.support.company import NOW, busy, span
from tests.web.public.walking import main_form, parsed, send, text_of, times_on

pytestmark = pytest.mark.django_db


def headings(response):
    return [
        " ".join(heading.select_one(".full").text.split())
        for heading in parsed(response).select(".week-day h3")
    ]


def test_a_week_of_free_times(client, booking_page):
    connection = booking_page.owner.connections.get()
    busy(connection, span(1, 9).start, 9 * 60)
    busy(connection, span(2, 10).start, 60)
    page = client.get(f"/b/{booking_page.link_token}")
    said = text_of(page)
    for words in (
        "オンライン製品説明",
        "画面をご覧いただきながら",
        "30分",
        "11/23〜11/27",
        "いちばん早い空き",
    ):
        assert words in said
    assert headings(page) == ["11月23日(月)", "11月24日(火)", "11月25日(水)", "11月26日(木)", "11月27日(金)"]
    days = parsed(page).select(".week-day")
    assert days[2].select_one(".none-text").text == "空きはありません"
    assert [chip.text.strip() for chip in days[3].select(".time-chip")][:3] == ["9:00", "9:30", "11:00"]
    assert times_on(page, "start")[-1] == "2026-11-27T08:30Z"


@pytest.mark.django_db(transaction=True)  # the live read has threads of its own
def test_from_the_link_to_the_appointment(client, booking_page):
    page = client.get(f"/b/{booking_page.link_token}?week=2026-12-01")
    details = send(client, page, start="2026-12-03T05:00Z")
    assert "12月3日(木)" in text_of(details)
    assert "14:00〜14:30" in text_of(details)
    done = send(client, details, company="", name="三田花子", email="hanako@test.example")
    appointment = Appointment.objects.get()
    assert done.headers["Location"] == f"/a/{appointment.link_token}"
    assert appointment.ends_at - appointment.starts_at == timedelta(minutes=30)
    assert "14:00" not in [
        chip.text.strip()
        for chip in parsed(client.get(f"/b/{booking_page.link_token}?week=2026-12-03")).select(
            "[aria-labelledby=day-20261203] .time-chip"
        )
    ]


@pytest.mark.django_db(transaction=True)  # the live read has threads of its own
def test_sent_twice_is_one_booking_and_going_back_for_another_time_is_another(client, booking_page):
    page = client.get(f"/b/{booking_page.link_token}?week=2026-12-01")
    guest = {"company": "", "name": "三田花子", "email": "hanako@test.example"}
    first = send(client, page, start="2026-12-03T05:00Z")
    done = [send(client, first, **guest).headers["Location"] for _ in range(2)]
    assert done[0] == done[1]
    again = send(client, first, start="2026-12-04T05:00Z", **guest).headers["Location"]
    assert again != done[0]
    assert Appointment.objects.count() == 2


@pytest.mark.django_db(transaction=True)  # the live read has threads of its own
def test_a_slot_taken_a_second_ago_leads_back_with_everything_kept(client, booking_page):
    details = send(
        client, client.get(f"/b/{booking_page.link_token}?week=2026-12-01"), start="2026-12-03T05:00Z"
    )
    busy(booking_page.owner.connections.get(), span(9, 14).start)
    lost = send(client, details, name="三田花子", email="hanako@test.example", message="よろしく")
    assert lost.status_code == 409
    assert "選択された日時は、受付を終了しました" in text_of(lost)
    assert "2026-12-03T05:00Z" not in times_on(lost, "start")
    other_week = send(client, lost, "week", week="2026-12-07")
    assert "12/7〜12/11" in text_of(other_week)
    again = send(client, other_week, start="2026-12-08T05:00Z")
    assert main_form(again)[1].select_one("#id_message").text.strip() == "よろしく"
    assert send(client, again).status_code == 302
    assert Appointment.objects.get().guest_message == "よろしく"


def test_back_shows_the_week_of_the_chosen_time_with_it_chosen(client, booking_page):
    details = send(
        client, client.get(f"/b/{booking_page.link_token}?week=2026-12-01"), start="2026-12-03T05:00Z"
    )
    times = send(client, details, "back", name="山田太郎")
    assert "11/30〜12/4" in text_of(times)
    chosen = parsed(times).select_one("input[name=start][checked]")
    assert chosen["value"] == "2026-12-03T05:00Z"


def test_weeks_end_where_the_bookable_time_ends(client, booking_page):
    first = client.get(f"/b/{booking_page.link_token}")
    assert [step.text.strip() for step in parsed(first).select(".week-nav [aria-disabled]")] == ["前の週"]
    last = client.get(f"/b/{booking_page.link_token}?week=2031-01-01")
    assert "12/21〜12/25" in text_of(last)
    assert [step.text.strip() for step in parsed(last).select(".week-nav [aria-disabled]")] == ["次の週"]


@pytest.mark.parametrize("week", ["", "x", "0001-01-01", "9999-12-31", "2026-02-30", "20261201"])
def test_any_week_asked_for_gets_a_page(client, booking_page, week):
    assert client.get(f"/b/{booking_page.link_token}?week={week}").status_code == 200


def test_no_time_from_a_week_on(client, booking_page):
    busy(booking_page.owner.connections.get(), span(6, 0).start, 60 * 24 * 60)
    last = client.get(f"/b/{booking_page.link_token}?week=2026-12-07")
    assert "この週以降に予約可能な時間枠がありません" in text_of(last)
    assert "次の週" in text_of(last)
    earliest = parsed(last).select_one(".free-time button")
    assert earliest.text == "11月24日(火) 9:30"
    assert "11/23〜11/27" in text_of(client.get(parsed(last).select_one(".free-time a")["href"]))


@pytest.mark.parametrize("week", ["2026-12-01", "2026-12-14"])
def test_the_next_free_time_is_one_tap_away(client, booking_page, week):
    page = client.get(f"/b/{booking_page.link_token}?week={week}")
    earliest = parsed(page).select_one(".free-time button")
    details = send(client, page, "choose", choose=earliest["value"])
    assert "11月24日(火)" in text_of(details)
    assert "9:30〜10:00" in text_of(details)


def test_a_week_in_columns_or_a_list_as_the_guest_likes_kept_for_the_visit(client, booking_page):
    url = f"/b/{booking_page.link_token}?week=2026-12-01"
    busy(booking_page.owner.connections.get(), span(8, 0).start, 24 * 60)

    def switch(page):
        ways = parsed(page).select(".view-switch a")
        return {way.text: (way["href"], way.get("aria-current")) for way in ways}

    first = client.get(url)
    assert [current for _, current in switch(first).values()] == ["true", None]
    phone = client.get(url, headers={"user-agent": "Mozilla/5.0 (iPhone) Mobile/15E148"})
    assert [current for _, current in switch(phone).values()] == [None, "true"]
    assert len(headings(first)) == 5

    listed = client.get(switch(first)["一覧"][0])

    assert "11/30〜12/4" in text_of(listed)
    assert headings(listed) == ["11月30日(月)", "12月1日(火)", "12月3日(木)", "12月4日(金)"], (
        "free days alone"
    )
    cookie = listed.cookies["chosei_view"]
    assert (cookie.value, cookie["max-age"], cookie["expires"]) == ("list", "", ""), "for this visit"
    assert "booking_columns" not in listed.content.decode()
    assert len(headings(client.get(url))) == 4, "kept"
    assert len(headings(client.get(switch(listed)["週"][0]))) == 5
    client.cookies.clear()
    onward = parsed(listed).select_one(".week-nav a:last-child")["href"]
    assert switch(client.get(onward))["一覧"][1] == "true", "kept without cookies, too, as within a frame"


def test_the_switch_keeps_what_was_typed(client, booking_page):
    page = client.get(f"/b/{booking_page.link_token}?week=2026-12-01")
    details = send(client, page, start="2026-12-03T05:00Z")
    back = send(client, details, "back", name="三田花子", email="hanako@test.example")
    listed = send(client, back, "review", review="list")
    assert listed.cookies["chosei_view"].value == "list"
    assert parsed(listed).select_one("[aria-pressed=true]").text == "一覧"
    assert "三田花子" in listed.content.decode()


def test_days_and_times_are_the_guests(client, booking_page):
    page = client.get(f"/b/{booking_page.link_token}?zone=America/Los_Angeles&week=2026-12-01")
    assert "16:00" in [chip.text.strip() for chip in parsed(page).select(".time-chip")]
    assert headings(page)[0] == "11月30日(月)"
    sunday = client.get(f"/b/{booking_page.link_token}?zone=America/Los_Angeles&week=2026-11-29")
    assert headings(sunday)[-1] == "11月29日(日)"


def test_an_unreadable_calendar_offers_nothing_and_says_so(client, booking_page):
    booking_page.owner.connections.update(mirror_read_at=NOW - timedelta(hours=1))
    type(booking_page).objects.update(contact="03-0000-0000")
    page = client.get(f"/b/{booking_page.link_token}")
    assert "ただいま空き時間を確認できません" in text_of(page)
    assert "03-0000-0000" in text_of(page)
    assert not times_on(page, "start")


def test_a_paused_page_says_so(client, booking_page):
    pause_page(booking_page.owner, booking_page)
    paused = client.get(f"/b/{booking_page.link_token}")
    assert (paused.status_code, "ただいま予約の受付を停止しています" in text_of(paused)) == (410, True)


def test_a_page_whose_hosts_have_left_says_whom_to_ask(client, booking_page):
    type(booking_page.owner).objects.filter(pk=booking_page.owner_id).update(is_active=False)
    shown = client.get(f"/b/{booking_page.link_token}")
    assert shown.status_code == 410
    assert "担当者の変更のため、受付を停止しています" in text_of(shown)


@pytest.mark.parametrize(
    "start", ["", "x", "2026-12-03T05:00", "2026-12-03T05:00+09:00", "9999-12-31T23:59Z", "0001-01-01T00:00Z"]
)
def test_a_start_that_is_none_leads_to_the_times(client, booking_page, start):
    response = client.get(f"/b/{booking_page.link_token}/confirm", {"start": start})
    assert response.status_code in (200, 409)
    assert times_on(response, "start")


@pytest.mark.django_db(transaction=True)  # the live read has threads of its own
@pytest.mark.parametrize("start", ["2026-12-05T05:00Z", "2026-12-03T05:10Z", "2026-11-23T05:00Z"])
def test_a_start_that_was_never_offered_cannot_be_booked(client, booking_page, start):
    details = send(
        client, client.get(f"/b/{booking_page.link_token}?week=2026-12-01"), start="2026-12-03T05:00Z"
    )
    refused = send(client, details, start=start, name="三田花子", email="hanako@test.example")
    assert refused.status_code == 409
    assert not Appointment.objects.exists()


def test_a_refresh_sends_only_what_changed_and_keeps_the_choice(client, booking_page):
    page = client.get(f"/b/{booking_page.link_token}?week=2026-12-01")
    seen = parsed(page).select_one("input[name=seen]")["value"]
    htmx = {"hx-request": "true"}
    url = f"/b/{booking_page.link_token}?week=2026-12-01&seen={seen}&start=2026-12-03T05:00Z"
    assert client.get(url, headers=htmx).status_code == 204
    busy(booking_page.owner.connections.get(), span(9, 15).start)
    fresh = client.get(url, headers=htmx)
    assert parsed(fresh).select_one("input[checked]")["value"] == "2026-12-03T05:00Z"
    busy(booking_page.owner.connections.get(), span(9, 14).start)
    gone = client.get(url, headers=htmx)
    assert "選択されていた時間は、受付を終了しました。" in text_of(gone)


@pytest.mark.parametrize("typing", [False, True])
def test_a_slot_that_is_gone_comes_with_the_nearest_free_ones(client, booking_page, typing):
    """The nearest times are one tap away, and what was typed goes along."""
    details = client.get(f"/b/{booking_page.link_token}/confirm?start=2026-12-03T05:00Z")
    busy(booking_page.owner.connections.get(), span(9, 13, 120).start, 120)
    if typing:
        back = send(client, details, "back", name="三田花子")
        lost = client.post(
            f"/b/{booking_page.link_token}/confirm",
            {"start": "2026-12-03T05:00Z", "choose": "1", "name": "三田花子"},
        )
        assert parsed(back).select(".nearest") == [], "nothing was lost yet"
    else:
        lost = client.get(f"/b/{booking_page.link_token}/confirm?start=2026-12-03T05:00Z")
    assert lost.status_code == 409
    buttons = parsed(lost).select(".nearest button")
    assert [button.text for button in buttons] == [
        "12月3日(木) 12:30",
        "12月3日(木) 15:00",
        "12月3日(木) 15:30",
    ]
    next_page = send(client, lost, "choose", choose=buttons[1]["value"])
    assert "15:00〜15:30" in text_of(next_page)
    name = parsed(next_page).select_one("main form [name=name]")
    assert name["value" if typing else "name"] == ("三田花子" if typing else "name")
