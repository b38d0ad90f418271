"""Teams meetings: those of calendar events and stand-alone ones of /me/onlineMeetings.

A meeting lives until its event is deleted or cancelled, or loses the Teams block in its body.
Sources: concepts/outlook-calendar-online-meetings, api/event-update (the block),
api/application-post-onlinemeetings.
"""

from __future__ import annotations

import json
import secrets
import uuid
from dataclasses import dataclass, replace
from html import escape
from typing import Any
from urllib.parse import quote

from chosei.sandbox.clock import Clock
from chosei.sandbox.database import Database
from chosei.sandbox.graph.mailboxes import Mailbox

SCHEMA = """
CREATE TABLE IF NOT EXISTS graph_meetings (
    thread_id TEXT PRIMARY KEY, id TEXT NOT NULL UNIQUE, mailbox TEXT NOT NULL, event_key TEXT NOT NULL,
    join_url TEXT NOT NULL, alive INTEGER NOT NULL, created TEXT NOT NULL, document TEXT NOT NULL
);
"""


@dataclass(frozen=True)
class Meeting:
    """One meeting. `event_key` is "" for a stand-alone one; `alive` False means that its link is dead.

    `document` holds what the creator set: subject, startDateTime, endDateTime and so on, as Graph names them.
    """

    thread_id: str
    id: str
    mailbox: str
    event_key: str
    join_url: str
    alive: bool
    created: str
    document: dict[str, Any]


class Meetings:
    """Reads and writes meetings."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        database.register(SCHEMA)

    def create(self, owner: Mailbox, origin: str, document: dict[str, Any], event_key: str = "") -> Meeting:
        """A new meeting whose link opens a page of the sandbox at `origin`."""
        thread_id = f"19:meeting_{secrets.token_urlsafe(32)}@thread.v2"
        who = json.dumps({"Tid": owner.tid, "Oid": owner.key}, separators=(",", ":"))
        url = f"{origin}/l/meetup-join/{quote(thread_id, safe='')}/0?context={quote(who, safe='')}"
        number = f"MSp{uuid.uuid4().hex}*0**{thread_id}"
        meeting = Meeting(
            thread_id, number, owner.key, event_key, url, True, self._clock.now().isoformat(), document
        )
        self._database.execute(
            "INSERT INTO graph_meetings VALUES (?, ?, ?, ?, ?, 1, ?, ?)",
            (thread_id, number, owner.key, event_key, url, meeting.created, _dump(document)),
        )
        return meeting

    def by_thread(self, thread_id: str) -> Meeting | None:
        """The meeting a join link names, dead or alive."""
        return self._one("SELECT * FROM graph_meetings WHERE thread_id = ?", thread_id)

    def by_id(self, number: str) -> Meeting | None:
        """The meeting with an id of /me/onlineMeetings."""
        return self._one("SELECT * FROM graph_meetings WHERE id = ?", number)

    def change(self, meeting: Meeting, document: dict[str, Any]) -> Meeting:
        """Replaces what the creator set."""
        self._database.execute(
            "UPDATE graph_meetings SET document = ? WHERE thread_id = ?",
            (_dump(document), meeting.thread_id),
        )
        return replace(meeting, document=document)

    def end(self, thread_id: str) -> None:
        """The link is dead from now on."""
        self._database.execute("UPDATE graph_meetings SET alive = 0 WHERE thread_id = ?", (thread_id,))

    def _one(self, sql: str, value: str) -> Meeting | None:
        row = self._database.row(sql, (value,))
        if row is None:
            return None
        fields = {**dict(row), "alive": bool(row["alive"]), "document": json.loads(row["document"])}
        return Meeting(**fields)


def block(meeting: Meeting) -> str:
    """The part of an event's body by which Exchange knows the meeting; without it the meeting is disabled."""
    url = escape(meeting.join_url)
    return (
        '<div class="me-email-text" lang="ja-JP">'
        "<div>________________________________________________________________________________</div>"
        "<div><span>Microsoft Teams 会議</span></div>"
        f'<div><a id="meet_invite_block.action.join_link" href="{url}">'
        "会議に参加するにはここをクリック</a></div>"
        "<div>________________________________________________________________________________</div></div>"
    )


def has_block(body: str, join_url: str) -> bool:
    """Whether a body still carries the link of its meeting, escaped or not."""
    return join_url in body or escape(join_url) in body


def _dump(document: dict[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False)
