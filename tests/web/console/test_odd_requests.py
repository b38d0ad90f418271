"""Whatever is typed or sent to the console: a page that says so, never a server error."""

from __future__ import annotations

import pytest
from django.test import Client

from chosei.records.models import Proposal
from tests.web.console.conftest import Company
from tests.web.console.test_compose import form

ENDS_OF_TIME = ["0001-01-01", "9999-12-31", "9999-12-30", "2300-01-01"]


@pytest.fixture
def browser(client: Client) -> Client:
    client.raise_request_exception = False
    return client


@pytest.mark.parametrize("day", ENDS_OF_TIME)
@pytest.mark.parametrize("zone", ["Asia/Tokyo", "America/Los_Angeles"])
def test_days_at_the_ends_of_time(browser: Client, people: Company, day: str, zone: str) -> None:
    type(people.author).objects.update(zone=zone)
    for sent in (form((day, "10:00", "11:00")), form((day, "23:00", "0:00")), form(deadline=day)):
        answer = browser.post("/proposals/new", sent)
        assert answer.status_code == 200
        assert 'aria-invalid="true"' in answer.content.decode() or "error" in answer.content.decode()
    assert not Proposal.objects.exists()


@pytest.mark.parametrize("number", ["9" * 18, "9" * 19, "9" * 30, "9" * 5000])
def test_numbers_that_no_column_holds(browser: Client, number: str) -> None:
    for path in ("proposals", "pages", "appointments"):
        assert browser.get(f"/{path}/{number}").status_code == 404
        assert browser.get(f"/{path}/?after={number}").status_code == 200
    for key in (
        f"2026-12-01T00:00:00Z_{number}",
        f"0001-01-01T00:00:00+14:00_{number}",
        "9999-12-31T23:59:59-12:00_1",
    ):
        assert browser.get("/appointments/", {"after": key}).status_code == 200
    assert browser.get("/proposals/calendar", {"member": number}).status_code in (400, 404)
    assert browser.post(f"/settings/connections/{number}/disconnection").status_code == 404
    assert browser.get(f"/password-reset/{number[:40]}/x-y").status_code == 200


def test_odd_windows_of_the_calendar(browser: Client) -> None:
    for first, last in (
        ("0001-01-01", "0001-01-08"),
        ("9999-12-25", "9999-12-31"),
        ("x", ""),
        ("\x00", "\x00"),
    ):
        assert browser.get("/proposals/calendar", {"from": first, "to": last}).status_code in (200, 400)


@pytest.mark.parametrize("odd", ["\x00", "a\x00b", "x" * 100_000, "\u202e\u2066"])
def test_text_of_any_kind(browser: Client, odd: str) -> None:
    for name in ("title", "guest_company", "guest_name", "guidance", "location", "guest_email", "submission"):
        assert browser.post("/proposals/new", form(**{name: odd})).status_code in (200, 302)
    for name in ("title", "description", "contact", "zone", "hours-0-0-start"):
        assert browser.post("/pages/new", {name: odd}).status_code == 200
    assert browser.post("/settings/profile", {"language": odd, "zone": odd}).status_code == 200


def test_odd_searches_for_hosts(browser: Client) -> None:
    for odd in ("\x00", "%_\\", "x" * 100_000, " "):
        assert browser.get("/proposals/hosts", {"host_query": odd, "part": "found"}).status_code == 200
        query = {"hosts": [odd, "-1", "9" * 30], "host_add": odd, "host_remove": odd, "host_earlier": odd}
        assert browser.get("/proposals/hosts", query).status_code == 200


def test_forms_for_strangers(browser: Client, people: Company) -> None:
    browser.logout()
    for odd in ("\x00", "x" * 5000, "ｓａｔｏ@sample.example", "a@b"):
        assert browser.post("/sign-in", {"username": odd, "password": odd}).status_code == 200
        assert browser.post("/password-reset", {"email": odd}).status_code in (200, 302)


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:1"]
)
def test_nothing_leads_away(browser: Client, people: Company, target: str) -> None:
    switched = browser.post("/language", {"language": "en", "next": target})
    assert "evil" not in switched.headers["Location"]
    browser.logout()
    signed = browser.post(
        f"/sign-in?next={target}", {"username": people.author.email, "password": "a-long-password"}
    )
    assert signed.headers["Location"] == "/"
    assert browser.get("/", headers={"host": "evil.example"}).status_code == 400
