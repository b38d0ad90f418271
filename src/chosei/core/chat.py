"""Where notices to a company's chat may go: the services' own addresses, and nothing that looks like them.

Whoever may name an address makes Chosei's servers call it. So a webhook must lie at its service, by https; a
token goes to the service's one API address, and only the room is chosen.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

_TOKENS = {
    "slack_bot": re.compile(r"xoxb-[A-Za-z0-9-]{10,250}"),
    "chatwork": re.compile(r"[A-Za-z0-9]{20,80}"),
}
_ROOMS = {"slack_bot": re.compile(r"[CDG][A-Z0-9]{5,20}"), "chatwork": re.compile(r"[0-9]{1,20}")}
_IDS = {
    "slack": re.compile(r"[UW][A-Z0-9]{2,20}"),
    "teams": re.compile(r"[^\s<>@]{1,64}@[^\s<>@]{1,190}|[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"),
    "chatwork": re.compile(r"[0-9]{1,20}"),
    "google_chat": re.compile(r"[0-9]{5,30}"),
}


@dataclass(frozen=True, slots=True)
class _Webhook:
    """Hosts by name, or with a dot in front everything below; the paths that webhooks have there."""

    hosts: tuple[str, ...]
    path: re.Pattern[str]


_WEBHOOKS = {
    # docs.slack.dev "Sending messages using incoming webhooks"; -gov for Slack's GovSlack
    "slack": _Webhook(("hooks.slack.com", "hooks.slack-gov.com"), re.compile(r"/services/.+")),
    # Power Automate's trigger "When a Teams webhook request is received"; the older and the newer address
    "teams": _Webhook(
        (".logic.azure.com", ".environment.api.powerplatform.com", ".logic.azure.us"),
        re.compile(r"/(powerautomate/automations/direct/)?workflows/.+"),
    ),
    # developers.google.com "Build a Google Chat app as a webhook"
    "google_chat": _Webhook(("chat.googleapis.com",), re.compile(r"/v1/spaces/[^/]+/messages")),
}
TOKEN_SERVICES = tuple(_TOKENS)
MENTIONED_IN = {"slack": "slack", "slack_bot": "slack"}
"""Services whose people go by another one's ids; the others have their own."""


def destination_problems(service: str, secret: str, room: str, *, loopback: bool) -> dict[str, str]:
    """What is wrong with a destination: field to code; empty when nothing is.

    ``loopback``: a webhook on this machine is all right too, as in development.
    """
    if service in _TOKENS:
        found = {} if _TOKENS[service].fullmatch(secret) else {"secret": "not_a_token"}
        return found if _ROOMS[service].fullmatch(room) else found | {"room": "not_a_room"}
    if service not in _WEBHOOKS:
        return {"service": "unknown"}
    return {} if _is_webhook(service, secret, loopback=loopback) else {"secret": "not_a_webhook"}


def mention_problem(service: str, person: str) -> bool:
    """Whether ``person`` is no id that ``service`` gives its people."""
    return _IDS[service].fullmatch(person) is None


def _is_webhook(service: str, address: str, *, loopback: bool) -> bool:
    if not address.isascii() or any(sign.isspace() or sign in "\\#" for sign in address):
        return False
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return False
    host = parts.hostname or ""
    if parts.username is not None or parts.password is not None or not host:
        return False
    if loopback and _is_loopback(host):
        return parts.scheme in ("http", "https")
    if parts.scheme != "https" or port not in (None, 443):
        return False
    known = _WEBHOOKS[service]
    below = any(host.endswith(name) if name.startswith(".") else host == name for name in known.hosts)
    return below and known.path.fullmatch(parts.path) is not None


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
