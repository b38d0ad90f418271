"""The mails received: each as it came (.eml), and an index to search it by. Both survive a restart."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from sqlite3 import Row
from uuid import uuid4

from chosei.sandbox.database import Database

_TABLES = """
CREATE TABLE IF NOT EXISTS receipts (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    message_id TEXT NOT NULL,
    received_at TEXT NOT NULL,
    envelope_from TEXT NOT NULL,
    envelope_to TEXT NOT NULL,
    sender TEXT NOT NULL,
    recipient TEXT NOT NULL,
    subject TEXT NOT NULL,
    calendar INTEGER NOT NULL,
    file TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS receipts_message ON receipts (message_id);
CREATE VIEW IF NOT EXISTS mails AS
SELECT last.*, times.count, lower(last.envelope_to || ' ' || last.recipient) AS to_whom FROM receipts AS last
JOIN (SELECT max(number) AS number, count(*) AS count FROM receipts GROUP BY message_id) AS times
  ON times.number = last.number;
"""
_SEARCH = """
SELECT * FROM mails
WHERE (:to = '' OR instr(to_whom, lower(:to)))
  AND (:subject = '' OR instr(lower(subject), lower(:subject)))
  AND (:any = '' OR instr(to_whom || ' ' || lower(subject), lower(:any)))
ORDER BY number DESC LIMIT :limit
"""
_ONE = "SELECT * FROM mails WHERE message_id = (SELECT message_id FROM receipts WHERE number = :number)"
_ADD = """
INSERT INTO receipts
  (message_id, received_at, envelope_from, envelope_to, sender, recipient, subject, calendar, file)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """What was received under one Message-ID, ``count`` times, last at ``received_at`` (UTC)."""

    number: int
    message_id: str
    received_at: datetime
    sender: str
    recipient: str
    subject: str
    calendar: bool
    count: int
    file: str


class Store:
    """Keeps mails in ``folder``. Raises OSError when the folder cannot be used."""

    def __init__(self, folder: Path) -> None:
        self._mails = folder / "messages"
        self._mails.mkdir(parents=True, exist_ok=True)
        self._database = Database(folder)
        self._database.register(_TABLES)

    def receive(self, content: bytes, envelope_from: str, envelope_to: str, *, at: datetime) -> None:
        """Keep a mail: first the file, then the row, so that no row ever lacks its mail."""
        mail = parse(content)
        file = f"{uuid4().hex}.eml"
        (self._mails / file).write_bytes(content)
        self._database.execute(
            _ADD,
            (
                str(mail.get("Message-ID", "")).strip() or f"<none-{uuid4().hex}>",
                at.astimezone(UTC).isoformat(),
                envelope_from,
                envelope_to,
                str(mail.get("From", envelope_from)),
                str(mail.get("To", envelope_to)),
                str(mail.get("Subject", "")),
                any(part.get_content_type() == "text/calendar" for part in mail.walk()),
                file,
            ),
        )

    def search(self, *, anything: str = "", to: str = "", subject: str = "", limit: int = 200) -> list[Entry]:
        """The newest first; each Message-ID once. The words are looked for without regard to capitals."""
        rows = self._database.rows(
            _SEARCH,
            {"to": to, "subject": subject, "any": anything, "limit": limit},
        )
        return [_entry(row) for row in rows]

    def entry(self, number: int) -> Entry | None:
        row = self._database.row(
            _ONE,
            {"number": number},
        )
        return _entry(row) if row is not None else None

    def receipts(self, message_id: str) -> list[datetime]:
        """When a mail came, each time; UTC, earliest first."""
        rows = self._database.rows(
            "SELECT received_at FROM receipts WHERE message_id = ? ORDER BY number", (message_id,)
        )
        return [datetime.fromisoformat(row["received_at"]) for row in rows]

    def source(self, entry: Entry) -> bytes:
        return (self._mails / entry.file).read_bytes()

    def clear(self) -> None:
        """Forget everything: first the rows, then the files."""
        files = [row["file"] for row in self._database.rows("SELECT file FROM receipts")]
        self._database.execute("DELETE FROM receipts")
        for file in files:
            (self._mails / file).unlink(missing_ok=True)

    def close(self) -> None:
        self._database.close()


def parse(content: bytes) -> EmailMessage:
    return message_from_bytes(content, policy=policy.default)


def _entry(row: Row) -> Entry:
    values = dict(row)
    return Entry(
        number=values["number"],
        message_id=values["message_id"],
        received_at=datetime.fromisoformat(values["received_at"]),
        sender=values["sender"],
        recipient=values["recipient"],
        subject=values["subject"],
        calendar=bool(values["calendar"]),
        count=values["count"],
        file=values["file"],
    )
