"""How the ports of Microsoft 365 are made; the wiring names this class by its dotted path."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar
from urllib.parse import urlsplit

from chosei.adapters.event_meetings import EventMeetings
from chosei.adapters.http import Deadline, shared
from chosei.adapters.microsoft import scopes
from chosei.adapters.microsoft.authorization import MicrosoftAuthorization, Registration
from chosei.adapters.microsoft.calendar import MicrosoftCalendar
from chosei.adapters.microsoft.graph import Graph
from chosei.adapters.microsoft.places import MicrosoftDirectory
from chosei.core.providers import About, ConnectionKind, Words
from chosei.ports.accounts import AccountAccess
from chosei.ports.errors import NeedsReconnect

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class MicrosoftProvider:
    """Made from Django's settings, of which it reads ``CHOSEI_MICROSOFT_…``. Raises ``Misconfigured``."""

    about: ClassVar[About] = About(
        key="microsoft",
        kind=ConnectionKind.CALENDAR,
        name="Microsoft 365",
        calendar=Words("Outlookカレンダー", "Outlook Calendar"),
        place=Words("Outlook", "Outlook"),
        meeting="Teams",
        rooms=True,
        rooms_permission=scopes.PLACES,
        approval=True,
    )

    def __init__(self, settings: Any) -> None:
        self._registration = Registration(
            client_id=settings.CHOSEI_MICROSOFT_CLIENT_ID,
            client_secret=settings.CHOSEI_MICROSOFT_CLIENT_SECRET,
            tenant=settings.CHOSEI_MICROSOFT_TENANT,
            login_url=settings.CHOSEI_MICROSOFT_LOGIN_URL,
            graph_url=settings.CHOSEI_MICROSOFT_GRAPH_URL,
        )

    def authorization(self) -> MicrosoftAuthorization:
        return self._authorization

    def calendar(self, access: AccountAccess) -> MicrosoftCalendar:
        """The account's calendar. All calls through it together may take ``access.within`` seconds."""
        return MicrosoftCalendar(self._graph(access), owner_zone=access.zone)

    def meetings(self, access: AccountAccess) -> EventMeetings:
        """Teams meetings, each with its event."""
        return EventMeetings(self.calendar(access))

    def directory(self, access: AccountAccess) -> MicrosoftDirectory:
        """The rooms of the account's company; ``access.token`` must give tokens with that permission."""
        return MicrosoftDirectory(self._graph(access))

    def _graph(self, access: AccountAccess) -> Graph:
        base = self._registration.graph_url
        http = shared("microsoft-graph", base)
        deadline = Deadline.within(access.within)
        return Graph(http, base, _Tokens(access), access.places, deadline, pause=access.pause)

    def notification_url(self, public_url: str) -> str:
        """Graph notifies https addresses alone; a sandbox on this machine reaches this machine as well."""
        target, service = urlsplit(public_url), urlsplit(self._registration.graph_url)
        together = target.hostname in _LOOPBACK and service.hostname in _LOOPBACK
        reachable = together or (target.scheme == "https" and target.hostname not in _LOOPBACK)
        return f"{public_url}/hooks/microsoft" if reachable else ""

    @cached_property
    def _authorization(self) -> MicrosoftAuthorization:
        # One for the process: it keeps the issuer's keys.
        return MicrosoftAuthorization(
            self._registration, shared("microsoft-identity", self._registration.login_url)
        )


@dataclass(frozen=True, slots=True)
class _Tokens:
    access: AccountAccess

    def get(self, *, renew: bool, claims: str = "") -> str:
        return self.access.token(renew, claims)

    def refused(self, error: NeedsReconnect) -> None:
        self.access.refused(error)
