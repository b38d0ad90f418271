"""CHOSEI_EMAIL_URL: where mail leaves from."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import parse_qsl, unquote, urlsplit

MAIL_PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail is handed in. `security` is how the connection is protected."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    security: Literal["none", "starttls", "tls"]


@dataclass(frozen=True, slots=True)
class MailFromGraph:
    """The mailbox of Exchange Online that mail leaves from, and its tenant (id or domain)."""

    address: str
    tenant: str


def mail_server(url: str) -> MailServer:
    """smtp://, smtp+starttls:// or smtps://user:password@host:port; `?tls=starttls` is STARTTLS too.

    Raises ValueError.
    """
    parts = urlsplit(url)
    if parts.scheme not in MAIL_PORTS or not parts.hostname:
        raise ValueError("must look like smtp://user:password@mail.example.com:587 (smtps:// for TLS)")
    try:
        port = parts.port or MAIL_PORTS[parts.scheme]
    except ValueError:
        raise ValueError("has a port that is not a number up to 65535") from None
    security: Literal["none", "starttls", "tls"] = "tls" if parts.scheme == "smtps" else "none"
    if parts.scheme == "smtp+starttls" or dict(parse_qsl(parts.query)).get("tls") == "starttls":
        security = "starttls"
    return MailServer(
        parts.hostname, port, unquote(parts.username or ""), unquote(parts.password or ""), security
    )


def mail_from_graph(url: str) -> MailFromGraph:
    """graph://MAILBOX?tenant=TENANT; the application's secret stands in a variable of its own.

    Raises ValueError.
    """
    parts = urlsplit(url)
    members = dict(parse_qsl(parts.query, keep_blank_values=True))
    if "@" not in parts.netloc or not parts.username or not parts.hostname or parts.path.strip("/"):
        raise ValueError("must look like graph://noreply@example.com?tenant=example.onmicrosoft.com")
    if parts.password is not None or ":" in parts.netloc.rpartition("@")[2]:
        raise ValueError("takes a mailbox alone with graph://, without password and port")
    tenant = members.get("tenant", "")
    if set(members) != {"tenant"} or not re.fullmatch(r"[A-Za-z0-9.-]+", tenant):
        raise ValueError("needs ?tenant= with graph:// and nothing else: the tenant's id or domain")
    if tenant.lower() in {"organizations", "common", "consumers"}:
        raise ValueError("needs the one tenant of the mailbox with graph://, its id or domain")
    return MailFromGraph(f"{unquote(parts.username)}@{parts.hostname}", tenant)
