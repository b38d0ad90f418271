"""Every page in a real browser: nothing the policy blocks, nothing axe finds, nothing wider than a phone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.utils import timezone

from chosei.records.models import CalendarEntry, MailMessage
from tests.support import company
from tests.support.company import GUEST
from tests.web.browsing import DESK, LOOKS, beside, complaints, picture, scrolls_sideways, small_targets
from tests.web.console.conftest import Company, Visit, confirmed, visit

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
        "page-people": f"/pages/{page.pk}/members",
        "page-rooms": f"/pages/{page.pk}/rooms",
        "page-opening": f"/pages/{page.pk}/opening",
        "page-host-hours": f"/pages/{page.pk}/opening/{people.author.pk}",
        "page-form": f"/pages/{page.pk}/form",
        "page-details": f"/pages/{page.pk}/details",
        "page-mail": f"/pages/{page.pk}/mail",
        "page-chat": f"/pages/{page.pk}/chat",
        "page-why-not": f"/pages/{page.pk}/why-not",
        "page-preview": f"/pages/{page.pk}/preview",
        "page-embedding": f"/pages/{page.pk}/embedding",
        "appointments": "/appointments/",
        "appointments-past": "/appointments/?show=past",
        "appointment": f"/appointments/{appointment.pk}",
        "cancellation": f"/appointments/{appointment.pk}/cancellation",
        "connections": "/settings/connections",
        "disconnection": f"/settings/connections/{people.connection.pk}/disconnection",
        "calendars": "/settings/connections/calendars",
        "profile": "/settings/profile",
        "working-hours": "/settings/working-hours",
        "proposal-edit": f"/proposals/{running.pk}/edit",
    }


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("phone", "language"), LOOKS)
def test_pages_of_a_member(
    live_server: Any, people: Company, addresses: dict[str, str], browser: Any, phone: bool, language: str
) -> None:
    seen = visit(browser, live_server.url, people.author, phone=phone, language=language)
    problems = [line for name, path in addresses.items() for line in _look(seen, name, path)]
    assert problems == []


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("phone", "language"), [(True, "ja"), (False, "en")])
def test_pages_of_a_newcomer(
    live_server: Any, people: Company, browser: Any, phone: bool, language: str
) -> None:
    seen = visit(browser, live_server.url, people.colleague, phone=phone, language=language)
    assert [line for name, path in EMPTY.items() for line in _look(seen, name, path)] == []
    seen.page.context.clear_cookies()
    assert [line for name, path in SIGNED_OUT.items() for line in _look(seen, name, path)] == []


EMPTY = {
    "new-home": "/",
    "new-proposals": "/proposals/",
    "new-compose": "/proposals/new",
    "new-pages": "/pages/",
    "new-appointments": "/appointments/",
    "new-connections": "/settings/connections",
}


def _look(seen: Visit, name: str, path: str) -> list[str]:
    seen.complaints.clear()
    seen.open(path)
    seen.page.wait_for_load_state("networkidle" if "compose" in name else "load")
    language = seen.page.locator("html").get_attribute("lang")
    width = (seen.page.viewport_size or DESK)["width"]
    picture(seen.page, f"console-{name}-{width}-{language}")
    found = [*seen.complaints, *complaints(seen.page), *beside(seen.page)]
    found += small_targets(seen.page)
    if scrolls_sideways(seen.page):
        found.append(f"scrolls sideways at {width}")
    return [f"{name}: {one}" for one in found]
