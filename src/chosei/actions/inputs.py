"""What the web hands to actions: plain, checked values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from chosei.core.hours import WeeklyHours
from chosei.core.intervals import Interval
from chosei.core.questions import Answer


@dataclass(frozen=True, slots=True)
class CompanionInput:
    """Somebody the customer brings along (同席者); without ``email`` they get no mail."""

    name: str
    email: str = ""


@dataclass(frozen=True, slots=True)
class GuestInput:
    """The customer, as they entered themselves. ``zone`` is the IANA zone they read the times in; ``answers``
    are to the questions of a booking page.
    """

    company: str
    name: str
    email: str
    message: str = ""
    language: str = "ja"
    zone: str = ""
    answers: tuple[Answer, ...] = ()
    companions: tuple[CompanionInput, ...] = ()


@dataclass(frozen=True, slots=True)
class MeetingInput:
    """The meeting itself. ``format`` is a ``records.MeetingFormat`` value, ``zone`` the IANA zone it is shown
    in. ``reception_code`` counts for visits alone; ``internal_notes`` are for the hosts, never for the guest.
    """

    title: str
    format: str
    web_meeting: bool
    zone: str
    location: str = ""
    guidance: str = ""
    contact: str = ""
    internal_notes: str = ""
    reception_code: bool = False

    @property
    def with_code(self) -> bool:
        return self.reception_code and self.format == "visit"


@dataclass(frozen=True, slots=True)
class ProposalInput:
    """A proposal to open. ``host_ids`` in order; ``deadline`` None means seven days from now.

    Nobody is mailed without ``guest_email``, or with ``invite`` False: the author passes the URL on.
    ``submission`` is the form's identity: the same one again gives the proposal that it made.
    """

    meeting: MeetingInput
    host_ids: tuple[int, ...]
    candidates: tuple[Interval, ...]
    guest_company: str = ""
    guest_name: str = ""
    guest_email: str = ""
    guest_language: str = "ja"
    invite: bool = True
    deadline: datetime | None = None
    write_holds: bool = True
    submission: UUID | None = None


@dataclass(frozen=True, slots=True)
class ChangeInput:
    """An appointment as a host wants it from now on. ``meeting.zone`` and ``meeting.contact`` stay as they
    are.

    ``revision`` is that of the appointment the host looked at. ``over_conflicts``: they know that the time
    lies over something in a calendar.
    """

    time: Interval
    meeting: MeetingInput
    host_ids: tuple[int, ...]
    revision: int
    over_conflicts: bool = False


@dataclass(frozen=True, slots=True)
class BookingPageInput:
    """Settings of a booking page. Lengths are minutes."""

    meeting: MeetingInput
    hours: WeeklyHours
    host_ids: tuple[int, ...]
    description: str = ""
    duration_minutes: int = 30
    step_minutes: int = 30
    buffer_before_minutes: int = 0
    buffer_after_minutes: int = 0
    min_notice_minutes: int = 60
    window_days: int = 30
