"""The tablet at the entrance, without script: paired, pressed key by key, greeted, seen off."""

from __future__ import annotations

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.test import Client

from chosei.actions.front_desk import add_desk, revoke_desk
from chosei.actions.visits import WRONG_AT_A_DESK
from chosei.records.models import FrontDesk, Reception, Visit
from tests.actions.test_reception_codes import visit as confirmed_visit
from tests.support.company import NOW, at, member

pytestmark = pytest.mark.django_db


@pytest.fixture
def host():
    return member()


@pytest.fixture
def administrator(host):
    return host.organization.members.get(role="administrator")


@pytest.fixture
def appointment(host):
    return confirmed_visit(host)


@pytest.fixture
def arrival():
    with time_machine.travel(at(1, 9, 50), tick=True):
        yield


@pytest.fixture
def tablet(administrator, appointment, arrival):
    code = add_desk(administrator, "1F受付", now=at(1, 9, 45)).pairing_code
    client = Client()
    paired = client.post("/reception/pairing", {"code": code})
    assert paired.headers["Location"] == "/reception/"
    return client


def page(response):
    return BeautifulSoup(response.content, "html.parser")


def said(response):
    return page(response).select_one("main").get_text(" ", strip=True)


def entered(tablet, code, **values):
    return tablet.post("/reception/", {"code": code, **values})


def test_the_visitor_is_greeted(tablet, appointment):
    greeted = entered(tablet, appointment.code.digits)
    for words in ("株式会社テスト", "三田花子 様", "10:00〜11:00", "佐藤 健一", "担当者にお知らせしました"):
        assert words in said(greeted)
    assert "no-store" in greeted.headers["Cache-Control"]
    assert "受付は済んでいます" in said(entered(tablet, appointment.code.digits))
    assert "退館の手続きが完了しました" in said(entered(tablet, appointment.code.digits, mode="leave"))
    assert Visit.objects.get().left_at is not None


def test_what_the_organisation_says_at_the_door(tablet, host, appointment):
    Reception.objects.create(
        organization=host.organization, guidance="右手のロビーでお待ちください。", shows_hosts=False
    )
    greeted = said(entered(tablet, appointment.code.digits))
    assert "右手のロビーでお待ちください。" in greeted
    assert "佐藤 健一" not in greeted


def test_the_pad_works_key_by_key_without_script(tablet, appointment):
    shown = ""
    for key in ["9", "back", *appointment.code.digits, "0", "x"]:
        shown = page(entered(tablet, shown, press=key)).select_one("#code")["value"]
    assert shown == appointment.code.digits
    assert not Visit.objects.exists()
    assert "三田花子 様" in said(entered(tablet, shown))


def test_a_wrong_code_tells_nothing_and_is_limited(tablet, appointment):
    wrong = f"{(appointment.code.number + 1) % 1_000_000:06d}"
    first = entered(tablet, wrong)
    assert first.status_code == 422
    with time_machine.travel(at(2, 10)):
        another_day = entered(tablet, appointment.code.digits)
    assert said(another_day) == said(first) == said(entered(tablet, "abc"))
    for _ in range(WRONG_AT_A_DESK):
        last = entered(tablet, wrong)
    assert last.status_code == 429
    assert said(entered(tablet, appointment.code.digits)) == said(last)


def test_english_at_a_touch_and_japanese_again_for_the_next(tablet, appointment):
    assert "Welcome" in said(tablet.get("/reception/?lang=en"))
    assert "Your host has been told" in said(entered(tablet, appointment.code.digits, lang="en"))
    assert "ようこそ" in said(tablet.get("/reception/"))


def test_the_cookie_opens_the_front_desk_alone(tablet):
    cookie = tablet.cookies["chosei_front_desk"]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == ("/reception", True, "Lax")
    assert tablet.get("/").status_code == 302
    assert tablet.get("/settings/reception").headers["Location"].startswith("/sign-in")


def test_without_a_pairing_there_is_only_the_way_to_one(client, administrator):
    assert client.get("/reception/").headers["Location"] == "/reception/pairing"
    assert client.post("/reception/", {"code": "123456"}).status_code == 302
    desk = add_desk(administrator, "1F受付", now=NOW)
    with time_machine.travel(NOW):
        opened = client.get(f"/reception/pairing?code={desk.pairing_code}")
        assert page(opened).select_one("#code")["value"] == desk.pairing_code
        assert not FrontDesk.objects.exclude(secret_hash="").exists()
        assert client.post("/reception/pairing", {"code": "AAAA-AAAA-AAAA"}).status_code == 422
        for _ in range(9):
            client.post("/reception/pairing", {"code": "x"})
        assert client.post("/reception/pairing", {"code": desk.pairing_code}).status_code == 429


def test_a_tablet_that_was_let_go_is_asked_to_pair_again(tablet, administrator):
    revoke_desk(administrator, FrontDesk.objects.get(), now=NOW)
    assert tablet.get("/reception/").headers["Location"] == "/reception/pairing"
