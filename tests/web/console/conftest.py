"""A company to look at the console with: a connected author, a colleague, an administrator, a stranger."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import uuid4

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, Page

from chosei.actions.confirm import confirm_candidate
from chosei.actions.inputs import GuestInput
from chosei.records.models import Appointment, CalendarEntry, Connection, Member
from tests.support import company
from tests.support.company import GUEST, NOW
from tests.web.browsing import DESK, PHONE, chromium_at


@dataclass
class Company:
    author: Member
    connection: Connection
    colleague: Member
    administrator: Member
    stranger: Member


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """Tuesday, 24 November 2026, 9:00 in Tokyo."""
    with time_machine.travel(NOW, tick=True) as traveller:
        yield traveller


@pytest.fixture
def people(db, clock) -> Company:
    ours = company.organization()
    author = company.member(ours, "佐藤 健一", email="sato@sample.example")
    return Company(
        author=author,
        connection=company.connect(author, display_name="佐藤 健一"),
        colleague=company.member(ours, "鈴木 美咲"),
        administrator=company.member(ours, "高橋 由美", administrator=True),
        stranger=company.member(company.organization("株式会社よそ"), "余所 太郎", administrator=True),
    )


def signed_in(member: Member, language: str = "ja") -> Client:
    client = Client(headers={"accept-language": language})
    client.force_login(member, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def client(people: Company) -> Client:
    """The author's browser, without script."""
    return signed_in(people.author)


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    with chromium_at(chromium) as opened:
        yield opened


@dataclass
class Visit:
    """A signed-in page in Chromium; ``complaints`` are what its console and its security policy said."""

    page: Page
    base: str
    complaints: list[str]

    def open(self, path: str) -> None:
        self.page.goto(f"{self.base}{path}")


def visit(browser: Browser, base: str, member: Member, *, phone: bool = False, language: str = "ja") -> Visit:
    context = browser.new_context(
        viewport=PHONE if phone else DESK,
        locale="ja-JP" if language == "ja" else "en-GB",
        timezone_id="Asia/Tokyo",
    )
    session = signed_in(member).cookies
    context.add_cookies(
        [{"name": name, "value": cookie.value, "url": base} for name, cookie in session.items()]
    )
    page = context.new_page()
    page.clock.install(time=NOW)
    page.clock.resume()
    found = Visit(page, base, [])
    page.on(
        "console",
        lambda said: found.complaints.append(said.text) if said.type in ("error", "warning") else None,
    )
    page.on("pageerror", lambda error: found.complaints.append(str(error)))
    return found


def confirmed(people: Company, *, day: int = 6, hour: int = 10, guest: GuestInput = GUEST) -> Appointment:
    """An appointment of the author with an event in their calendar, without asking any calendar outside."""
    Connection.objects.filter(pk=people.connection.pk).update(state="ended")
    proposal = company.propose(people.author, [company.span(day, hour)], now=timezone.now())
    candidate = proposal.candidates.get()
    appointment = confirm_candidate(proposal, candidate.pk, guest, submission=uuid4(), now=timezone.now())
    Connection.objects.filter(pk=people.connection.pk).update(state="active")
    CalendarEntry.objects.create(
        connection=people.connection,
        purpose="appointment",
        appointment=appointment,
        state="written",
        desired={},
    )
    return appointment
