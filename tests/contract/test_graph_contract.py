"""The contract checks refuse what is deliberately wrong, and let pass what is right."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send

from chosei.sandbox.app import create_app
from chosei.sandbox.database import Database
from tests.support.contracts import (
    Exchange,
    ValidatingASGI,
    ValidatingWebhook,
    graph_contract,
    validate_request,
    validate_response,
)

pytestmark = pytest.mark.contract

JSON = {"content-type": "application/json"}
OK = {**JSON, "request-id": "1"}
MOMENT = {"dateTime": "2027-03-03T10:00:00", "timeZone": "UTC"}
EVENT = {"start": MOMENT, "end": MOMENT}
SUBSCRIPTION = {
    "changeType": "created,updated",
    "resource": "/me/events",
    "notificationUrl": "https://chosei.example/hooks/microsoft",
    "clientState": "x",
    "expirationDateTime": "2027-03-03T10:00:00Z",
}
UUID = "11111111-2222-4333-8444-555555555555"
NUMBERED = [{"id": str(n), "method": "GET", "url": "/me"} for n in range(21)]


def exchange(method: str, url: str, body: Any = None, headers: dict[str, str] | None = None) -> Exchange:
    parts = urlsplit(url)
    raw = b"" if body is None else json.dumps(body).encode()
    return Exchange(method, parts.path, tuple(parse_qsl(parts.query)), {**JSON, **(headers or {})}, raw)


def schedule(**changes: Any) -> dict[str, Any]:
    return {"schedules": ["a@sample.example"], "startTime": MOMENT, "endTime": MOMENT, **changes}


@pytest.mark.parametrize(
    ("method", "url", "body"),
    [
        ("GET", "/v1.0/me?$select=id,mail", None),
        ("GET", "/v1.0/me/calendarView?startDateTime=2027-03-03&endDateTime=2027-03-04&$top=1000", None),
        ("GET", "/v1.0/me/calendarView/delta?$deltatoken=x", None),
        ("GET", "/v1.0/users/a@sample.example/calendars?$top=5", None),
        ("POST", "/v1.0/me/events", {**EVENT, "isOnlineMeeting": True}),
        ("POST", "/v1.0/me/calendar/getSchedule", schedule()),
        ("POST", "/v1.0/subscriptions", SUBSCRIPTION),
        ("POST", "/v1.0/subscriptions", {**SUBSCRIPTION, "notificationUrl": "http://127.0.0.1:8000/hooks"}),
        ("POST", "/v1.0/$batch", {"requests": NUMBERED[:20]}),
        ("GET", "/organizations/v2.0/.well-known/openid-configuration", None),
    ],
)
def test_right_requests_pass(method: str, url: str, body: Any) -> None:
    assert validate_request(exchange(method, url, body)) == []


@pytest.mark.parametrize(
    ("method", "url", "body"),
    [
        ("GET", "/v1.0/me/agenda", None),
        ("PUT", "/v1.0/me/events", EVENT),
        ("GET", "/v1.0/me/calendarView?startDateTime=2027-03-03", None),
        ("GET", "/v1.0/me/events?$top=1001", None),
        ("GET", "/v1.0/me/events?$limit=5", None),
        (
            "GET",
            "/v1.0/me/calendarView/delta?startDateTime=2027-03-03&endDateTime=2027-03-04&$select=id",
            None,
        ),
        ("GET", "/v1.0/me/events", {"x": 1}),
        ("POST", "/v1.0/me/events", None),
        ("POST", "/v1.0/me/events", {"start": MOMENT}),
        ("POST", "/v1.0/me/events", {**EVENT, "subjekt": "x"}),
        ("POST", "/v1.0/me/events", {**EVENT, "showAs": "maybe"}),
        ("POST", "/v1.0/me/events", {**EVENT, "start": {"dateTime": "tomorrow"}}),
        ("PATCH", "/v1.0/me/events/x", {}),
        ("PATCH", "/v1.0/me/events/x", {"transactionId": "x"}),
        ("POST", "/v1.0/me/calendar/getSchedule", schedule(schedules=[f"p{n}@x.example" for n in range(21)])),
        ("POST", "/v1.0/me/calendar/getSchedule", schedule(interval=30)),
        ("POST", "/v1.0/me/calendar/getSchedule", schedule(availabilityViewInterval=4)),
        ("POST", "/v1.0/subscriptions", {**SUBSCRIPTION, "notificationUrl": "http://chosei.example/hooks"}),
        ("POST", "/v1.0/subscriptions", {**SUBSCRIPTION, "changeType": "renamed"}),
        ("POST", "/v1.0/subscriptions", {**SUBSCRIPTION, "expirationDateTime": "tomorrow"}),
        ("POST", "/v1.0/$batch", {"requests": NUMBERED}),
        ("POST", "/v1.0/$batch", {"requests": [{"id": "1", "method": "GET", "url": "/me/agenda"}]}),
        ("GET", "/organizations/oauth2/v2.0/authorize?client_id=x&response_type=code", None),
    ],
)
def test_wrong_requests_are_found(method: str, url: str, body: Any) -> None:
    assert validate_request(exchange(method, url, body)) != []


def test_wrong_headers_are_found() -> None:
    assert validate_request(exchange("GET", "/v1.0/me", headers={"client-request-id": UUID})) == []
    assert validate_request(exchange("GET", "/v1.0/me", headers={"client-request-id": "x"})) != []
    assert validate_request(exchange("GET", "/v1.0/users", headers={"consistencylevel": "session"})) != []
    assert validate_request(exchange("GET", "/v1.0/me/events", headers={"prefer": 'IdTyp="x"'})) != []
    wrong = Exchange("POST", "/v1.0/me/events", (), {"content-type": "text/plain"}, b"{}")
    assert validate_request(wrong) != []


def test_token_requests_are_read_as_forms() -> None:
    form = {"content-type": "application/x-www-form-urlencoded"}
    url = "/organizations/oauth2/v2.0/token"
    good = b"client_id=x&grant_type=refresh_token&refresh_token=y&client_secret=z"
    assert validate_request(Exchange("POST", url, (), form, good)) == []
    for body in (
        b"client_id=x&grant_type=password",
        b"client_id=x&grant_type=refresh_token",
        b"grant_type=x",
    ):
        assert validate_request(Exchange("POST", url, (), form, body)) != []


@pytest.mark.parametrize(
    ("method", "url", "status", "body"),
    [
        ("GET", "/v1.0/me/events", 200, {"value": [{"id": 7}]}),
        ("GET", "/v1.0/me/events", 200, {"values": []}),
        ("GET", "/v1.0/me/events", 404, {"error": {"code": "x"}}),
        ("GET", "/v1.0/me/events", 206, {"value": []}),
        ("GET", "/v1.0/me/calendarView/delta", 200, {"value": []}),
        ("POST", "/organizations/oauth2/v2.0/token", 200, {"access_token": "x", "expires_in": 5}),
        ("DELETE", "/v1.0/me/events/x", 204, {"error": None}),
    ],
)
def test_wrong_answers_are_found(method: str, url: str, status: int, body: Any) -> None:
    raw = json.dumps(body).encode()
    assert validate_response(exchange(method, url), status, OK, raw) != []


def test_right_answers_pass_and_need_a_request_id() -> None:
    asked = exchange("GET", "/v1.0/me/events")
    body = b'{"value": [{"id": "x", "type": "occurrence", "newMember": 1}]}'
    assert validate_response(asked, 200, OK, body) == []
    assert validate_response(asked, 200, JSON, body) != []
    assert validate_response(asked, 200, {**OK, "content-type": "text/html"}, body) != []
    error = b'{"error": {"code": "x", "message": "y"}}'
    assert validate_response(asked, 503, OK, error) == []


def test_batch_answers_are_checked_one_by_one() -> None:
    asked = exchange("POST", "/v1.0/$batch", {"requests": NUMBERED[:2]})

    def answered(*responses: dict[str, Any]) -> list[str]:
        return validate_response(asked, 200, OK, json.dumps({"responses": list(responses)}).encode())

    me = {"status": 200, "headers": JSON, "body": {"id": "x"}}
    assert answered({"id": "0", **me}, {"id": "1", **me}) == []
    assert answered({"id": "0", **me}) != []
    assert answered({"id": "0", **me}, {"id": "1", "headers": JSON, "body": {}}) != []
    assert answered({"id": "0", **me}, {"id": "1", **me, "body": {"id": 5}}) != []


def test_webhooks_are_checked() -> None:
    right = {"subscriptionId": UUID, "changeType": "created", "resource": "Users/x/Events/y"}
    assert graph_contract().webhook(json.dumps({"value": [right]}).encode()) == []
    for wrong in ({"value": [{"changeType": "created"}]}, {"value": [{**right, "changeType": "moved"}]}, {}):
        assert graph_contract().webhook(json.dumps(wrong).encode()) != []


async def _accepts(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/html")]})
    await send({"type": "http.response.body", "body": b"<p>"})


def test_the_layers_collect_what_is_wrong_and_hinder_nothing() -> None:
    layer = ValidatingASGI(_accepts)
    client = TestClient(layer)
    assert client.get("/v1.0/me/agenda").status_code == 200
    assert client.get("/pages/are/not/looked/at").status_code == 200
    assert len(layer.take()) == 1
    client.get("/v1.0/me")
    assert len(layer.take()) == 2  # a page instead of JSON, and no request-id
    hook = ValidatingWebhook(_accepts)
    TestClient(hook).post("/hooks/microsoft", json={"value": [{}]})
    TestClient(hook).post("/hooks/microsoft?validationToken=x")
    assert len(hook.violations) == 1


def test_the_identity_platform_keeps_to_the_contract(tmp_path: Path) -> None:
    database = Database(tmp_path)
    layer = ValidatingASGI(create_app(database))
    client = TestClient(layer, base_url="http://127.0.0.1:8100")
    metadata = client.get("/organizations/v2.0/.well-known/openid-configuration").json()
    assert client.get(metadata["jwks_uri"]).json()["keys"]
    form = {"client_id": UUID, "grant_type": "refresh_token", "refresh_token": "x", "client_secret": "y"}
    assert client.post(metadata["token_endpoint"], data=form).status_code in (400, 401)
    assert layer.take() == []
    client.post(metadata["token_endpoint"], data={**form, "grant_type": "password"})
    assert len(layer.take()) == 1
    database.close()
