"""The calendar of one account, as Chosei needs it.

Instants are timezone-aware UTC. A read is whole or it raises: half an answer is never returned.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from chosei.core.intervals import Interval
from chosei.ports.errors import PortError


class ShowAs(StrEnum):
    """What an event says about its owner's time (Outlook's free/busy status)."""

    FREE = "free"
    TENTATIVE = "tentative"
    BUSY = "busy"
    OUT_OF_OFFICE = "oof"
    WORKING_ELSEWHERE = "workingElsewhere"
    UNKNOWN = "unknown"


class AttendeeKind(StrEnum):
    PERSON = "person"
    ROOM = "room"


class AttendeeResponse(StrEnum):
    NONE = "none"
    ACCEPTED = "accepted"
    TENTATIVE = "tentative"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True)
class Attendee:
    """Somebody (or a room) the event invites. Guests are never attendees."""

    address: str
    name: str
    kind: AttendeeKind


@dataclass(frozen=True, slots=True)
class AttendeeStatus:
    address: str
    kind: AttendeeKind
    response: AttendeeResponse


@dataclass(frozen=True, slots=True)
class EventDraft:
    """An event as we want it to stand.

    ``key`` is Chosei's own mark: it is written into the event and found again by ``find``. ``zone`` is the
    IANA zone in which people should see the times. ``web_meeting`` asks the provider for its own online
    meeting.
    """

    key: str
    title: str
    body_html: str
    start: datetime
    end: datetime
    zone: str
    show_as: ShowAs
    location: str = ""
    web_meeting: bool = False
    attendees: tuple[Attendee, ...] = ()
    reminder_minutes: int | None = None


@dataclass(frozen=True, slots=True)
class ObservedEvent:
    """One of our events as it stands in the calendar now.

    Bodies are never kept. ``join_url`` is empty while the provider has issued none.
    ``organizes`` is False for a copy that another mailbox's meeting put there.
    """

    remote_id: str
    etag: str
    key: str
    title: str
    start: datetime
    end: datetime
    show_as: ShowAs
    location: str = ""
    cancelled: bool = False
    organizes: bool = True
    join_url: str = ""
    ical_uid: str = ""
    attendees: tuple[AttendeeStatus, ...] = ()


@dataclass(frozen=True, slots=True)
class BusyEvent:
    """An expanded occurrence in the calendar, for free/busy. ``key`` is ours; empty for a foreign event.

    ``series`` is the id of the series it is an occurrence of, empty for a single event; ``inherits``: it says
    nothing of its own, all but its time is the series'.
    """

    remote_id: str
    start: datetime
    end: datetime
    show_as: ShowAs
    title: str
    key: str = ""
    all_day: bool = False
    private: bool = False
    cancelled: bool = False
    declined: bool = False
    series: str = ""
    inherits: bool = False


@dataclass(frozen=True, slots=True)
class CalendarChanges:
    """What is different in a stretch of the default calendar since an earlier reading.

    ``events`` stand there now, as they are now. ``series``: these describe themselves differently, and so do
    their occurrences that inherit, whether or not they are in ``events``. ``gone``: ids of events or of
    whole series that do not stand in the stretch: deleted, moved out of it, or never in it. The same change
    may come twice. ``token`` asks for what comes after; it is a secret, good for this stretch only.
    """

    token: str
    events: tuple[BusyEvent, ...] = ()
    series: tuple[BusyEvent, ...] = ()
    gone: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class CalendarInfo:
    """One of the mailbox's calendars. The default one's ``remote_id`` is empty."""

    remote_id: str
    name: str


@dataclass(frozen=True, slots=True)
class CreateEvent:
    """Create ``draft`` once. ``token`` is the same for every repetition of this creation (Graph:
    transactionId). A repetition finds the first event and brings it up to its own draft; removed since, it is
    a ``Conflict``.
    """

    draft: EventDraft
    token: str


@dataclass(frozen=True, slots=True)
class UpdateEvent:
    """Make the event ``remote_id`` say what ``draft`` says.

    ``etag`` is the version we last saw: a change by somebody else since then is a ``Conflict``. Empty:
    unconditionally. ``invited``: the addresses we invited so far, in lower case; other people there were
    added by a person and stay. None: not known, and nobody stays but the draft's. Rooms are ours alone.
    """

    remote_id: str
    draft: EventDraft
    etag: str = ""
    invited: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class DeleteEvent:
    """Remove the event. Already gone counts as done."""

    remote_id: str


Change = CreateEvent | UpdateEvent | DeleteEvent


@dataclass(frozen=True, slots=True)
class Written:
    """The change was carried out; for a deletion ``event`` is None.

    ``absent``: there was nothing to delete under that id, which makes it no less done.
    """

    event: ObservedEvent | None
    absent: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class Failed:
    error: PortError


Outcome = Written | Failed


@dataclass(frozen=True, slots=True)
class ScheduleItem:
    """A piece of somebody else's time. ``title`` is empty unless its owner shows it to the account that
    asks."""

    start: datetime
    end: datetime
    show_as: ShowAs
    title: str = ""


@dataclass(frozen=True, slots=True)
class ScheduleAnswer:
    """What getSchedule says of one address. ``error`` set means Unknown, never free.

    ``busy`` is what of the window is taken; ``items`` is all that was told, as it was told.
    """

    address: str
    busy: tuple[Interval, ...] = ()
    error: str = ""
    items: tuple[ScheduleItem, ...] = ()


@dataclass(frozen=True, slots=True)
class MailboxProfile:
    """The mailbox behind the connection: whether it can hold events and issue web meetings."""

    address: str
    zone: str
    web_meeting: bool
    calendar_id: str = ""


@dataclass(frozen=True, slots=True)
class Watch:
    """A standing request to be told of changes. ``expires`` (UTC): it ends then unless it is extended."""

    remote_id: str
    expires: datetime


class CalendarPort(Protocol):
    """One account's calendar. Every method may raise any ``PortError``."""

    def profile(self) -> MailboxProfile:
        """Test the mailbox. Raises ``Rejected`` when the account has no cloud mailbox."""

    def calendars(self) -> list[CalendarInfo]:
        """Every calendar of the mailbox, the default one first."""

    def read_busy(self, window: Interval, *, calendar: str = "") -> list[BusyEvent]:
        """Every occurrence that touches ``window``, series expanded, all pages; or it raises.

        ``calendar``: a further calendar instead of the default one; ``Missing`` when it is not there.
        """

    def track(self, window: Interval) -> str:
        """The token that tells what changes in ``window`` from now on; see ``changes``."""

    def changes(self, window: Interval, token: str) -> CalendarChanges:
        """All that has changed in ``window`` since ``token`` was given for that same window; or it raises.

        Raises ``Missing`` when the service does not know the token (any more): the calendar is to be read
        whole. An event whose series could not be found is in ``events`` as ``ShowAs.UNKNOWN``.
        """

    def find(self, key: str) -> list[ObservedEvent]:
        """The events that carry our key, normally none or one."""

    def get(self, remote_id: str) -> ObservedEvent:
        """One event, read directly. Raises ``Missing``.

        One that was deleted may still be read for a while: see ``stands``.
        """

    def stands(self, event: ObservedEvent) -> bool:
        """Whether an event that could be read is in one of the mailbox's calendars, and not among what was
        deleted."""

    def apply(self, changes: Sequence[Change]) -> list[Outcome]:
        """Carry out the changes, batched as the provider allows, each judged on its own, in the order given.

        Raises only when nothing at all could be sent (no token, no network); a lost reply is a
        ``Failed(Transient)``.
        """

    def accept(self, ical_uid: str) -> ObservedEvent:
        """Accept another mailbox's meeting for the owner, sending no response; accepted already counts as
        done. Raises ``Missing`` while the invitation is not there, or when it is not any more.
        """

    def schedules(self, addresses: Sequence[str], window: Interval) -> list[ScheduleAnswer]:
        """Free/busy of other mailboxes and rooms as this account may see them, an answer for each address."""

    def watch(self, url: str, secret: str) -> Watch:
        """Have ``url`` told of every change, for as long as the provider allows; ``secret`` comes with each.

        A provider that tries ``url`` first raises ``Rejected`` when it cannot reach it. Earlier requests of
        this account for the same ``url``, whose answers were lost, are ended.
        """

    def extend_watch(self, remote_id: str, url: str, secret: str) -> Watch:
        """Give it the longest life again from now; where none can be extended, another one takes its place
        without a gap, for ``url`` and with ``secret``, under its own ``remote_id``. Raises ``Missing`` when
        it has ended.
        """

    def end_watch(self, remote_id: str) -> None:
        """Ask to be told no more. Already ended counts as done."""
