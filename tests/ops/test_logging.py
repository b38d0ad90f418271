"""What reaches the log: events and where they came from, no secret and nobody's data."""

from __future__ import annotations

import base64
import io
import json
import logging
import random
import secrets

import pytest
import structlog
from django.http import Http404, HttpResponse
from django.test import override_settings
from django.urls import path

from chosei.ops.logging import logging_config, redact_text, redact_value
from chosei.ops.requests import forwarded_address, sign_in_address

JWT = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"

SEALED = "gAAAAABrSdIAx3Zb1m0p9Qk2v7Lr5TjYwEoUeHcNf8sGdXiBaMzPq4nRtVyWu6KlJhFgDsAoOiUyTrEwQ1b2n3m4"
FERNET_KEY = "dGVzdC1vbmx5LXRlc3Qtb25seS10ZXN0LW9ubHktMTI="


@pytest.fixture
def lines():
    """The lines that loggers set up as in production wrote, parsed."""
    formatter = logging_config("json")["formatters"]["redacted"]
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=formatter["processors"], foreign_pre_chain=formatter["foreign_pre_chain"]
        )
    )
    root = logging.getLogger()
    root.addHandler(handler)
    yield lambda: [json.loads(line) for line in written.getvalue().splitlines()]
    root.removeHandler(handler)


@pytest.mark.parametrize(
    "secret",
    [
        "mita@test.example",
        "三田花子",
        JWT,
        FERNET_KEY,
        SEALED,
    ],
)
def test_texts_lose_their_secrets(secret):
    for text in (f"GET /p/{secret}/ failed", f"sent to <{secret}>", f"value '{secret}' refused", secret):
        assert secret not in redact_text(text)


@pytest.mark.parametrize("size", [16, 18, 24, 32])
def test_links_of_any_make_are_recognised(size):
    """As they are handed out: a link of 128 bits has 22 characters. The same chance at every run."""
    chance = random.Random(size)
    tokens = [base64.urlsafe_b64encode(chance.randbytes(size)).decode().rstrip("=") for _ in range(1500)]
    assert [token for token in tokens if token in redact_text(f"/p/{token}/")] == []


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("GET /x?name=Hanako&day=1 HTTP/1.1", "GET /x?[redacted] HTTP/1.1"),
        ("Authorization: Bearer abc.def", "Authorization: Bearer [redacted]"),
        ("password=hunter2", "password=[redacted]"),
        ("client_secret: 'short'", "client_secret: '[redacted]'"),
        ("postgresql://chosei:pw@/chosei", "postgresql://[redacted]@/chosei"),
        ("duplicate key\nDETAIL:  Key (lower(email))=(a) exists.", "duplicate key\nDETAIL: [redacted]"),
    ],
)
def test_texts_lose_what_is_private_by_its_place(text, left):
    assert redact_text(text) == left


@pytest.mark.parametrize(
    "text",
    [
        "chosei.reconcile.converge: ConnectionResetError",
        "procrastinate_fetch_job_with_lock",
        "SynchronousOnlyOperation",
        "job 5b0c1f4e-9d0e-4a57-8c53-0c405e100001 done in 12.5 ms",
        "status 503 after 3 tries",
        "ErrorInvalidIdMalformed",
    ],
)
def test_what_an_operator_needs_stays(text):
    assert redact_text(text) == text


def test_values_under_telling_names_go_whole():
    given = {
        "guest_email": "x",
        "company": "Test Ltd",
        "nested": [{"access_token": "t", "status": 200}],
        "ms": 4,
    }
    assert redact_value(given) == {
        "guest_email": "[redacted]",
        "company": "[redacted]",
        "nested": [{"access_token": "[redacted]", "status": 200}],
        "ms": 4,
    }


def test_an_event_and_its_traceback_come_out_clean(lines):
    log = structlog.get_logger("chosei.test")
    try:
        raise ValueError(f"no room for 三田花子 <mita@test.example> with {JWT}")
    except ValueError:
        log.exception("confirm.failed", appointment=12, guest_name="三田花子", note="mita@test.example")
    (line,) = lines()
    assert line["event"] == "confirm.failed"
    assert line["appointment"] == 12
    assert line["level"] == "error"
    assert "ValueError" in line["exception"]
    assert "test_logging.py" in line["exception"]
    for private in ("三田", "mita", "test.example", JWT[:20]):
        assert private not in json.dumps(line, ensure_ascii=False)


def test_the_standard_librarys_loggers_pass_the_same_net(lines):
    logging.getLogger("chosei.test").error(
        "mail to %s bounced", "mita@test.example", extra={"subject": "secret"}
    )
    (line,) = lines()
    assert line["event"] == "mail to [redacted] bounced"
    assert line["subject"] == "[redacted]"


def _page(request, token):
    return HttpResponse("ok")


def _gone(request, token):
    raise Http404(token)


def _broken(request, token):
    raise RuntimeError(f"/p/{token}/ broke")


urlpatterns = [
    path("p/<str:token>/", _page),
    path("gone/<str:token>/", _gone),
    path("broken/<str:token>/", _broken),
]


@override_settings(ROOT_URLCONF=__name__)
def test_requests_are_logged_by_route_and_never_by_path(client, lines):
    token = secrets.token_urlsafe(24)
    client.raise_request_exception = False
    response = client.get(f"/p/{token}/?name=Hanako")
    client.get(f"/gone/{token}/")
    client.get(f"/broken/{token}/")
    found = lines()
    requests = [line for line in found if line["event"] == "request"]
    assert [(line["route"], line["status"]) for line in requests] == [
        ("p/<str:token>/", 200),
        ("gone/<str:token>/", 404),
        ("broken/<str:token>/", 500),
    ]
    assert requests[0]["request_id"] == response["X-Request-ID"]
    assert token not in json.dumps(found)
    assert "Hanako" not in json.dumps(found)


@pytest.mark.parametrize(
    ("forwarded", "proxies", "expected"),
    [
        ("198.51.100.7", 0, "10.0.0.1"),
        ("203.0.113.9, 198.51.100.7", 1, "198.51.100.7"),
        ("203.0.113.9, 198.51.100.7, 10.0.0.2", 2, "198.51.100.7"),
        ("", 1, "10.0.0.1"),
        ("198.51.100.7", 2, "10.0.0.1"),
    ],
)
def test_only_our_own_proxies_are_believed(forwarded, proxies, expected):
    assert forwarded_address("10.0.0.1", forwarded, proxies) == expected


def test_capitals_are_no_fresh_attempt_at_signing_in(rf):
    request = rf.post("/signin/", {"username": " Sato@Sample.example "})
    assert sign_in_address(request, None) == "sato@sample.example"
    assert sign_in_address(request, {"username": "SATO@sample.example"}) == "sato@sample.example"
