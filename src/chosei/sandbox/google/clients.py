"""The OAuth client that an operator would enter in Google Cloud, and what may be asked for."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

CLIENT_ID = "482013570001-chosei.apps.googleusercontent.com"
CLIENT_SECRET = "sandbox-secret"  # noqa: S105 - known to everybody
NAME = "Chosei"
CALLBACK = "/connect/google/callback"
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}
_PREFIX = "https://www.googleapis.com/auth/"
CALENDAR_EVENTS = f"{_PREFIX}calendar.events"
FREE_BUSY = f"{_PREFIX}calendar.freebusy"
CALENDAR_LIST = f"{_PREFIX}calendar.calendarlist.readonly"
CALENDAR = f"{_PREFIX}calendar"
CALENDARS = f"{_PREFIX}calendar.calendars.readonly"
SETTINGS = f"{_PREFIX}calendar.settings.readonly"
ROOMS = f"{_PREFIX}admin.directory.resource.calendar.readonly"
IDENTITY = frozenset({"openid", "email", "profile", f"{_PREFIX}userinfo.email", f"{_PREFIX}userinfo.profile"})
# Google answers with the long names of these two.
LONG_NAMES = {"email": f"{_PREFIX}userinfo.email", "profile": f"{_PREFIX}userinfo.profile"}


@dataclass(frozen=True, slots=True)
class Permission:
    """A scope as the consent page shows it; identity scopes cannot be unticked."""

    scope: str
    words: str


ASKABLE = (
    Permission(CALENDAR_EVENTS, "すべてのカレンダーの予定の表示と編集"),
    Permission(FREE_BUSY, "ご自身のカレンダーでの空き時間情報の表示"),
    Permission(CALENDAR_LIST, "登録しているGoogleカレンダーのリストの表示"),
    Permission(CALENDARS, "カレンダーのタイトルやタイムゾーンなどの表示"),
    Permission(
        CALENDAR, "Googleカレンダーを使用してアクセスできるすべてのカレンダーの参照、編集、共有、完全な削除"
    ),
    Permission(SETTINGS, "カレンダーの設定の表示"),
    Permission(ROOMS, "ドメイン内のカレンダーリソースの表示"),
)
KNOWN = IDENTITY | {one.scope for one in ASKABLE}


def allows_redirect(uri: str) -> bool:
    """Whether a browser may be sent back to `uri`: any port of this machine, as registered."""
    try:
        parts = urlsplit(uri)
    except ValueError:
        return False
    return (
        parts.scheme == "http" and parts.hostname in _LOOPBACK and parts.path == CALLBACK and not parts.query
    )
