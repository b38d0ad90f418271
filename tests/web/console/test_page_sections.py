"""The groups of a booking page's settings, each saved by itself; links, copies, preview, why not."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.utils import timezone

from chosei.actions.answers import set_questions
from chosei.actions.booking import book_page
from chosei.actions.inputs import Booking
from chosei.actions.offers import page_offer
from chosei.core.questions import STANDARD, Question, QuestionKind
from chosei.records.models import Appointment, BookingPage, OneTimeLink
from chosei.web.console.forms.dates import MOST
from tests.support import company
from tests.web.console.conftest import Company


def form_of(client: Client, address: str) -> dict[str, Any]:
    """What the page's form would send as it stands."""
    shown = BeautifulSoup(client.get(address).content, "html.parser").select_one("form#settings")
    assert shown is not None
    data: dict[str, Any] = {}
    for one in shown.select("input[name]"):
        if one["type"] in ("radio", "checkbox"):
            if one.has_attr("checked"):
                data.setdefault(str(one["name"]), []).append(str(one.get("value", "on")))
        else:
            data[str(one["name"])] = str(one.get("value", ""))
    for one in shown.select("select"):
        chosen = one.select_one("option[selected]") or one.select_one("option")
        data[str(one["name"])] = str(chosen["value"]) if chosen else ""
    data |= {str(one["name"]): one.text.strip() for one in shown.select("textarea")}
    return data


@pytest.mark.parametrize("section", ["", "members", "opening", "details", "mail"])
def test_saving_what_is_shown_changes_nothing(client: Client, people: Company, section: str) -> None:
    page = company.publish(
        people.author,
        step_minutes=45,
        min_notice_minutes=7,
        cap_day=3,
        other_durations=(45,),
        free_words=("調整可",),
        title_pattern="{氏名}様",
    )
    before = BookingPage.objects.filter(pk=page.pk).values().get()
    address = f"/pages/{page.pk}/{section}".rstrip("/")
    assert client.post(address, form_of(client, address)).status_code == 302
    after = BookingPage.objects.filter(pk=page.pk).values().get()
    assert {**after, "changed_at": None} == {**before, "changed_at": None}
    assert [host.member for host in page.hosts.all()] == [people.author]


def test_a_team_with_a_deputy(client: Client, people: Company) -> None:
    page = company.publish(people.author, min_notice_minutes=0)
    address = f"/pages/{page.pk}/members"
    mine, role = str(people.author.pk), f"role-{people.colleague.pk}"
    shown = {**form_of(client, address), "participation": "any"}
    found = client.post(address, {**shown, "host_query": people.colleague.name[:2], "host_find": "1"})
    button = BeautifulSoup(found.content, "html.parser").select_one("#people-found button[name=host_add]")
    assert found.status_code == 200
    assert button
    assert people.colleague.email in button.text
    listed = client.post(address, {**shown, "host_add": str(button["value"])})
    assert [one["value"] for one in BeautifulSoup(listed.content, "html.parser").select("[name=hosts]")] == [
        mine,
        str(people.colleague.pk),
    ]
    assert [host.member for host in page.hosts.all()] == [people.author], "nothing is saved by looking"
    data = {**shown, "hosts": [mine, str(people.colleague.pk)]}
    refused = client.post(address, {**data, "participation": "all", role: "first"})
    assert refused.status_code == 422
    assert "カレンダーが接続されていない" in refused.content.decode()
    client.post(address, {**data, role: "deputy"})
    assert [one.member for one in page.deputies.all()] == [people.colleague]
    page.refresh_from_db()
    assert page.participation == "any"


def test_a_visit_has_a_reception_code_where_the_page_says_so(client: Client, people: Company) -> None:
    page = company.publish(people.author)
    address = f"/pages/{page.pk}"
    visit = {"format": "visit", "location": "東京本社 12F", "reception_code": "on"}
    client.post(address, {**form_of(client, address), **visit})
    page.refresh_from_db()
    assert (page.format, page.web_meeting, page.reception_code) == ("visit", False, True)
    people.author.connections.update(silent_until=timezone.now() + timedelta(hours=1))
    now = timezone.now()
    slot = page_offer(page, now.date(), now.date() + timedelta(days=9), now=now).slots[4]
    booked = book_page(page, Booking(slot.start), company.GUEST, submission=uuid4(), now=now)
    assert 0 <= booked.code.number < 1_000_000
    without = form_of(client, address)
    del without["reception_code"]
    client.post(address, without)
    page.refresh_from_db()
    assert not page.reception_code


@pytest.mark.parametrize(
    ("section", "values", "sentence"),
    [
        ("opening", {"holiday_hours": "10:00-09:00", "holiday_rule": "own"}, "順番"),
        ("opening", {"holiday_rule": "own", "holiday_hours": ""}, "入力してください"),
        ("opening", {"date-0-start": "10:00", "date-0-end": "12:00"}, "日付を選んで"),
        ("opening", {"date-0-day": "2026-12-28", "date-0-start": "10:00"}, "時刻は"),
        (
            "opening",
            {"date-0-day": "2026-12-28", "date-0-start": "12:00", "date-0-end": "9:00"},
            "終了は開始",
        ),
        (
            "opening",
            {
                "date-0-day": "2026-12-28",
                "date-0-start": "10:00",
                "date-0-end": "12:00",
                "date-1-day": "2026-12-28",
                "date-1-start": "11:00",
                "date-1-end": "13:00",
            },
            "重なって",
        ),
        (
            "opening",
            {
                "date-0-day": "2026-12-28",
                "date-1-day": "2026-12-28",
                "date-1-start": "1:00",
                "date-1-end": "2:00",
            },
            "休みと時間帯",
        ),
        ("opening", {"window_first": "2026-12-02"}, "両方"),
        ("opening", {"window_first": "2026-12-02", "window_last": "2026-12-01"}, "初日以降"),
        ("opening", {"cap_day": "0"}, "1"),
        ("", {"other_durations": "30"}, "2回"),
        ("details", {"title_pattern": "{会社}様"}, "使えません"),
        ("details", {"slug": "Not OK"}, "半角"),
        ("opening", {"hours-0-0-end": "08:00"}, "終了は開始より後"),
        ("mail", {"own_reminders": "on", "guest_reminders": "9999"}, "この範囲"),
        ("mail", {"own_reminders": "on", "host_reminders": "morgen"}, "整数"),
        ("mail", {"guest_reminders": "48"}, "この予約ページで決める」を選んで"),
        ("members", {"hosts": ""}, "出席する人を1人以上"),
        ("members", {"participation": "one_of_each"}, "2つ目のグループ"),
        ("", {"other_durations": "2000"}, "5〜1440分"),
        ("", {"duration_minutes": "3"}, "5以上の数"),
        ("", {"title": " "}, "入力してください"),
    ],
)
def test_bad_settings_are_refused_at_the_field(
    client: Client, people: Company, section: str, values: dict[str, str], sentence: str
) -> None:
    page = company.publish(people.author)
    address = f"/pages/{page.pk}/{section}".rstrip("/")
    answer = client.post(address, {**form_of(client, address), **values})
    assert answer.status_code == 422
    errors = BeautifulSoup(answer.content, "html.parser").select(".errorlist")
    assert any(sentence in one.text for one in errors), [one.text for one in errors]


def test_an_earlier_address_leads_to_the_present_one(client: Client, people: Company) -> None:
    page = company.publish(people.author)
    address = f"/pages/{page.pk}/details"
    for slug in ("demo", "product-demo"):
        data = {**form_of(client, address), "visibility": "public", "slug": slug}
        assert client.post(address, data).status_code == 302
    page.refresh_from_db()
    page.organization.refresh_from_db()
    here = f"/o/{page.organization.slug}"
    guest = Client()
    assert guest.get(f"{here}/demo").headers["Location"] == f"{here}/product-demo"
    assert page.title in guest.get(f"{here}/product-demo").content.decode()
    assert page.title in guest.get(here).content.decode()
    other = company.publish(people.author)
    taken = client.post(
        f"/pages/{other.pk}/details", {**form_of(client, f"/pages/{other.pk}/details"), "slug": "demo"}
    )
    assert "別の予約ページ" in taken.content.decode()


def test_what_a_japanese_keyboard_types_is_understood(client: Client, people: Company) -> None:
    page = company.publish(people.author)
    opening, meeting = f"/pages/{page.pk}/opening", f"/pages/{page.pk}"
    typed = {
        "date-0-day": "2026/12/28",
        "date-0-start": "10:00",
        "date-0-end": "15:00",
        "holiday_rule": "own",
    }
    client.post(opening, {**form_of(client, opening), **typed, "holiday_hours": "10:00-12:00、13:00-15:00"})
    client.post(meeting, {**form_of(client, meeting), "other_durations": "45、60"})
    page.refresh_from_db()
    assert page.other_durations == [45, 60]
    assert page.overrides == {"2026-12-28": [["10:00", "15:00"]]}
    assert form_of(client, opening)["holiday_hours"] == "10:00-12:00, 13:00-15:00"


def test_particular_dates_are_rows_of_a_date_and_its_hours(client: Client, people: Company) -> None:
    page = company.publish(people.author)
    kept = {
        "2026-12-28": [["10:00", "12:00"], ["13:00", "26:00"]],
        "2026-12-29": [],
        "2026-12-30": [["22:00", "24:00"]],
    }
    BookingPage.objects.filter(pk=page.pk).update(overrides=kept)
    address = f"/pages/{page.pk}/opening"
    shown = form_of(client, address)
    assert (shown["date-1-day"], shown["date-1-end"], shown["date-1-next"]) == ("2026-12-28", "02:00", ["on"])
    # The first row is emptied, the closed day gets hours past midnight, and one more day is closed.
    changed = {"date-0-day": "", "date-0-start": "", "date-0-end": "", "date-4-day": "2026-12-31"}
    night = {"date-2-start": "23:00", "date-2-end": "1:00", "date-2-next": "on"}
    assert client.post(address, {**shown, **changed, **night}).status_code == 302
    page.refresh_from_db()
    assert page.overrides == {
        "2026-12-28": [["13:00", "26:00"]],
        "2026-12-29": [["23:00", "25:00"]],
        "2026-12-30": [["22:00", "24:00"]],
        "2026-12-31": [],
    }


def test_more_particular_dates_than_the_page_adds_are_all_kept(client: Client, people: Company) -> None:
    page = company.publish(people.author)
    kept: dict[str, list[str]] = {
        (date(2027, 1, 1) + timedelta(days=n)).isoformat(): [] for n in range(MOST + 20)
    }
    BookingPage.objects.filter(pk=page.pk).update(overrides=kept)
    address = f"/pages/{page.pk}/opening"
    assert client.post(address, form_of(client, address)).status_code == 302
    page.refresh_from_db()
    assert page.overrides == kept


def test_copy_preview_and_one_time_links(client: Client, people: Company) -> None:
    page = company.publish(people.author)
    client.post(f"/pages/{page.pk}/copies")
    copy = BookingPage.objects.exclude(pk=page.pk).get()
    assert (copy.state, copy.title) == ("draft", f"{page.title}のコピー")
    shown = client.get(f"/pages/{copy.pk}/preview").content.decode()
    assert "プレビュー" in shown
    assert copy.title in shown
    client.post(f"/pages/{page.pk}/one-time-links", {"note": "三田様"})
    link = OneTimeLink.objects.get()
    assert f"/b/{link.link_token}/confirm" in Client().get(f"/b/{link.link_token}").content.decode()
    client.post(f"/pages/{page.pk}/one-time-links/{link.pk}/end")
    assert not OneTimeLink.objects.exists()


def test_the_preview_goes_on_to_the_form_and_books_nothing(client: Client, people: Company) -> None:
    page = company.publish(people.author, consent_required=True)
    BookingPage.objects.filter(pk=page.pk).update(state="draft")
    set_questions(people.author, page, (*STANDARD, Question("q1", QuestionKind.TEXT, "部署名")))
    times = BeautifulSoup(client.get(f"/pages/{page.pk}/preview").content, "html.parser")
    slot = times.select_one("[name=start]")["value"]
    assert times.select_one("form.booking")["action"] == f"/pages/{page.pk}/preview"
    form = BeautifulSoup(client.get(f"/pages/{page.pk}/preview?start={slot}").content, "html.parser")
    assert "部署名" in form.text
    assert "個人情報の取り扱いに同意する" in form.text
    assert form.select_one("form.guest-flow button.primary").has_attr("disabled")
    assert form.select_one(f"a[href='/pages/{page.pk}']"), "the way back to the settings"
    assert client.post(f"/pages/{page.pk}/preview", {"start": slot}).status_code == 405


def test_why_a_time_is_not_offered(client: Client, people: Company) -> None:
    page = company.publish(people.author, min_notice_minutes=0)
    offer = page_offer(
        page, timezone.now().date(), timezone.now().date() + timedelta(days=9), now=timezone.now()
    )
    slot = offer.slots[3]
    wall = slot.start + timedelta(hours=9)
    address = f"/pages/{page.pk}/why-not?day={wall.date()}&time="
    assert "この日時は、お客様の画面に出ています。" in client.get(address + f"{wall:%H:%M}").content.decode()
    assert "受付時間に収まっていません" in client.get(address + "05:00").content.decode()
    company.busy(people.author.connections.get(), slot.start, 30, subject="社外秘")
    said = client.get(address + f"{wall:%H:%M}").content.decode()
    assert f"{people.author.name}さんの予定と重なっています" in said
    assert "社外秘" not in said
    assert f"/pages/{page.pk}/members" in said
    page.hosts.update(member=people.colleague)
    said = client.get(address + f"{wall:%H:%M}").content.decode()
    assert "カレンダーが接続されていません。" in said
    assert f"{people.colleague.name}さんに「外部連携」の確認をお願いしてください。" in said
    assert "ここに表示されます" not in said, "that is for whom it concerns"


@pytest.mark.parametrize(
    ("values", "said", "way"),
    [
        ({"holiday_rule": "closed"}, "勤労感謝の日のため、受け付けません。", "祝日の扱いを変える"),
        (
            {"holiday_rule": "own", "holiday_hours": [["10:00", "12:00"]]},
            "勤労感謝の日のため、祝日用の時間帯だけで受け付けます。",
            "祝日用の時間帯を変える",
        ),
        (
            {"overrides": {"2027-11-23": [["10:00", "12:00"]]}},
            "この日のために決めた受付時間に収まっていません。",
            "特定の日の受付時間を変える",
        ),
        ({"holiday_rule": "usual"}, "曜日ごとの受付時間に収まっていません。", "曜日ごとの受付時間を変える"),
    ],
)
def test_the_rule_that_closes_a_day_is_named(
    client: Client, people: Company, values: dict[str, Any], said: str, way: str
) -> None:
    page = company.publish(people.author)
    BookingPage.objects.filter(pk=page.pk).update(**values)
    answer = client.get(f"/pages/{page.pk}/why-not?day=2027-11-23&time=20:00").content.decode()
    assert said in answer
    assert way in answer


@pytest.mark.django_db(transaction=True)
def test_a_request_is_approved_or_declined(client: Client, people: Company) -> None:
    page = company.publish(people.author, needs_approval=True, min_notice_minutes=0)
    people.author.connections.update(silent_until=timezone.now() + timedelta(hours=1))
    now = timezone.now()
    slots = page_offer(page, now.date(), now.date() + timedelta(days=9), now=now).slots
    asked = [
        book_page(page, Booking(slot.start), company.GUEST, submission=uuid4(), now=now)
        for slot in slots[4:6]
    ]
    shown = client.get(f"/appointments/{asked[0].pk}").content.decode()
    assert "承認する" in shown
    assert "までにお決めください" in shown
    assert "· 承認待ち" in shown, "it stands in the calendar"
    assert "Web会議URLを準備しています" not in shown
    assert f"/appointments/{asked[0].pk}/cancellation" not in shown, "to decline it is the way"
    for one in asked:
        assert f'href="/appointments/{one.pk}"' in client.get("/").content.decode(), "it waits at home, too"
    client.post(f"/appointments/{asked[0].pk}/approval")
    client.post(f"/appointments/{asked[1].pk}/refusal", {"reason": "出張のため"})
    states = list(Appointment.objects.order_by("pk").values_list("state", "cancel_reason"))
    assert states == [("confirmed", ""), ("declined", "出張のため")]
    pages = [BeautifulSoup(client.get(f"/appointments/{one.pk}").content, "html.parser") for one in asked]
    assert [page.select_one(".time-hero.over") is not None for page in pages] == [False, True]
    assert "出張のため" in pages[1].text
    assert "承認を待っています" not in client.get("/").content.decode()


def test_hours_of_ones_own_are_given_up_by_the_tick_alone(client: Client, people: Company) -> None:
    page = company.publish(people.author, guest_reminders=(48,), host_reminders=())
    address = f"/pages/{page.pk}/mail"
    data = form_of(client, address)
    assert data["guest_reminders"] == "48"
    del data["own_reminders"]
    assert client.post(address, data).status_code == 302
    page.refresh_from_db()
    assert page.guest_reminder_hours is None, "the organisation's again"
