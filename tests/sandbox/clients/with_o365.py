"""The O365 library, with nothing changed but the base URL. Run in an environment of its own:
with_o365.py URL TOKEN ROOM prints what it saw as JSON.
"""

# mypy: ignore-errors
# The library is in requirements/clients.txt alone.

from __future__ import annotations

import json
import sys
import time
from datetime import datetime
from zoneinfo import ZoneInfo

from O365 import Account, MSGraphProtocol
from O365.utils import BaseTokenBackend

TOKYO = ZoneInfo("Asia/Tokyo")


class SignedIn(BaseTokenBackend):
    """Holds the one token it was given: signing in is msal's part, which has a test of its own."""

    def __init__(self, token: str) -> None:
        super().__init__()
        self._token = token

    def get_access_token(self, *, username=None):
        return {"secret": self._token, "expires_on": str(int(time.time()) + 3600)}

    def load_token(self) -> bool:
        return True


def at(hour: int) -> datetime:
    return datetime(2027, 3, 3, hour, tzinfo=TOKYO)


def main(url: str, token: str, room: str) -> dict[str, object]:
    class Sandbox(MSGraphProtocol):
        _protocol_url = f"{url}/"

    account = Account(
        ("client", "secret"), protocol=Sandbox(timezone=TOKYO), token_backend=SignedIn(token), tenant_id="x"
    )
    calendar = account.schedule().get_default_calendar()
    event = calendar.new_event("O365の打合せ")
    event.start, event.end = at(10), at(11)
    event.is_online_meeting = True
    event.attendees.add(room)
    saved = event.save()
    event.start, event.end = at(13), at(14)
    moved = event.save()

    def stands() -> list[tuple[str, int]]:
        events = calendar.get_events(
            start_recurring="2027-03-03T00:00:00", end_recurring="2027-03-03T15:00:00"
        )
        return [(one.subject, one.start.astimezone(TOKYO).hour) for one in events]

    seen = stands()
    deleted = event.delete()
    return {
        "calendar": calendar.name,
        "saved": saved,
        "moved": moved,
        "seen": seen,
        "deleted": deleted,
        "left": stands(),
    }


print(json.dumps(main(*sys.argv[1:])))
