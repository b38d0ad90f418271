"""How Zoom's ports are made; the registry names this class by its dotted path."""

from __future__ import annotations

from typing import Any, ClassVar

from chosei.adapters.http import Deadline, shared
from chosei.adapters.zoom.api import Api, Tokens
from chosei.adapters.zoom.authorization import Registration, ZoomAuthorization
from chosei.adapters.zoom.meetings import ZoomMeetings
from chosei.adapters.zoom.notices import ZoomNotices
from chosei.core.providers import About, ConnectionKind, Words
from chosei.ports.accounts import AccountAccess


class ZoomProvider:
    """Made from Django's settings, of which it reads ``CHOSEI_ZOOM_…``. Raises ``Misconfigured``."""

    about: ClassVar[About] = About(
        key="zoom",
        kind=ConnectionKind.MEETINGS,
        name="Zoom",
        calendar=Words("Zoom", "Zoom"),
        place=Words("Zoom", "Zoom"),
        meeting="Zoom",
        help="zoom",
    )

    def __init__(self, settings: Any) -> None:
        self._registration = Registration(
            client_id=settings.CHOSEI_ZOOM_CLIENT_ID,
            client_secret=settings.CHOSEI_ZOOM_CLIENT_SECRET,
            login_url=settings.CHOSEI_ZOOM_LOGIN_URL,
            api_url=settings.CHOSEI_ZOOM_API_URL,
        )
        self._webhook_secret = str(settings.CHOSEI_ZOOM_WEBHOOK_SECRET)

    def authorization(self) -> ZoomAuthorization:
        app = self._registration
        login, api = shared("zoom-oauth", app.login_url), shared("zoom", app.api_url)
        return ZoomAuthorization(app, login, api)

    def meetings(self, access: AccountAccess) -> ZoomMeetings:
        """The account's meetings. All calls through it together may take ``access.within`` seconds."""
        base = self._registration.api_url
        tokens = Tokens(lambda renew: access.token(renew, ""), access.refused)
        return ZoomMeetings(Api(shared("zoom", base), base, tokens, Deadline.within(access.within)))

    def meeting_notices(self) -> ZoomNotices:
        return ZoomNotices(self._registration.client_id, self._webhook_secret)

    def notification_url(self, public_url: str) -> str:
        """Zoom's webhooks are set up with the app, for everybody at once: no connection subscribes."""
        return ""
