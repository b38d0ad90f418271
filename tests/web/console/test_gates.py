"""Nobody sees what is not theirs, nothing is changed by a GET, and what is not there is a plain 404."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from django.test import Client
from django.utils import timezone

from chosei.records.models import Appointment, BookingPage, Proposal, TimelineEntry
from tests.support import company
from tests.web.console.conftest import Company, confirmed, signed_in


@dataclass
class Things:
    proposal: Proposal
    appointment: Appointment
    page: BookingPage

    def paths(self) -> list[str]:
        return [
            f"/proposals/{self.proposal.pk}",
            f"/proposals/{self.proposal.pk}/progress",
            f"/proposals/{self.proposal.pk}/withdrawal",
            f"/appointments/{self.appointment.pk}",
            f"/appointments/{self.appointment.pk}/progress",
            f"/appointments/{self.appointment.pk}/cancellation",
            f"/pages/{self.page.pk}",
        ]

    def posts(self) -> list[str]:
        below = ("publication", "pause", "archive")
        return [
            f"/proposals/{self.proposal.pk}/withdrawal",
            f"/appointments/{self.appointment.pk}/cancellation",
            *(f"/pages/{self.page.pk}/{name}" for name in below),
        ]


@pytest.fixture
def things(people: Company) -> Things:
    now = timezone.now()
    appointment = confirmed(people)
    return Things(company.propose(people.author, now=now), appointment, company.publish(people.author))


def test_the_author_and_the_administrator_see_everything(people: Company, things: Things) -> None:
    for reader in (people.author, people.administrator):
        client = signed_in(reader)
        assert {path: client.get(path).status_code for path in things.paths()} == dict.fromkeys(
            things.paths(), 200
        )


def test_colleagues_and_strangers_see_nothing(people: Company, things: Things) -> None:
    for reader in (people.colleague, people.stranger):
        client = signed_in(reader)
        assert {path: client.get(path).status_code for path in things.paths()} == dict.fromkeys(
            things.paths(), 404
        )
        assert {path: client.post(path).status_code for path in things.posts()} == dict.fromkeys(
            things.posts(), 404
        )
        for listing in ("/", "/proposals/", "/pages/", "/appointments/"):
            assert "三田花子" not in client.get(listing).content.decode()


def test_a_connection_is_its_owners_alone(people: Company) -> None:
    path = f"/settings/connections/{people.connection.pk}/disconnection"
    for reader in (people.colleague, people.administrator, people.stranger):
        assert signed_in(reader).get(path).status_code == 404
        assert signed_in(reader).post(path).status_code == 404
    people.connection.refresh_from_db()
    assert people.connection.state == "active"


def test_without_a_sign_in_there_is_only_the_sign_in(people: Company, things: Things) -> None:
    for path in [*things.paths(), "/", "/proposals/new", "/settings/connections", "/proposals/calendar"]:
        assert Client().get(path).headers["Location"].startswith("/sign-in?next=")
    for path in things.posts():
        assert Client().post(path).headers["Location"] == "/sign-in?next=/"


def test_looking_changes_nothing(people: Company, things: Things, client: Client) -> None:
    before = _state()
    for path in [*things.paths(), *things.posts(), "/connect/microsoft", "/sign-out"]:
        client.get(path)
        client.head(path)
    assert _state() == before


def _state() -> list[object]:
    return [
        sorted(Proposal.objects.values_list("pk", "state", "changed_at")),
        sorted(Appointment.objects.values_list("pk", "state", "changed_at")),
        sorted(BookingPage.objects.values_list("pk", "state", "changed_at")),
        TimelineEntry.objects.count(),
    ]


def test_forms_without_a_token_are_refused(people: Company, things: Things) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(people.author, backend="django.contrib.auth.backends.ModelBackend")
    paths = [
        *things.posts(),
        "/proposals/new",
        "/pages/new",
        "/settings/profile",
        "/connect/microsoft",
        "/sign-out",
    ]
    assert {path: client.post(path).status_code for path in paths} == dict.fromkeys(paths, 403)


def test_an_id_that_never_was(client: Client) -> None:
    for path in (
        "/proposals/999999",
        "/appointments/999999",
        "/pages/999999",
        "/proposals/99999999999999999999",
    ):
        assert client.get(path).status_code == 404


def test_pages_are_kept_by_no_cache(client: Client) -> None:
    assert "no-store" in client.get("/proposals/").headers["Cache-Control"]
