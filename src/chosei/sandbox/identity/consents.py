"""Who agreed to what: a person for themselves, or an administrator for everybody in the tenant."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from chosei.sandbox.database import Database
from chosei.sandbox.directory import User

SCHEMA = """
CREATE TABLE IF NOT EXISTS consents (
    app_id TEXT NOT NULL, tid TEXT NOT NULL, holder TEXT NOT NULL, scope TEXT NOT NULL,
    PRIMARY KEY (app_id, tid, holder, scope)
);
"""
EVERYBODY = "everybody"
APPLICATION = "application"


@dataclass(frozen=True, slots=True)
class Consent:
    """What was granted to one application. `holder` is a person's oid, EVERYBODY of the tenant, or
    APPLICATION
    (permissions of the application itself)."""

    app_id: str
    tid: str
    holder: str
    scopes: tuple[str, ...]


class Consents:
    """Keeps consents; they add up."""

    def __init__(self, database: Database) -> None:
        self._database = database
        database.register(SCHEMA)

    def grant(self, app_id: str, tid: str, holder: str, scopes: Iterable[str]) -> None:
        """Add scopes to what `holder` already agreed to."""
        with self._database.transaction() as connection:
            connection.executemany(
                "INSERT OR IGNORE INTO consents VALUES (?, ?, ?, ?)",
                [(app_id, tid, holder, scope) for scope in sorted(scopes)],
            )

    def granted(self, app_id: str, user: User) -> frozenset[str]:
        """The person's own consents and those given for everybody."""
        rows = self._database.rows(
            "SELECT scope FROM consents WHERE app_id = ? AND tid = ? AND holder IN (?, ?)",
            (app_id, user.tid, user.oid, EVERYBODY),
        )
        return frozenset(row["scope"] for row in rows)

    def roles(self, app_id: str, tid: str) -> frozenset[str] | None:
        """The application's own permissions in a tenant; None where no administrator ever admitted it."""
        rows = self._database.rows(
            "SELECT holder, scope FROM consents WHERE app_id = ? AND tid = ? AND holder IN (?, ?)",
            (app_id, tid, APPLICATION, EVERYBODY),
        )
        return frozenset(row["scope"] for row in rows if row["holder"] == APPLICATION) if rows else None

    def all(self) -> list[Consent]:
        """Every consent, grouped by application, tenant and holder."""
        rows = self._database.rows("SELECT * FROM consents ORDER BY tid, holder, app_id, scope")
        groups: dict[tuple[str, str, str], list[str]] = {}
        for row in rows:
            groups.setdefault((row["app_id"], row["tid"], row["holder"]), []).append(row["scope"])
        return [Consent(*key, tuple(scopes)) for key, scopes in groups.items()]

    def revoke(self, app_id: str, tid: str, holder: str) -> None:
        """Withdraw everything `holder` agreed to for one application."""
        self._database.execute(
            "DELETE FROM consents WHERE app_id = ? AND tid = ? AND holder = ?", (app_id, tid, holder)
        )
