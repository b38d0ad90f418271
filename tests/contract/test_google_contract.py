"""The checks against Google's contract refuse what is deliberately wrong, and let pass what is right."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from tests.support.contracts import Exchange, validate_request, validate_response
from tests.support.google_contract import google_contract

pytestmark = pytest.mark.contract

JSON = {"content-type": "application/json"}
FORM = {"content-type": "application/x-www-form-urlencoded"}
MOMENT = {"dateTime": "2027-03-03T10:00:00+09:00", "timeZone": "Asia/Tokyo"}
EVENT = {"summary": "商談", "start": MOMENT, "end": MOMENT}
EVENTS = "/google/calendar/v3/calendars/primary/events"
ROOMS = "/google/admin/directory/v1/customer/my_customer/resources/calendars"
BUSY = {
    "timeMin": "2027-03-03T00:00:00Z",
    "timeMax": "2027-03-04T00:00:00Z",
    "items": [{"id": "a@b.example"}],
}


def exchange(method: str, url: str, body: Any = None, headers: dict[str, str] | None = None) -> Exchange:
    parts = urlsplit(url)
    raw = body.encode() if isinstance(body, str) else b"" if body is None else json.dumps(body).encode()
    query = tuple(parse_qsl(parts.query, keep_blank_values=True))
    return Exchange(method, parts.path, query, JSON if headers is None else headers, raw)


@pytest.mark.parametrize(
    ("method", "url", "body"),
    [
        ("GET", f"{EVENTS}?singleEvents=true&maxResults=250&timeMin=2027-03-03T00:00:00Z", None),
        ("GET", f"{EVENTS}?privateExtendedProperty=a%3Db&privateExtendedProperty=c%3Dd", None),
        ("POST", f"{EVENTS}?sendUpdates=none&conferenceDataVersion=1", EVENT),
        ("PATCH", f"{EVENTS}/abcde", {"location": None, "summary": "商談"}),
        ("DELETE", f"{EVENTS}/abcde?sendUpdates=none", None),
        ("POST", f"{EVENTS}/watch", {"id": "x", "type": "web_hook", "address": "https://a.example"}),
        ("POST", "/google/calendar/v3/freeBusy", BUSY),
        ("GET", f"{ROOMS}?maxResults=100", None),
    ],
)
def test_right_requests_pass(method: str, url: str, body: Any) -> None:
    assert validate_request(exchange(method, url, body)) == []


@pytest.mark.parametrize(
    ("method", "url", "body"),
    [
        ("GET", "/google/calendar/v3/me/events", None),
        ("PUT", EVENTS, EVENT),
        ("GET", f"{EVENTS}?top=5", None),
        ("GET", f"{EVENTS}?maxResults=many", None),
        ("GET", f"{EVENTS}?timeMin=tomorrow", None),
        ("GET", f"{EVENTS}?maxResults=1&maxResults=2", None),
        ("GET", f"{EVENTS}?orderBy=title", None),
        ("GET", EVENTS, EVENT),
        ("POST", f"{EVENTS}?sendUpdates=maybe", EVENT),
        ("POST", EVENTS, {**EVENT, "subject": "商談"}),
        ("POST", EVENTS, {**EVENT, "start": {"datetime": "2027-03-03T10:00:00Z"}}),
        ("POST", EVENTS, {**EVENT, "start": {"dateTime": "2027-03-03 10:00"}}),
        ("POST", EVENTS, {**EVENT, "attendees": [{"address": "a@b.example"}]}),
        ("POST", EVENTS, {**EVENT, "conferenceData": {"createRequest": {"id": "x"}}}),
        ("POST", EVENTS, {**EVENT, "extendedProperties": {"private": {"choseiKey": 1}}}),
        ("POST", "/google/calendar/v3/freeBusy", {**BUSY, "timeMin": "tomorrow"}),
        ("POST", "/google/calendar/v3/freeBusy", {**BUSY, "calendars": []}),
        ("POST", "/google/calendar/v3/channels/stop", {"id": "x", "resource": "y"}),
    ],
)
def test_wrong_requests_are_found(method: str, url: str, body: Any) -> None:
    assert validate_request(exchange(method, url, body)) != []


def test_token_requests_are_read_as_forms() -> None:
    assert validate_request(exchange("POST", "/google/token", "grant_type=refresh_token", FORM)) == []
    assert validate_request(exchange("POST", "/google/token", "refresh_token=x", FORM)) != []
    assert validate_request(exchange("POST", "/google/token", "grant_type=x&password=y", FORM)) != []
    assert validate_request(exchange("POST", "/google/token", {"grant_type": "x"})) != []


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, {"items": [{"id": 5}]}),
        (200, {"items": [{"start": {"date": "tomorrow"}}]}),
        (403, {"message": "no"}),
        (404, {"error": {"code": "notFound", "message": "no"}}),
        (302, {}),
    ],
)
def test_wrong_answers_are_found(status: int, body: Any) -> None:
    asked = exchange("GET", EVENTS)
    assert validate_response(asked, 200, JSON, json.dumps({"items": [EVENT]}).encode()) == []
    assert validate_response(asked, status, JSON, json.dumps(body).encode()) != []


def test_a_push_message_is_all_headers() -> None:
    names = ("Channel-ID", "Message-Number", "Resource-ID", "Resource-URI")
    headers = {**{f"X-Goog-{name}": "1" for name in names}, "X-Goog-Resource-State": "exists"}
    assert google_contract().push(headers, b"") == []
    assert google_contract().push(headers, b"{}") != []
    assert google_contract().push({**headers, "X-Goog-Resource-State": "changed"}, b"") != []
    assert google_contract().push({"X-Goog-Resource-State": "sync"}, b"") != []
