"""Which addresses name a site."""

from __future__ import annotations

import pytest

from chosei.core.origins import origin_of


@pytest.mark.parametrize(
    ("text", "origin"),
    [
        ("https://www.example.co.jp", "https://www.example.co.jp"),
        (" https://WWW.Example.co.jp/予約?a=1#b ", "https://www.example.co.jp"),
        ("https://example.co.jp:443/", "https://example.co.jp"),
        ("https://example.co.jp:8443", "https://example.co.jp:8443"),
        ("https://日本語.jp/", "https://xn--wgv71a119e.jp"),
        ("http://localhost:3000", "http://localhost:3000"),
        ("http://127.0.0.1:80", "http://127.0.0.1"),
    ],
)
def test_a_site_by_any_of_its_addresses(text: str, origin: str) -> None:
    assert origin_of(text) == origin


@pytest.mark.parametrize(
    "text",
    [
        "",
        "www.example.co.jp",
        "https://",
        "https://user@example.co.jp",
        "https://*.example.co.jp",
        "https://example.co.jp;script-src *",
        "https://example.co.jp 'unsafe-inline'",
        "https://a..b",
        "https://example.co.jp:99999",
        "https://[::1",
        "javascript:alert(1)",
        "data:text/html,x",
        "http://example.co.jp",
        "http://localhost.example.co.jp",
        f"https://{'a' * 64}.jp",
    ],
)
def test_what_names_no_site_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not "):
        origin_of(text)
