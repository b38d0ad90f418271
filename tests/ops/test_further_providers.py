"""A provider that is one line of registration and a folder of its own: docs/providers.md holds."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from django.test import Client

from chosei import wiring
from chosei.actions.providers import offered
from chosei.core.providers import ConnectionKind
from chosei.ops.config import Config, ConfigError
from chosei.ops.further_providers import further_settings, sign_in_urls
from chosei.ports.calendar import CalendarPort
from chosei.ports.providers import PROVIDERS, about
from chosei.records.models import Connection
from tests.support import company
from tests.support.toy.provider import ToyProvider, sign_in

TOY = {
    "CHOSEI_TOY_CLIENT_ID": "an-id",
    "CHOSEI_TOY_LOGIN_URL": "https://toy.example/",
    "CHOSEI_TOY_TEAM": "42",
}


@pytest.fixture
def toy(monkeypatch: pytest.MonkeyPatch, settings) -> None:
    """The one line of registration, and what an operator says of it."""
    monkeypatch.setitem(PROVIDERS, "toy", "tests.support.toy.provider.ToyProvider")
    for name, value in TOY.items():
        monkeypatch.setenv(name, value)
    for name, value in further_settings(PROVIDERS).items():
        setattr(settings, name, value)
    ToyProvider.reset()


def test_its_settings_are_read_by_their_prefix(toy, monkeypatch):
    monkeypatch.setenv("CHOSEI_TOYS_R_US", "not of this provider")
    found = further_settings(PROVIDERS)
    assert found == {**TOY, "CHOSEI_TOY_LOGIN_URL": "https://toy.example"}
    assert sign_in_urls(found) == ("https://toy.example",)


def test_what_stands_in_the_file_counts_and_the_environment_goes_first(monkeypatch, tmp_path):
    file = tmp_path / "env"
    file.write_text("CHOSEI_TOY_TEAM=1\nCHOSEI_TOY_CLIENT_ID=from-the-file\nCHOSEI_GOOGLE_CLIENT_ID=g\n")
    monkeypatch.setitem(Config.model_config, "env_file", str(file))
    monkeypatch.setenv("CHOSEI_TOY_TEAM", "2")
    found = further_settings(["google", "toy"])
    assert found == {"CHOSEI_TOY_CLIENT_ID": "from-the-file", "CHOSEI_TOY_TEAM": "2"}


def test_an_address_that_is_none_is_named(toy, monkeypatch):
    monkeypatch.setenv("CHOSEI_TOY_LOGIN_URL", "http://somewhere.example")
    with pytest.raises(ConfigError, match="CHOSEI_TOY_LOGIN_URL: http is accepted"):
        further_settings(PROVIDERS)


def test_django_has_them_and_its_forms_may_lead_there():
    """In a process of its own: settings are made once."""
    code = (
        "from chosei.ports.providers import PROVIDERS;"
        "PROVIDERS['toy'] = 'tests.support.toy.provider.ToyProvider';"
        "from chosei.ops import settings as s;"
        "print(s.CHOSEI_TOY_TEAM, 'https://toy.example' in str(s.CONTENT_SECURITY_POLICY))"
    )
    told = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        env={**os.environ, **TOY},
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.split() == ["42", "True"]


@pytest.mark.django_db
def test_people_are_offered_it_connect_it_and_it_is_reached_through_the_ports(toy):
    wiring.forget()
    assert about("toy") in offered(ConnectionKind.CALENDAR)
    who = company.member()
    client = Client(headers={"accept-language": "ja"})
    client.force_login(who, backend="django.contrib.auth.backends.ModelBackend")
    assert "Toy Groupware" in client.get("/settings/connections").content.decode()

    sign_in(who, "toy")

    connection = Connection.objects.get(member=who)
    assert (connection.provider, connection.kind, connection.state) == ("toy", "calendar", "active")
    calendar: CalendarPort = wiring.calendar_of(connection)
    assert calendar.profile().address == who.email
    page = client.get("/settings/connections").content.decode()
    assert "Toy Talk会議" in page
    wiring.forget()


def test_what_is_registered_but_not_set_up_is_not_offered(monkeypatch):
    monkeypatch.setitem(PROVIDERS, "toy", "tests.support.toy.provider.ToyProvider")
    assert "toy" not in [one.key for one in offered()]
