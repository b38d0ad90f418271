"""お客様側での日時変更, walked without JavaScript."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.test import Client

from chosei.actions.booking import book_page
from chosei.actions.embedding import allow_embedding
from chosei.actions.inputs import Booking
from chosei.records.models import Appointment
from tests.support.company import GUEST, NOW, busy, span
from tests.web.public.walking import main_form, parsed, send, text_of, times_on

pytestmark = pytest.mark.django_db(transaction=True)  # the live read has threads of its own

NEW = "2026-12-04T05:00Z"


@pytest.fixture
def booked(transactional_db, booking_page) -> Appointment:
    wanted = Booking(span(9, 14).start, 30)
    return book_page(booking_page, wanted, GUEST, submission=uuid4(), now=NOW)


def test_from_the_appointment_to_another_time(client, booked):
    url = f"/a/{booked.link_token}"
    shown = client.get(url)
    assert "日時を変更する" in text_of(shown)
    times = client.get(f"{url}/change?week=2026-12-01")
    assert "現在の日時: 12月3日(木) 14:00〜14:30" in text_of(times)
    assert booked.starts_at.strftime("%Y-%m-%dT%H:%MZ") not in times_on(times, "start")
    asked = send(client, times, start=NEW)
    assert "12月4日(金) 14:00〜14:30" in text_of(asked)
    booked.refresh_from_db()
    assert booked.starts_at == span(9, 14).start, "looking changes nothing"
    done = send(client, asked)
    assert done.headers["Location"] == url
    booked.refresh_from_db()
    assert booked.starts_at == span(10, 14).start
    assert "12月4日(金)" in text_of(client.get(url))


def test_a_time_taken_a_second_ago_leads_back_with_the_nearest(client, booked):
    asked = send(client, client.get(f"/a/{booked.link_token}/change?week=2026-12-01"), start=NEW)
    busy(booked.booking_page.owner.connections.get(), span(10, 14).start)
    lost = send(client, asked)
    assert lost.status_code == 409
    assert "選択された日時は、受付を終了しました" in text_of(lost)
    near = [button["value"] for button in parsed(lost).select(".nearest button")]
    assert near == ["2026-12-04T04:00Z", "2026-12-04T04:30Z", "2026-12-04T06:00Z"]
    again = client.get(f"/a/{booked.link_token}/change/confirm", {"choose": near[0]})
    assert send(client, again).status_code == 302
    gone = client.get(f"/a/{booked.link_token}/change/confirm", {"start": NEW})
    assert gone.status_code == 409


@pytest.mark.parametrize("query", ["", "start=x", "start=9999-12-31T00:00Z"])
def test_odd_addresses_lead_to_the_times(client, booked, query):
    answer = client.get(f"/a/{booked.link_token}/change/confirm?{query}")
    assert answer.status_code == 200
    assert "日時をお選びのうえ、お進みください。" in text_of(answer)
    sent = client.post(f"/a/{booked.link_token}/change/confirm", {"start": NEW, "revision": "x"})
    assert times_on(sent, "start")


def test_the_times_stay_fresh(client, booked):
    url = f"/a/{booked.link_token}/change?week=2026-12-01"
    first = client.get(url, headers={"HX-Request": "true"})
    seen = parsed(first).select_one("input[name=seen]")["value"]
    assert client.get(f"{url}&seen={seen}", headers={"HX-Request": "true"}).status_code == 204


def test_where_it_is_not_allowed(client, booked):
    page, url = booked.booking_page, f"/a/{booked.link_token}"
    page.guest_may_change = False
    page.save()
    assert "日時を変更する" not in text_of(client.get(url))
    for path in ("change", "change/confirm", "change/request"):
        assert client.get(f"{url}/{path}").status_code == 410
    sent = client.post(f"{url}/change/confirm", {"start": NEW, "revision": "0"})
    assert sent.status_code == 410
    booked.refresh_from_db()
    assert booked.starts_at == span(9, 14).start


def test_changed_by_somebody_else_meanwhile(client, booked):
    asked = send(client, client.get(f"/a/{booked.link_token}/change?week=2026-12-01"), start=NEW)
    Appointment.objects.update(revision=3)
    refused = send(client, asked)
    assert refused.status_code == 410
    assert "アポイントメントの内容が変更されています" in text_of(refused)


def test_who_finds_no_time_can_still_ask(client, booked):
    times = client.get(f"/a/{booked.link_token}/change")
    link = parsed(times).find("a", string="都合の良い日時がない場合は、ご希望をお知らせください")
    sent = send(client, client.get(link["href"]), text="午後なら")
    assert sent.status_code == 302
    assert booked.readjustments.count() == 1


def test_too_often(client, booked):
    url = f"/a/{booked.link_token}/change/confirm"
    codes = [client.post(url, {"start": "x"}).status_code for _ in range(21)]
    assert codes[-1] == 429
    assert 429 not in codes[:-1]


def test_the_whole_way_stays_in_a_frame(booked):
    page = booked.booking_page
    allow_embedding(page.owner, page, ["http://localhost:9"])
    client = Client(enforce_csrf_checks=True)
    times = client.get(f"/embed/a/{booked.link_token}/change?week=2026-12-01")
    assert str(main_form(times)[1]["action"]).startswith("/embed/a/")
    asked = send(client, times, start=NEW)
    client.cookies.clear()
    assert send(client, asked).headers["Location"] == f"/embed/a/{booked.link_token}"
