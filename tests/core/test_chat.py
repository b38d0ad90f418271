"""Which addresses notices may go to: the services' own, and nothing that only looks like them."""

from __future__ import annotations

import pytest

from chosei.core.chat import destination_problems, mention_problem

TEAMS = "https://prod-01.japaneast.logic.azure.com:443/workflows/ab/triggers/manual/paths/invoke?sig=x"
FLOW = "default01.02.environment.api.powerplatform.com"
GOOD = [
    ("slack", "https://hooks.slack.com/services/T0/B0/xyz"),
    ("teams", TEAMS),
    ("teams", f"https://{FLOW}/powerautomate/automations/direct/workflows/ab/triggers/manual?sig=x"),
    ("google_chat", "https://chat.googleapis.com/v1/spaces/AAA/messages?key=k&token=t"),
]
BAD = [
    "http://hooks.slack.com/services/T0/B0/xyz",
    "https://hooks.slack.com.evil.example/services/T0",
    "https://evil.example/services/hooks.slack.com",
    "https://hooks.slack.com@evil.example/services/T0",
    "https://user:pw@hooks.slack.com/services/T0",
    "https://hooks.slack.com:8443/services/T0",
    "https://hooks.slack.com/",
    "https://hooks.slack.com/services/T0\n/x",
    "https://hooks.slack.com\\@evil.example/services/T0",
    "https://hooks.slack.com/services/T0#@evil",
    "https://evillogic.azure.com/workflows/x",
    "https://logic.azure.com/workflows/x",
    "https://x.logic.azure.com/admin",
    "https://169.254.169.254/latest/meta-data",
    "https://127.0.0.1/services/x",
    "https://localhost:8100/workflows/x",
    "https://[::1]/services/x",
    "https://hooks.slack.com:port/services/x",
    "ftp://chat.googleapis.com/v1/spaces/AAA/messages",
    "",
]


@pytest.mark.parametrize(("service", "address"), GOOD)
def test_the_services_own_webhooks(service, address):
    assert destination_problems(service, address, "", loopback=False) == {}


@pytest.mark.parametrize("address", BAD)
@pytest.mark.parametrize("service", ["slack", "teams", "google_chat"])
def test_no_other_machine_can_be_named(service, address):
    assert destination_problems(service, address, "", loopback=False) == {"secret": "not_a_webhook"}


@pytest.mark.parametrize("service", ["slack", "teams", "google_chat"])
def test_one_services_webhook_is_none_of_anothers(service):
    for other, address in GOOD:
        found = destination_problems(service, address, "", loopback=False)
        assert (found == {}) == (other == service)


def test_this_machine_only_where_that_is_meant():
    address = "http://127.0.0.1:8100/chat/slack/services/T0"
    assert destination_problems("slack", address, "", loopback=True) == {}
    assert destination_problems("slack", "http://192.168.0.1/services/T0", "", loopback=True)
    assert destination_problems("slack", "file:///etc/passwd", "", loopback=True)


@pytest.mark.parametrize(
    ("service", "secret", "room", "wrong"),
    [
        ("slack_bot", "xoxb-1234567890-abc", "C012AB3CD", set()),
        ("slack_bot", "xoxp-1234567890-abc", "C012AB3CD", {"secret"}),
        ("slack_bot", "xoxb-1234567890-abc", "../admin", {"room"}),
        ("chatwork", "0123456789abcdef0123456789abcdef", "123456", set()),
        ("chatwork", "0123456789abcdef\r\nx: y", "12/../3", {"secret", "room"}),
        ("irc", "x", "", {"service"}),
    ],
)
def test_tokens_and_rooms(service, secret, room, wrong):
    assert set(destination_problems(service, secret, room, loopback=False)) == wrong


@pytest.mark.parametrize(
    ("service", "person", "fits"),
    [
        ("slack", "U012AB3CD", True),
        ("slack", "U01> <!channel", False),
        ("teams", "hanako@example.co.jp", True),
        ("teams", "22222222-2222-4222-8222-222222222222", True),
        ("teams", "hanako", False),
        ("chatwork", "1234567", True),
        ("chatwork", "1] [toall]", False),
        ("google_chat", "123456789012345678901", True),
        ("google_chat", "all", False),
    ],
)
def test_ids_to_mention(service, person, fits):
    assert mention_problem(service, person) is not fits
