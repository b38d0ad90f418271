"""What the web hands to actions: plain, checked values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from chosei.core.holidays import HolidayRule
from chosei.core.hostchoice import Participation, Pick
from chosei.core.hours import DateOverrides, DateRange, Span, WeeklyHours
from chosei.core.intervals import Interval
from chosei.core.questions import Answer
from chosei.core.web_meetings import Link


@dataclass(frozen=True, slots=True)
class CompanionInput:
    """Somebody the customer brings along (同席者); without ``email`` they get no mail."""

    name: str
    email: str = ""


@dataclass(frozen=True, slots=True)
class GuestInput:
    """The customer, as they entered themselves. ``zone`` is the IANA zone they read the times in; ``answers``
    are to the questions of a booking page. ``consented``: they agreed to the privacy notice.
    """

    company: str
    name: str
    email: str
    message: str = ""
    language: str = "ja"
    zone: str = ""
    answers: tuple[Answer, ...] = ()
    companions: tuple[CompanionInput, ...] = ()
    consented: bool = False


@dataclass(frozen=True, slots=True)
class Booking:
    """What a customer chose on a booking page. Without ``minutes`` or ``format``: the page's usual one."""

    start: datetime
    minutes: int | None = None
    format: str = ""


@dataclass(frozen=True, slots=True)
class MeetingInput:
    """The meeting itself. ``format`` is a ``records.MeetingFormat`` value, ``zone`` the IANA zone it is shown
    in. ``web_service``: the provider that issues the link, empty for the organiser's calendar.
    ``reception_code`` counts for visits alone; ``internal_notes`` are for the hosts, never for the guest.
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
    web_service: str = ""

    @property
    def link(self) -> Link:
        return Link(self.web_meeting, self.web_service)

    @property
    def with_code(self) -> bool:
        return self.reception_code and self.format == "visit"


@dataclass(frozen=True, slots=True)
class RoomWish:
    """A candidate's room: one by name (``room_id``), or any free one of a list (``list_id``)."""

    room_id: int = 0
    list_id: int = 0


@dataclass(frozen=True, slots=True)
class ProposalInput:
    """A proposal to open. ``host_ids`` in order; ``deadline`` None means seven days from now.

    Nobody is mailed without ``guest_email``, or with ``invite`` False: the author passes the URL on.
    ``submission`` is the form's identity: the same one again gives the proposal that it made.
    ``rooms``: for each candidate the room it wishes for, or None; empty for none at all.
    ``room_min_capacity``: people that each has to hold.
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
    rooms: tuple[RoomWish | None, ...] = ()
    room_min_capacity: int = 0

    @property
    def room_wishes(self) -> tuple[RoomWish | None, ...]:
        """One for each candidate. Raises ValueError where they do not belong together."""
        wishes = self.rooms or (None,) * len(self.candidates)
        if len(wishes) != len(self.candidates):
            raise ValueError("a wish or None for each candidate")
        return wishes


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
class FormatOption:
    """One more 会議形態 that the customer may choose, and where it takes place."""

    format: str
    location: str = ""


@dataclass(frozen=True, slots=True)
class BookingPageInput:
    """Settings of a booking page; records.models.page_settings says what each means. Lengths are minutes.

    ``host_ids`` attend, in order of priority; ``second_ids`` are the second of two groups; ``deputy_ids``
    manage without attending.
    ``room_ids`` in order: any of them will do; None leaves the page's rooms as they are.
    ``step_minutes`` None: a start after each of the meeting's own lengths.
    ``host_hours``: by host, when they receive on this page; who is not in it, at all of ``hours``.
    """

    meeting: MeetingInput
    hours: WeeklyHours
    host_ids: tuple[int, ...]
    description: str = ""
    host_hours: Mapping[int, WeeklyHours] = field(default_factory=dict)
    # 会議
    participation: str = Participation.ALL.value
    pick: str = Pick.EVEN.value
    second_ids: tuple[int, ...] = ()
    deputy_ids: tuple[int, ...] = ()
    duration_minutes: int = 30
    other_durations: tuple[int, ...] = ()
    other_formats: tuple[FormatOption, ...] = ()
    title_pattern: str = ""
    # 営業日時
    member_hours: bool = True
    step_minutes: int | None = 30
    min_notice_minutes: int = 60
    max_notice_minutes: int | None = None
    window_days: int = 30
    window: DateRange | None = None
    overrides: DateOverrides = field(default_factory=DateOverrides)
    holiday_rule: str = HolidayRule.CLOSED.value
    holiday_country: str = "JP"
    holiday_hours: tuple[Span, ...] = ()
    cap_day: int | None = None
    cap_week: int | None = None
    cap_total: int | None = None
    cap_guest: int | None = None
    # 詳細設定
    buffer_before_minutes: int = 0
    buffer_after_minutes: int = 0
    room_ids: tuple[int, ...] | None = None
    room_min_capacity: int = 0
    buffer_entries: bool = False
    buffer_title: str = ""
    free_words: tuple[str, ...] = ()
    tentative_counts: str = ""
    oof_counts: str = ""
    elsewhere_counts: str = ""
    needs_approval: bool = False
    approval_hours: int = 48
    guest_may_change: bool | None = None
    guest_may_cancel: bool | None = None
    guest_until_hours: int | None = None
    consent_required: bool = False
    visibility: str = "unlisted"
    slug: str = ""
    # お客様へのメール: hours before the meeting; None: as the organisation says
    guest_reminders: tuple[int, ...] | None = None
    host_reminders: tuple[int, ...] | None = None
