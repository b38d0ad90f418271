"""A groupware in memory with a sign-in of its own; whoever signs in there names their address as the code."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlencode, urlsplit

from chosei import wiring
from chosei.actions.connecting import begin_connection, complete_connection
from chosei.core.providers import About, ConnectionKind, Words
from chosei.ports.authorization import Account, Beginning, Grant, Identity, Permission, SignIn
from chosei.ports.calendar import CalendarPort
from chosei.ports.directory import DirectoryPort
from chosei.ports.errors import NeedsReconnect, PortError, Rejected
from chosei.ports.providers import PROVIDERS
from chosei.records.models import Connection, Member
from tests.support.memory_calendar import MemoryCalendar, MemoryProvider

_MODULE = __name__
_STARTS = count(1000, 1000)


class ToyAuthorization:
    """Tokens are the account's own address; ``closed`` accounts are refused from now on. ``alive``: those
    whose owner's permission stands, all of which is taken back at once; ``meanwhile`` happens before that."""

    def __init__(self, tenant: str, login_url: str) -> None:
        self._tenant, self._login_url = tenant, login_url
        self.closed: set[str] = set()
        self.alive: set[str] = set()
        self.meanwhile: Callable[[], object] = lambda: None

    def begin(self, asked: SignIn) -> Beginning:
        query = urlencode(
            {"state": asked.state, "redirect_uri": asked.redirect_uri, "login_hint": asked.login_hint}
        )
        return Beginning(f"{self._login_url}/authorize?{query}", "nonce", "verifier")

    def returned(self, error: str, description: str) -> PortError:
        return Rejected("cancelled")

    def admin_consent_url(self, *, state: str, redirect_uri: str) -> str:
        return self._login_url

    def permissions(self) -> tuple[Permission, ...]:
        return ()

    def complete(
        self, *, code: str, redirect_uri: str, nonce: str, code_verifier: str
    ) -> tuple[Grant, Identity]:
        self.alive.add(code)
        return self._grant(code), Identity(self._tenant, code, code.partition("@")[0], code)

    def refresh(self, refresh_token: str, *, also: str = "", claims: str = "") -> Grant:
        if refresh_token in self.closed:
            raise NeedsReconnect("account_closed")
        return self._grant(refresh_token)

    def revoke(self, token: str) -> None:
        self.meanwhile()
        self.alive.discard(token)

    def account(self, access_token: str) -> Account:
        return Account(access_token.partition("@")[0], (access_token,))

    def _grant(self, address: str) -> Grant:
        return Grant(address, address, datetime.now(UTC) + timedelta(hours=1), frozenset({"calendar"}))


class ToyProvider:
    """Registered as "toy"; reads ``CHOSEI_TOY_…``."""

    about: ClassVar[About] = About(
        key="toy",
        kind=ConnectionKind.CALENDAR,
        name="Toy Groupware",
        calendar=Words("トイカレンダー", "Toy Calendar"),
        place=Words("トイカレンダー", "Toy Calendar"),
        meeting="Toy Talk",
    )
    service: ClassVar[MemoryProvider]
    accounts: ClassVar[ToyAuthorization]

    def __init__(self, settings: Any) -> None:
        self._login_url = str(settings.CHOSEI_TOY_LOGIN_URL)

    @classmethod
    def reset(cls) -> None:
        cls.service = MemoryProvider(first=next(_STARTS))  # no two services give out the same links
        cls.accounts = ToyAuthorization(f"{cls.about.key}-company", "http://127.0.0.1:9")

    def authorization(self) -> ToyAuthorization:
        return self.accounts

    def calendar(self, access: Any) -> CalendarPort:
        if access.object_id in self.accounts.closed:
            raise NeedsReconnect("account_closed")
        return MemoryCalendar(self.service, access.object_id)

    def directory(self, access: Any) -> DirectoryPort:
        raise Rejected("no_directory")

    def notification_url(self, public_url: str) -> str:
        return ""


class OtherProvider(ToyProvider):
    """Another company's groupware, registered as "other", to switch to and back."""

    about = replace(
        ToyProvider.about,
        key="other",
        name="Other Groupware",
        calendar=Words("ほかのカレンダー", "Other Calendar"),
        place=Words("ほかのカレンダー", "Other Calendar"),
        meeting="Other Talk",
    )


@contextmanager
def two_calendars(settings: Any, monkeypatch: Any) -> Iterator[None]:
    """Both are registered and set up, with nobody's calendar in them."""
    for provider in (ToyProvider, OtherProvider):
        provider.reset()
        key = provider.about.key
        monkeypatch.setitem(PROVIDERS, key, f"{_MODULE}.{provider.__name__}")
        setattr(settings, f"CHOSEI_{key.upper()}_CLIENT_ID", "chosei")
        setattr(settings, f"CHOSEI_{key.upper()}_LOGIN_URL", "http://127.0.0.1:9")
    wiring.forget()
    yield
    wiring.forget()


def sign_in(who: Member, provider: str, *, instead: str = "", address: str = "") -> Connection:
    """``who`` signs in there with their own address, or another. ``instead``: see ``actions.switching``."""
    url = begin_connection(who, provider, instead=instead)
    state = parse_qs(urlsplit(url).query)["state"][0]
    return complete_connection(who, provider, state=state, code=address or who.email, error="")
