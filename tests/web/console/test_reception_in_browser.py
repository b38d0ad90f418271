"""受付 and 社内チャット in the settings, in a real browser: axe, the policy, and no wider than a phone."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser

from chosei.actions.chat import DestinationInput, add_destination, try_destination
from chosei.actions.front_desk import add_desk
from tests.web.browsing import complaints, picture, scrolls_sideways
from tests.web.console.conftest import Company, visit

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize(("phone", "language"), [(False, "ja"), (True, "en")])
def test_pages_of_an_administrator(
    live_server: Any, people: Company, browser: Browser, phone: bool, language: str
) -> None:
    administrator = people.administrator
    desk = add_desk(administrator, "1F受付", now=timezone.now())
    hook = "https://hooks.slack.com/services/T0/B0/x"
    chat = add_destination(administrator, "slack", DestinationInput("営業部", hook, "", True, ("booked",)))
    try_destination(administrator, chat)
    seen = visit(browser, live_server.url, administrator, phone=phone, language=language)
    problems = []
    for name, path in {
        "reception": "/settings/reception",
        "front-desk": f"/settings/reception/desks/{desk.pk}",
        "visits": "/settings/reception/visits",
        "chat": "/settings/chat",
        "chat-destination": f"/settings/chat/{chat.pk}",
        "chat-new": "/settings/chat/new/chatwork",
        "member-chat": f"/members/{people.author.pk}/chat",
    }.items():
        seen.open(path)
        picture(seen.page, f"console-{name}-{'phone' if phone else 'desk'}")
        problems += [f"{name}: {found}" for found in complaints(seen.page)]
        if scrolls_sideways(seen.page):
            problems.append(f"{name}: wider than the screen")
    assert problems + seen.complaints == []
