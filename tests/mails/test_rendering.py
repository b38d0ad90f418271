"""The HTML as Chromium shows it: nothing sticks out, on a phone and on a desk."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from chosei.records.models import MailKind
from tests.mails.scene import JOIN_URL, START, Scene
from tests.web.browsing import chromium_at

pytestmark = pytest.mark.browser


def _documents(scene: Scene) -> dict[str, str]:
    found: dict[str, str] = {}
    for language in ("ja", "en"):

        def add(name: str, kind: MailKind, about, member=None, language=language) -> None:
            html = scene.letter(kind, about, member, language=language, revision=len(found)).html
            found[f"{name}-{language}"] = html

        start = START + timedelta(days=10 if language == "en" else 0)
        times: dict[str, Any] = {"starts_at": start, "ends_at": start + timedelta(hours=1)}
        proposal = scene.proposal(guidance="資料は事前にお送りします。\nhttps://sample.example/brochure.pdf")
        add("invitation", MailKind.INVITATION, proposal)
        linked = scene.appointment(join_url=JOIN_URL, guest_zone="America/New_York", **times)
        add("confirmed-guest", MailKind.CONFIRMED_GUEST, linked)
        add("confirmed-host", MailKind.CONFIRMED_HOST, linked, scene.host)
        add("link-guest", MailKind.LINK_FOLLOWS_GUEST, linked)
        add("link-host", MailKind.LINK_FOLLOWS_HOST, linked, scene.host)
        gone: dict[str, Any] = {"state": "cancelled", "cancel_reason": "出張が入ったため", **times}
        by_host = scene.appointment(cancelled_by="host", **gone)
        add("cancelled-guest", MailKind.CANCELLED_GUEST, by_host)
        by_guest = scene.appointment(cancelled_by="guest", **gone)
        add("cancelled-by-guest", MailKind.CANCELLED_GUEST, by_guest)
        add("cancelled-host", MailKind.CANCELLED_HOST, by_guest, scene.host)
        lost = scene.connection(
            {"ja": scene.host, "en": scene.colleague}[language],  # nobody has two calendars
            state="needs_reconnect",
            account_object=language,
            provider={"ja": "microsoft", "en": "google"}[language],
        )
        add("reconnect", MailKind.RECONNECT, lost, lost.member)
    return found


# The colour of every link's words, the buttons' apart.
_DARK_LINKS = (
    """() => [...document.querySelectorAll('a:not(.button a)')].map(a => getComputedStyle(a).color)"""
)


def test_letters_fit_a_phone_and_a_desk_and_the_dark_scheme(scene: Scene, chromium: str) -> None:
    documents = _documents(scene)
    assert len(documents) == 18
    with chromium_at(chromium) as browser:
        page = browser.new_page(color_scheme="dark")
        for name, html in documents.items():
            page.set_content(html)
            for width in (390, 600):
                page.set_viewport_size({"width": width, "height": 800})
                assert page.evaluate("document.documentElement.scrollWidth") <= width, name
            assert set(page.evaluate(_DARK_LINKS)) <= {"rgb(141, 184, 240)"}, name
