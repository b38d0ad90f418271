"""What we want to stand in somebody's calendar, as plain facts that can be stored and compared."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any


class EntryPurpose(StrEnum):
    """Why an entry stands. Stored."""

    HOLD = "hold"  # 仮予約
    REQUEST = "request"  # 承認待ち: tentative until somebody approves, then the appointment in place
    APPOINTMENT = "appointment"
    ATTENDANCE = "attendance"  # a colleague's copy of the organiser's meeting, accepted for them
    BUFFER_BEFORE = "buffer_before"  # バッファ用カレンダー予定
    BUFFER_AFTER = "buffer_after"


BUFFERS = (EntryPurpose.BUFFER_BEFORE, EntryPurpose.BUFFER_AFTER)


class EntryState(StrEnum):
    """How far an entry has come, for people to see: 登録中 / 登録済み / 再試行中 / 要対応 / (removed).
    Stored.
    """

    WAITING = "waiting"
    WRITTEN = "written"
    RETRYING = "retrying"
    PARKED = "parked"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class WantedAttendee:
    """Somebody (``person``) or a ``room`` whom the entry invites; never a guest."""

    address: str
    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class DesiredEntry:
    """An event as it should stand. Instants are UTC; ``zone`` is the IANA zone people see it in.

    ``show_as`` is tentative for a hold, with nobody but a room invited, so that the provider mails no one;
    busy once settled. ``web_meeting`` asks for the provider's own online meeting, which cannot be taken back
    from an event once it has it.
    """

    title: str
    body_html: str
    start: datetime
    end: datetime
    zone: str
    show_as: str = "tentative"
    location: str = ""
    web_meeting: bool = False
    attendees: tuple[WantedAttendee, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "start": self.start.isoformat(), "end": self.end.isoformat()}

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> DesiredEntry:
        return cls(
            **{
                **stored,
                "start": datetime.fromisoformat(stored["start"]),
                "end": datetime.fromisoformat(stored["end"]),
                "attendees": tuple(WantedAttendee(**person) for person in stored["attendees"]),
            }
        )

    @property
    def rooms(self) -> tuple[str, ...]:
        """The addresses of the rooms it invites, in lower case."""
        return tuple(person.address.lower() for person in self.attendees if person.kind == "room")

    def without_rooms(self) -> DesiredEntry:
        return replace(self, attendees=tuple(one for one in self.attendees if one.kind != "room"))

    def settled(
        self, *, web_meeting: bool = False, attendees: tuple[WantedAttendee, ...] = ()
    ) -> DesiredEntry:
        """The same event, no longer tentative."""
        return replace(self, show_as="busy", web_meeting=web_meeting, attendees=attendees)


@dataclass(frozen=True, slots=True)
class SeenEntry:
    """What matters to us of the event as it was last seen there.

    ``rooms``: of each that is invited the address, in lower case, and the ``core.rooms.RoomAnswer``.
    """

    title: str
    start: datetime
    end: datetime
    show_as: str
    cancelled: bool = False
    join_url: str = ""
    ical_uid: str = ""
    rooms: tuple[tuple[str, str], ...] = ()

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "start": self.start.isoformat(), "end": self.end.isoformat()}

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> SeenEntry:
        return cls(
            **{
                **stored,
                "start": datetime.fromisoformat(stored["start"]),
                "end": datetime.fromisoformat(stored["end"]),
                "rooms": tuple((address, answer) for address, answer in stored.get("rooms", ())),
            }
        )
