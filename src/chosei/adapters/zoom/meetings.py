"""MeetingPort over Zoom: scheduled meetings of the account's own user (``me``).

Zoom knows no idempotency: our key stands first in the agenda, which lists show up to 250 characters of, so
that a meeting whose creation's answer was lost is found again.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, timedelta
from math import ceil
from typing import Any
from urllib.parse import quote

from chosei.adapters.zoom.answers import UNREADABLE, instant_of, text_of
from chosei.adapters.zoom.api import Api, Request
from chosei.adapters.zoom.problems import has_ended, refusal
from chosei.ports.errors import Missing, PortError, Transient
from chosei.ports.meetings import MeetingDraft, ObservedMeeting

_MINE = "/users/me/meetings"
_ONE = "/meetings/{id}"
_SCHEDULED = 2
_LONGEST_TOPIC = 200
_PAGE, _MOST_PAGES = 300, 50
_KEY = re.compile(r"chosei:([0-9a-f]{32})")


class ZoomMeetings:
    """See ``ports.meetings.MeetingPort``. The limit: Zoom's published notes on rate limits."""

    daily_limit = 100

    def __init__(self, api: Api) -> None:
        self._api = api

    def able(self) -> bool:
        """Every Zoom user may schedule; a Basic one for 40 minutes at a time."""
        self._api.read(Request("GET", "/users/me", "/users/me"))
        return True

    def create(self, draft: MeetingDraft) -> ObservedMeeting:
        body = {**_body(draft), "type": _SCHEDULED, "agenda": f"chosei:{draft.key}"}
        made = self._api.read(Request("POST", _MINE, _MINE, body=body, repeatable=False), 201)
        return _observed(made)

    def find(self, key: str) -> list[ObservedMeeting]:
        found: dict[str, ObservedMeeting] = {}
        token = ""
        for _ in range(_MOST_PAGES):
            params = {"type": "scheduled", "page_size": str(_PAGE)}
            if token:
                params["next_page_token"] = token
            page = self._api.read(Request("GET", _MINE, _MINE, params))
            meetings = page.get("meetings", [])
            if not isinstance(meetings, list):
                raise Transient(UNREADABLE)
            for one in meetings:
                if isinstance(one, Mapping) and _key_of(one) == key:
                    meeting = _observed(one)
                    found[meeting.remote_id] = meeting
            token = text_of(page, "next_page_token")
            if not token:
                return list(found.values())
        raise Transient("too_many_pages")

    def get(self, remote_id: str) -> ObservedMeeting:
        return _observed(self._read(remote_id))

    def update(self, remote_id: str, draft: MeetingDraft) -> None:
        self._expect_204(Request("PATCH", _path(remote_id), _ONE, body=_body(draft)))

    def delete(self, remote_id: str) -> None:
        """Without Zoom's own mails to the host and to those registered: Chosei writes to people itself."""
        params = {"schedule_for_reminder": "false", "cancel_meeting_reminder": "false"}
        try:
            self._expect_204(Request("DELETE", _path(remote_id), _ONE, params))
        except Missing:
            return

    def start_url(self, remote_id: str) -> str:
        return text_of(self._read(remote_id), "start_url")

    def _read(self, remote_id: str) -> Mapping[str, Any]:
        return self._api.read(Request("GET", _path(remote_id), _ONE))

    def _expect_204(self, request: Request) -> None:
        answer = self._api.send(request)
        if answer.status == 204:
            return
        body = answer.body
        if request.method == "DELETE" and answer.status == 400 and has_ended(body):
            return
        error: PortError = refusal(answer.status, body, answer.headers)
        raise error


def _path(remote_id: str) -> str:
    return f"/meetings/{quote(remote_id, safe='')}"


def _body(draft: MeetingDraft) -> dict[str, Any]:
    """What a change may say as well: the instant in UTC, and the zone that Zoom shows it in."""
    minutes = ceil((draft.end - draft.start) / timedelta(minutes=1))
    return {
        "topic": draft.title[:_LONGEST_TOPIC],
        "start_time": draft.start.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "duration": minutes,
        "timezone": draft.zone,
    }


def _observed(body: Mapping[str, Any]) -> ObservedMeeting:
    """Raises ``Transient`` for a meeting that lacks what every one has."""
    number, start, minutes = body.get("id"), instant_of(text_of(body, "start_time")), body.get("duration")
    if not isinstance(number, (int, str)) or isinstance(number, bool) or not number:
        raise Transient(UNREADABLE)
    if start is None or not isinstance(minutes, int):
        raise Transient(UNREADABLE)
    return ObservedMeeting(
        remote_id=str(number),
        key=_key_of(body),
        title=text_of(body, "topic"),
        start=start,
        end=start + timedelta(minutes=minutes),
        join_url=_link(text_of(body, "join_url")),
    )


def _key_of(body: Mapping[str, Any]) -> str:
    found = _KEY.search(text_of(body, "agenda"))
    return found.group(1) if found else ""


def _link(text: str) -> str:
    """Only what a browser opens as a page goes into mails."""
    return text if re.fullmatch(r"https?://[^\s<>\"']{3,1990}", text) else ""
