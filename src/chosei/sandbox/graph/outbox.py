"""Every mail Exchange would send by itself, and what /sendMail took.

The former are invitations, updates, cancellations and responses. Nothing leaves the machine;
tests read here that a hold never caused a mail.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from chosei.sandbox.clock import Clock
from chosei.sandbox.database import Database

SCHEMA = """
CREATE TABLE IF NOT EXISTS graph_mails (
    id INTEGER PRIMARY KEY AUTOINCREMENT, sent TEXT NOT NULL, kind TEXT NOT NULL, mailbox TEXT NOT NULL,
    sender TEXT NOT NULL, recipient TEXT NOT NULL COLLATE NOCASE, external INTEGER NOT NULL,
    subject TEXT NOT NULL, body TEXT NOT NULL, ical_uid TEXT NOT NULL
);
"""


@dataclass(frozen=True)
class SentMail:
    """One mail to one recipient. `kind` is invitation, update, cancellation, response, mail or mime (by
    /sendMail; a mime's `body` is the whole message);
    `external` says whether the recipient lies outside the tenant; `sent` is an ISO instant in UTC."""

    kind: str
    mailbox: str
    sender: str
    recipient: str
    external: bool
    subject: str
    body: str = ""
    ical_uid: str = ""
    sent: str = ""


class Outbox:
    """Keeps what was sent, oldest first."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        database.register(SCHEMA)

    def send(self, mails: Iterable[SentMail]) -> None:
        """Records mails as sent now."""
        with self._database.transaction() as connection:
            for mail in mails:
                connection.execute(
                    "INSERT INTO graph_mails (sent, kind, mailbox, sender, recipient, external, subject,"
                    " body, ical_uid) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    (
                        self._clock.now().isoformat(),
                        mail.kind,
                        mail.mailbox,
                        mail.sender,
                        mail.recipient,
                        int(mail.external),
                        mail.subject,
                        mail.body,
                        mail.ical_uid,
                    ),
                )

    def mails(self, mailbox: str | None = None, ical_uid: str | None = None) -> list[SentMail]:
        """All mails, or those of one sending mailbox (object id), or about one meeting."""
        rows = self._database.rows(
            "SELECT * FROM graph_mails WHERE (?1 IS NULL OR mailbox = ?1) AND (?2 IS NULL OR ical_uid = ?2)"
            " ORDER BY id",
            (mailbox, ical_uid),
        )
        return [
            SentMail(
                row["kind"],
                row["mailbox"],
                row["sender"],
                row["recipient"],
                bool(row["external"]),
                row["subject"],
                row["body"],
                row["ical_uid"],
                row["sent"],
            )
            for row in rows
        ]
