"""Origins of web sites (RFC 6454), as a Content-Security-Policy names them."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_LOOPBACK = frozenset({"localhost", "127.0.0.1"})
_DEFAULT_PORTS = {"https": 443, "http": 80}


def origin_of(text: str) -> str:
    """The origin of the site that somebody named by its address: scheme, host and port, nothing else.

    Names of any script become their ASCII form. Raises ValueError for what is no site, and for plain http,
    where anybody on the way could change the page around the frame; on loopback it is accepted.
    """
    try:
        parts = urlsplit(text.strip())
        host, port = (parts.hostname or "").encode("idna").decode("ascii").lower(), parts.port
    except (UnicodeError, ValueError) as wrong:
        raise ValueError("not a site") from wrong
    if not host or parts.username is not None or not all(map(_LABEL.fullmatch, host.split("."))):
        raise ValueError("not a site")
    if parts.scheme != "https" and not (parts.scheme == "http" and host in _LOOPBACK):
        raise ValueError("not https")
    shown = "" if port is None or port == _DEFAULT_PORTS[parts.scheme] else f":{port}"
    return f"{parts.scheme}://{host}{shown}"
