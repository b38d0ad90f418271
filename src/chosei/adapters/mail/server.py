"""Which mail server takes our letters, and how the way to it is protected."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import parse_qsl, unquote, urlsplit

from chosei.ports.errors import Misconfigured

Security = Literal["none", "starttls", "tls"]

_PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """A mail server. ``timeout`` is seconds for connecting and for each answer."""

    host: str
    port: int
    user: str = ""
    password: str = field(default="", repr=False)
    security: Security = "none"
    timeout: float = 10.0


def server_from_url(url: str) -> SmtpServer:
    """smtp://, smtp+starttls:// or smtps://user:password@host:port; ``?tls=starttls`` also asks for STARTTLS.

    Raises Misconfigured when the address cannot be used. The password never appears in the error.
    """
    parts = urlsplit(url)
    if parts.scheme not in _PORTS or not parts.hostname:
        raise Misconfigured("email_url_unusable")
    try:
        port = parts.port or _PORTS[parts.scheme]
    except ValueError:
        raise Misconfigured("email_url_port") from None
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    return SmtpServer(parts.hostname, port, user, password, _security(parts.scheme, parts.query))


def _security(scheme: str, query: str) -> Security:
    if scheme == "smtps":
        return "tls"
    if scheme == "smtp+starttls" or dict(parse_qsl(query)).get("tls") == "starttls":
        return "starttls"
    return "none"
