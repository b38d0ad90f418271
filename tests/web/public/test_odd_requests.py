"""Whatever a guest's browser, a scanner or a prankster sends: a page, never a server error."""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

import pytest
from django.test import Client

from chosei.records.models import Appointment, BookingPage, Proposal

pytestmark = pytest.mark.django_db(transaction=True)  # a live read has threads of its own

TYPED = {"name": "三田花子", "email": "hanako@test.example"}
STARTS = [
    "0001-01-01T00:00Z", "0001-01-02T09:00Z", "1969-12-31T23:59Z", "9998-12-31T23:59Z", "9999-12-31T23:59Z",
    "2026-12-03T05:00", "", "\x00", "2026-13-03T05:00Z", "x" * 5000,
]  # fmt: skip
ZONES = ["Pacific/Kiritimati", "Pacific/Pago_Pago", "../etc/passwd", "Asia", "\x00", "x" * 5000, "Factory"]


@pytest.fixture
def browser() -> Client:
    return Client(raise_request_exception=False)


def answers(browser: Client, path: str, **values: Any) -> list[int]:
    return [browser.post(path, values).status_code, browser.get(path, values).status_code]


@pytest.mark.parametrize("zone", ["Asia/Tokyo", "Pacific/Kiritimati", "Pacific/Pago_Pago"])
def test_a_start_that_cannot_be(browser: Client, booking_page: BookingPage, zone: str) -> None:
    BookingPage.objects.update(buffer_before_minutes=60, buffer_after_minutes=60)
    page = f"/b/{booking_page.link_token}"
    for start in STARTS:
        for values in ({}, {"name": ""}, TYPED, {"choose": "1"}):
            sent = {"zone": zone, "start": start, **values}
            assert max(answers(browser, f"{page}/confirm", **sent)) < 500, sent
        assert browser.get(page, {"start": start, "zone": zone}).status_code == 200
    assert not Appointment.objects.exists()


@pytest.mark.parametrize("week", ["0001-01-01", "9999-12-31", "2026-W01", "x", "\x00", "9" * 5000])
def test_a_week_or_a_zone_that_cannot_be(browser: Client, booking_page: BookingPage, week: str) -> None:
    for zone in ZONES:
        asked = {"week": week, "zone": zone, "rezone": "1", "seen": "x", "shown": week}
        for headers in ({}, {"HX-Request": "true"}):
            answer = browser.get(f"/b/{booking_page.link_token}", asked, headers=headers)
            assert answer.status_code == 200, zone


@pytest.mark.parametrize("name", ["chosei_session", "chosei_csrf", "chosei_language", "chosei_zone"])
def test_a_cookie_that_spells_what_no_server_sets(browser: Client, proposal: Proposal, name: str) -> None:
    browser.cookies.load(f'{name}="\\000\\000abcdefghijkl\\012"')
    assert browser.cookies[name].value == "\0\0abcdefghijkl\n"
    for path in (f"/p/{proposal.link_token}", "/sign-in"):
        assert browser.get(path).status_code == 200
    assert browser.get("/appointments/").status_code == 302
    assert browser.post("/sign-in", {"username": "x@y.example", "password": "x"}).status_code < 500


def test_every_zone_there_is_can_be_read_in(browser: Client, proposal: Proposal) -> None:
    for zone in sorted(available_timezones())[::7]:
        assert browser.get(f"/p/{proposal.link_token}", {"zone": zone}).status_code == 200, zone


@pytest.mark.parametrize("submission", ["", "x", "\x00", "urn:uuid:00000000-0000-4000-8000-000000000001"])
def test_a_candidate_or_a_form_that_cannot_be(browser: Client, proposal: Proposal, submission: str) -> None:
    path = f"/p/{proposal.link_token}/confirm"
    for candidate in ("0", "-1", "9" * 18, "9" * 19, "9" * 5000, "１", "\x00", "1e3"):
        assert max(answers(browser, path, candidate=candidate, submission=submission, **TYPED)) < 500


def test_text_of_any_kind_is_taken_or_said_to_be_wrong(browser: Client, proposal: Proposal) -> None:
    first = proposal.candidates.earliest("starts_at")
    path = f"/p/{proposal.link_token}/confirm"
    for odd in ("\x00", "a\x00b", "\ud800".encode("utf-8", "surrogatepass"), "x" * 100_000, "\u202e" * 300):
        for field in ("name", "company", "message"):
            answer = browser.post(path, {"candidate": first.pk, **TYPED, "email": "", field: odd})
            assert answer.status_code == 422
