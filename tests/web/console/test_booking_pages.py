"""Booking pages: settings, weekly hours as rows, and publishing, pausing and archiving."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.test import Client

from chosei.actions.booking_pages import change_page
from chosei.actions.errors import Unconnected
from chosei.actions.page_settings import settings_of
from chosei.core.hostchoice import Participation
from chosei.records.models import BookingPage
from tests.support import company
from tests.web.console.conftest import Company, signed_in


def settings_form(**values: Any) -> dict[str, Any]:
    data = {
        "title": "オンライン製品説明",
        "description": "30分でご説明します。",
        "format": "web",
        "location": "",
        "duration_minutes": "30",
        "step_minutes": "30",
        "zone": "Asia/Tokyo",
        "min_notice_minutes": "60",
        "window_days": "30",
        "buffer_before_minutes": "0",
        "buffer_after_minutes": "15",
        "guidance": "",
        "contact": "",
        "hours-0-0-start": "09:00",
        "hours-0-0-end": "12:00",
        "hours-0-1-start": "13:00",
        "hours-0-1-end": "00:00",
        "hours-4-1-start": "10:00",
        "hours-4-1-end": "11:30",
    }
    return {**data, **values}


def test_a_page_is_made_as_a_draft_and_then_published(client: Client) -> None:
    answer = client.post("/pages/new", settings_form())
    page = BookingPage.objects.get()
    assert answer.headers["Location"] == f"/pages/{page.pk}"
    assert page.state == "draft"
    assert (page.web_meeting, page.buffer_after_minutes, page.description) == (
        True,
        15,
        "30分でご説明します。",
    )
    assert page.hours["weekdays"] == [
        [["09:00", "12:00"], ["13:00", "24:00"]], [], [], [], [["10:00", "11:30"]], [], [],
    ]  # fmt: skip

    shown = client.post(f"/pages/{page.pk}/publication", follow=True).content.decode()

    page.refresh_from_db()
    assert page.state == "published"
    assert f"/b/{page.link_token}" in shown


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"title": ""}, "入力してください。"),
        ({"hours-0-0-end": "08:00"}, "終了は開始より後にしてください。"),
        ({"hours-0-1-start": "11:00"}, "ほかの時間帯と重なっています。"),
        ({"hours-0-0-start": "9時"}, "時刻は 9:00 のように入力してください。"),
        ({"duration_minutes": "3"}, "5"),
        ({"zone": "Mars/Olympus"}, "選択"),
        (
            {f"hours-{d}-{p}-{side}": "" for d in (0, 4) for p in (0, 1) for side in ("start", "end")},
            "受付時間を1つ以上",
        ),
    ],
)
def test_what_is_wrong_is_said_and_everything_typed_stays(
    client: Client, values: dict[str, str], sentence: str
) -> None:
    answer = client.post("/pages/new", settings_form(**values))
    page = BeautifulSoup(answer.content, "html.parser")
    assert any(sentence in one.text for one in page.select(".errorlist"))
    assert page.select_one('[name="buffer_after_minutes"]')["value"] == "15"  # type: ignore[index]
    for name, value in values.items():
        field = page.select_one(f'input[name="{name}"]')
        assert field is None or field.get("value", "") == value
    assert not BookingPage.objects.exists()


def test_without_a_calendar_a_page_stays_a_draft(people: Company) -> None:
    client = signed_in(people.colleague)
    client.post("/pages/new", settings_form())
    page = BookingPage.objects.get()
    answer = client.post(f"/pages/{page.pk}/publication", follow=True)
    assert "ご自分のカレンダーが接続されていないため" in answer.content.decode()
    page.refresh_from_db()
    assert page.state == "draft"


@pytest.mark.parametrize("rule", Participation)
def test_who_keeps_a_page_from_being_published_is_named(
    client: Client, people: Company, rule: Participation
) -> None:
    page = company.publish(people.author)
    client.post(f"/pages/{page.pk}/pause")
    page.hosts.create(
        member=people.colleague, position=1, group=2 if rule == Participation.ONE_OF_EACH else 1
    )
    BookingPage.objects.update(participation=rule)
    shown = client.post(f"/pages/{page.pk}/publication", follow=True).content.decode()
    page.refresh_from_db()
    named = f"{people.colleague.name}さんのカレンダーが接続されていないため、公開できません" in shown
    # Where one of several is enough, whoever is not connected yet simply is not offered.
    assert (page.state, named) == (("published", False) if rule == Participation.ANY else ("paused", True))


def test_what_a_lost_connection_does_not_touch_can_still_be_changed(client: Client, people: Company) -> None:
    page = company.publish(people.author)
    people.connection.state = "needs_reconnect"
    people.connection.save()
    with_colleague = (people.author.pk, people.colleague.pk)
    change_page(people.author, page, replace(settings_of(page), buffer_after_minutes=10))
    with pytest.raises(Unconnected):
        change_page(people.author, page, replace(settings_of(page), host_ids=with_colleague))
    page.refresh_from_db()
    assert (page.buffer_after_minutes, page.hosts.count()) == (10, 1)


def test_pause_publish_and_archive(client: Client, people: Company) -> None:
    page = company.publish(people.author)
    states = []
    for step in ("pause", "publication", "pause", "archive", "publication", "restoration", "publication"):
        client.post(f"/pages/{page.pk}/{step}")
        page.refresh_from_db()
        states.append(page.state)
    assert states == ["paused", "published", "paused", "archived", "archived", "paused", "published"]


def test_another_zone_and_late_hours_are_shown_as_kept(client: Client, people: Company) -> None:
    from chosei.core.hours import WeeklyHours

    late = WeeklyHours.parse([[("22:00", "26:00")], *[[]] * 6], "Asia/Tokyo")
    page = company.publish(people.author, hours=late)
    shown = BeautifulSoup(client.get(f"/pages/{page.pk}/opening").content, "html.parser")
    field, next_day = (shown.select_one(f'[name="hours-0-0-{side}"]') for side in ("end", "next"))
    assert field is not None
    assert next_day is not None
    assert (field["type"], field["value"], next_day.has_attr("checked")) == ("time", "02:00", True)
    form = {"zone": "Asia/Tokyo", "min_notice_minutes": "60", "window_days": "30", "holiday_rule": "closed"}
    form |= {"holiday_country": "JP", "step_minutes": "30", "hours-1-0-start": "21:00"}
    ends = {"03:30": "27:30", "00:00": "24:00", "21:00": "45:00", "26:00": "26:00"}
    for typed, kept in ends.items():
        marked = {} if typed == "26:00" else {"hours-1-0-next": "on"}
        answer = client.post(f"/pages/{page.pk}/opening", {**form, "hours-1-0-end": typed, **marked})
        assert answer.status_code == 302
        page.refresh_from_db()
        assert page.hours["weekdays"][1] == [["21:00", kept]]
    wrong = client.post(f"/pages/{page.pk}/opening", {**form, "hours-1-0-end": "03:30"})
    assert "終了は開始より後にしてください。" in wrong.content.decode()


def test_a_member_has_hours_of_their_own_on_the_page(people: Company) -> None:
    page = company.publish(people.author, hosts=[people.author])
    browser = signed_in(people.author)
    place = f"/pages/{page.pk}/opening/{people.author.pk}"
    wrong = browser.post(place, {"hours-2-0-start": "12:00", "hours-2-0-end": "10:00"})
    assert wrong.status_code == 422
    assert "終了は開始より後にしてください。" in wrong.content.decode()
    never = browser.post(place, {"hours-6-0-start": "10:00", "hours-6-0-end": "12:00"})
    assert never.status_code == 422
    assert "ページの受付時間と重ならない人がいます" in never.content.decode()

    shown = browser.post(place, {"hours-2-0-start": "10:00", "hours-2-0-end": "12:00"}, follow=True)

    assert "水 10:00〜12:00" in shown.content.decode()
    host = page.hosts.get()
    assert host.hours["weekdays"][2] == [["10:00", "12:00"]]
    why = browser.get(f"/pages/{page.pk}/why-not?day=2026-12-03&time=10:00").content.decode()
    assert f'href="{place}"' in why
    browser.post(place, {"hours": "page"})
    host = page.hosts.get()
    assert host.hours is None
    assert browser.get(f"/pages/{page.pk}/opening/{people.colleague.pk}").status_code == 404
