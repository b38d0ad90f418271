"""What was posted, in whatever service."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chosei.sandbox.database import Database

_TABLES = """
CREATE TABLE IF NOT EXISTS chat_post (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    service TEXT NOT NULL,
    room TEXT NOT NULL,
    text TEXT NOT NULL,
    body TEXT NOT NULL,
    at TEXT NOT NULL
);
"""
_KEPT = 200


@dataclass(frozen=True, slots=True)
class Post:
    """``text`` is what people read of it; ``body`` what came over the wire."""

    number: int
    service: str
    room: str
    text: str
    body: Any
    at: datetime


class ChatStore:
    """Over the sandbox's database; remembers the latest 200."""

    def __init__(self, database: Database) -> None:
        self._database = database
        database.register(_TABLES)

    def add(self, service: str, room: str, text: str, body: Any, at: datetime) -> int:
        """Keep a post; its number."""
        with self._database.transaction() as connection:
            row = (service, room, text, json.dumps(body, ensure_ascii=False), at.isoformat())
            cursor = connection.execute(
                "INSERT INTO chat_post (service, room, text, body, at) VALUES (?, ?, ?, ?, ?)", row
            )
            number = int(cursor.lastrowid or 0)
            connection.execute("DELETE FROM chat_post WHERE id <= ?", (number - _KEPT,))
        return number

    def posts(self) -> list[Post]:
        """Newest first."""
        return [
            Post(
                row["id"],
                row["service"],
                row["room"],
                row["text"],
                json.loads(row["body"]),
                datetime.fromisoformat(row["at"]),
            )
            for row in self._database.rows("SELECT * FROM chat_post ORDER BY id DESC")
        ]

    def clear(self) -> None:
        self._database.execute("DELETE FROM chat_post")
