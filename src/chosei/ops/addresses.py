"""Addresses of a configuration: which lead to this machine only, and which may be used at all."""

from __future__ import annotations

from urllib.parse import urlsplit

LOOPBACK_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})


def is_loopback(url: str) -> bool:
    """Whether `url` leads to this machine only."""
    return urlsplit(url).hostname in LOOPBACK_HOSTS


def base_url(value: str) -> str:
    """An address without a trailing slash; https, or http where nothing leaves the machine.

    Raises ValueError, which says what is wrong with it.
    """
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("must be an address such as https://chosei.example.com")
    if parts.query or parts.fragment or parts.username:
        raise ValueError("must be a plain address without user, query or fragment")
    if parts.scheme == "http" and not is_loopback(value):
        raise ValueError("http is accepted for this machine only (localhost, 127.0.0.1); use https")
    return value.rstrip("/")


def origin(url: str) -> str:
    """Scheme, host and port."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
