"""Every page in a real browser: nothing the policy blocks, nothing axe finds, nothing wider than a phone."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from axe_core_python.sync_playwright import Axe
from django.utils import timezone

from chosei.records.models import CalendarEntry, MailMessage
from tests.support import company
from tests.support.company import GUEST
from tests.web.console.conftest import Company, confirmed, visit

SHOTS = os.environ.get("PICTURES")  # a folder: every page is also kept as a picture to look at
SIGNED_OUT = {
    "sign-in": "/sign-in",
    "password-reset": "/password-reset",
    "password-reset-sent": "/password-reset/sent",
    "password-reset-confirm": "/password-reset/MQ/set-password",
    "password-reset-done": "/password-reset/done",
    "admin-consent": "/connect/microsoft/admin-consent?admin_consent=True",
}


@pytest.fixture
def addresses(people: Company) -> dict[str, str]:
    """Each page by a name, with something on it."""
    now = timezone.now()
    company.busy(people.connection, company.at(1, 11), 90, subject="部内定例")
    company.busy(people.connection, company.at(2, 13), 120, subject="A社 訪問")
    company.busy(people.connection, company.at(3, 10), 60, subject="", show_as="free", blocks=False)
    running = company.propose(people.author, now=now)
    appointment = confirmed(people, guest=replace(GUEST, name="Ada Byron", company=""))
    entry = CalendarEntry.objects.filter(candidate__proposal=running).first()
    assert entry is not None
    CalendarEntry.objects.filter(pk=entry.pk).update(state="parked", problem="rejected")
    MailMessage.objects.filter(proposal=running).update(state="refused")
    page = company.publish(people.author)
    return {
        "home": "/",
        "proposals": "/proposals/",
        "compose": "/proposals/new",
        "proposal": f"/proposals/{running.pk}",
        "withdrawal": f"/proposals/{running.pk}/withdrawal",
        "pages": "/pages/",
        "page-new": "/pages/new",
        "page": f"/pages/{page.pk}",
        "appointments": "/appointments/",
        "appointments-past": "/appointments/?show=past",
        "appointment": f"/appointments/{appointment.pk}",
        "cancellation": f"/appointments/{appointment.pk}/cancellation",
        "connections": "/settings/connections",
        "disconnection": f"/settings/connections/{people.connection.pk}/disconnection",
        "profile": "/settings/profile",
    }


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("width", "language"), [(1440, "ja"), (390, "en")])
def test_pages_of_a_member(
    live_server: Any, people: Company, addresses: dict[str, str], browser: Any, width: int, language: str
) -> None:
    seen = visit(browser, live_server.url, people.author, width=width, language=language)
    problems = [line for name, path in addresses.items() for line in _look(seen, name, path, width, language)]
    assert problems == []


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("width", "language"), [(390, "ja"), (1440, "en")])
def test_pages_of_a_newcomer(
    live_server: Any, people: Company, browser: Any, width: int, language: str
) -> None:
    seen = visit(browser, live_server.url, people.colleague, width=width, language=language)
    assert [line for name, path in EMPTY.items() for line in _look(seen, name, path, width, language)] == []
    seen.page.context.clear_cookies()
    assert [
        line for name, path in SIGNED_OUT.items() for line in _look(seen, name, path, width, language)
    ] == []


EMPTY = {
    "new-home": "/",
    "new-proposals": "/proposals/",
    "new-compose": "/proposals/new",
    "new-pages": "/pages/",
    "new-appointments": "/appointments/",
    "new-connections": "/settings/connections",
}


def _look(seen: Any, name: str, path: str, width: int, language: str) -> list[str]:
    seen.complaints.clear()
    seen.open(path)
    seen.page.wait_for_load_state("networkidle" if "compose" in name else "load")
    if SHOTS:
        Path(SHOTS).mkdir(parents=True, exist_ok=True)
        seen.page.screenshot(path=f"{SHOTS}/{name}-{width}-{language}.png", full_page=True)
    found = [f"{name}: {complaint}" for complaint in seen.complaints]
    wide = seen.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    if wide > 0:
        found.append(f"{name}: {wide} px too wide at {width}")
    for violation in Axe().run(seen.page)["violations"]:
        where = "; ".join(str(node["target"]) for node in violation["nodes"][:3])
        found.append(f"{name}: {violation['id']}: {where}")
    return found
