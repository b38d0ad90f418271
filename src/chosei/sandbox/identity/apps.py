"""Application registrations, as an administrator would enter them in Entra ID."""

from __future__ import annotations

import hmac
import json
from dataclasses import asdict, dataclass
from datetime import datetime
from urllib.parse import urlsplit

from chosei.sandbox.database import Database

SCHEMA = "CREATE TABLE IF NOT EXISTS apps (app_id TEXT PRIMARY KEY, registration TEXT NOT NULL);"

DEMO_APP_ID = "5b0c1f4e-9d0e-4a57-8c53-0c405e100001"
DEMO_SECRET = "sandbox-secret"  # noqa: S105 - known to everybody
PUBLIC_APP_ID = "5b0c1f4e-9d0e-4a57-8c53-0c405e100002"
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}


@dataclass(frozen=True, slots=True)
class Secret:
    """A client secret and the instant it ends (ISO, "" for never)."""

    value: str
    expires_at: str = ""


@dataclass(frozen=True, slots=True)
class Registration:
    """An application. `redirect_uris` match exactly, except that `http://loopback/path` stands for any
    loopback host
    and port. Without `secrets` it is a public client. `home_tenant` makes it a single-tenant one."""

    app_id: str
    name: str
    redirect_uris: tuple[str, ...]
    secrets: tuple[Secret, ...] = ()
    scopes: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    home_tenant: str = ""

    @property
    def is_public(self) -> bool:
        """Whether it has no way to prove itself."""
        return not self.secrets

    def allows_redirect(self, uri: str) -> bool:
        """Whether a browser may be sent to `uri`."""
        return any(_matches(registered, uri) for registered in self.redirect_uris)

    def secret_state(self, value: str, now: datetime) -> str:
        """`good`, `expired` or `wrong`."""
        for secret in self.secrets:
            if hmac.compare_digest(secret.value.encode(), value.encode()):
                ended = secret.expires_at and datetime.fromisoformat(secret.expires_at) <= now
                return "expired" if ended else "good"
        return "wrong"


DEMO_APPS = (
    Registration(
        DEMO_APP_ID,
        "Chosei (調整)",
        ("http://loopback/connect/microsoft/callback", "http://loopback/connect/microsoft/admin-consent"),
        (Secret(DEMO_SECRET), Secret("sandbox-secret-of-last-year", "2025-12-31T00:00:00+00:00")),
        (
            "openid",
            "profile",
            "email",
            "offline_access",
            "User.Read",
            "User.ReadBasic.All",
            "Calendars.ReadWrite",
            "Place.Read.All",
        ),
        ("Calendars.ReadWrite", "Mail.Send", "Place.Read.All", "User.ReadBasic.All"),
    ),
    # For libraries tried by hand (msal, msgraph-sdk, O365) without a secret.
    Registration(
        PUBLIC_APP_ID,
        "Sandbox (公開クライアント)",
        ("http://loopback", "http://loopback/"),
        (),
        ("openid", "profile", "offline_access", "User.Read", "Calendars.ReadWrite"),
    ),
)


class Apps:
    """The registrations; a fresh database knows the demo ones."""

    def __init__(self, database: Database) -> None:
        self._database = database
        database.register(SCHEMA)
        for app in DEMO_APPS:
            if self.find(app.app_id) is None:
                self.save(app)

    def find(self, app_id: str) -> Registration | None:
        """The registration with this client id."""
        row = self._database.row("SELECT registration FROM apps WHERE app_id = lower(?)", (app_id,))
        if row is None:
            return None
        fields = json.loads(row["registration"])
        fields["secrets"] = tuple(Secret(**secret) for secret in fields["secrets"])
        for name in ("redirect_uris", "scopes", "roles"):
            fields[name] = tuple(fields[name])
        return Registration(**fields)

    def save(self, app: Registration) -> None:
        """Enter or replace a registration."""
        self._database.execute(
            "INSERT OR REPLACE INTO apps VALUES (?, ?)",
            (app.app_id, json.dumps(asdict(app), ensure_ascii=False)),
        )


def _matches(registered: str, uri: str) -> bool:
    if not registered.startswith("http://loopback"):
        return registered == uri
    try:
        wanted, actual = urlsplit(registered), urlsplit(uri)
        loopback = actual.scheme == "http" and actual.hostname in _LOOPBACK and actual.username is None
        return loopback and actual.path == wanted.path and not actual.query and not actual.fragment
    except ValueError:
        return False
