"""How the ports of Google Workspace are made; the registry names this class by its dotted path."""

from __future__ import annotations

from functools import cached_property
from typing import Any, ClassVar
from urllib.parse import urlsplit

from chosei.adapters.event_meetings import EventMeetings
from chosei.adapters.google import scopes
from chosei.adapters.google.authorization import GoogleAuthorization, Registration
from chosei.adapters.google.calendar import GoogleCalendar
from chosei.adapters.google.client import Api
from chosei.adapters.google.places import GoogleDirectory
from chosei.adapters.http import is_loopback, shared
from chosei.core.providers import About, ConnectionKind, Words
from chosei.ports.accounts import AccountAccess


class GoogleProvider:
    """Made from Django's settings, of which it reads ``CHOSEI_GOOGLE_…``. Raises ``Misconfigured``."""

    about: ClassVar[About] = About(
        key="google",
        kind=ConnectionKind.CALENDAR,
        name="Google Workspace",
        calendar=Words("Googleカレンダー", "Google Calendar"),
        place=Words("Googleカレンダー", "Google Calendar"),
        meeting="Google Meet",
        rooms=True,
        rooms_permission=scopes.ROOMS,
        room_domain="resource.calendar.google.com",
    )

    def __init__(self, settings: Any) -> None:
        self._registration = Registration(
            client_id=settings.CHOSEI_GOOGLE_CLIENT_ID,
            client_secret=settings.CHOSEI_GOOGLE_CLIENT_SECRET,
            login_url=settings.CHOSEI_GOOGLE_LOGIN_URL,
            token_url=settings.CHOSEI_GOOGLE_TOKEN_URL,
            api_url=settings.CHOSEI_GOOGLE_API_URL,
        )

    def authorization(self) -> GoogleAuthorization:
        return self._authorization

    def calendar(self, access: AccountAccess) -> GoogleCalendar:
        """The account's calendar. All calls through it together may take ``access.within`` seconds."""
        return GoogleCalendar(self._api(self._registration.api_url, access))

    def meetings(self, access: AccountAccess) -> EventMeetings:
        """Google Meet, each with its event."""
        return EventMeetings(self.calendar(access))

    def directory(self, access: AccountAccess) -> GoogleDirectory:
        """The rooms of the account's company; ``access.token`` must give tokens with that permission."""
        return GoogleDirectory(self._api(self._registration.directory_url, access))

    def notification_url(self, public_url: str) -> str:
        """Google notifies https addresses alone; a sandbox on this machine reaches this machine as well."""
        here = is_loopback(public_url)
        reachable = (
            is_loopback(self._registration.api_url) if here else urlsplit(public_url).scheme == "https"
        )
        return f"{public_url}/hooks/google" if reachable else ""

    def _api(self, base: str, access: AccountAccess) -> Api:
        return Api(shared("google-api", base), base, access)

    @cached_property
    def _authorization(self) -> GoogleAuthorization:
        # One for the process: it keeps the issuer's keys.
        return GoogleAuthorization(
            self._registration, shared("google-identity", self._registration.login_url)
        )
