"""What the sandbox sends by itself: notifications, pushes and webhooks."""

from __future__ import annotations

import ssl
from functools import cache

import httpx2


def sender(seconds: float) -> httpx2.AsyncClient:
    """A client for one delivery, which may take ``seconds``.

    The certificates that it trusts are read once for the process: reading them takes up to 0.1 s, in which
    the sandbox would answer nobody, and thirty holds are sixty notifications.
    """
    return httpx2.AsyncClient(timeout=seconds, trust_env=False, verify=_trusted())


@cache
def _trusted() -> ssl.SSLContext:
    return httpx2.create_ssl_context(trust_env=False)
