"""Web meetings of one account, as Chosei needs them: a link for the guest, and a way in for the host.

Instants are timezone-aware UTC. Services differ in whether a creation may be repeated: none is assumed.
Whoever creates announces it first, and after a lost answer asks ``find`` before a second is made.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class MeetingDraft:
    """A web meeting as it should stand. ``key`` is Chosei's own mark, by which ``find`` finds it again;
    ``zone`` (IANA) is the one people see its times in.
    """

    key: str
    title: str
    start: datetime
    end: datetime
    zone: str


@dataclass(frozen=True, slots=True)
class ObservedMeeting:
    """One of our meetings as it stands there now. ``join_url`` is for everybody who attends; empty while the
    service has issued none. The host's own way in is never part of it (``MeetingPort.start_url``).
    """

    remote_id: str
    key: str
    title: str
    start: datetime
    end: datetime
    join_url: str


class MeetingPort(Protocol):
    """One account's web meetings. Every method may raise any ``PortError``.

    ``daily_limit``: creations and changes that the service lets one account make in a day (UTC); 0 for no
    limit.
    """

    daily_limit: int

    def able(self) -> bool:
        """Whether the account can issue meetings at all."""

    def create(self, draft: MeetingDraft) -> ObservedMeeting:
        """Make the meeting. After ``Transient`` it may stand there all the same; ``Throttled`` and the others
        say that it does not. Raises ``Throttled`` when the account's meetings of the day are used up, too."""

    def find(self, key: str) -> list[ObservedMeeting]:
        """The meetings that carry our key, normally none or one; or it raises."""

    def get(self, remote_id: str) -> ObservedMeeting:
        """One meeting, read directly. Raises ``Missing``."""

    def update(self, remote_id: str, draft: MeetingDraft) -> None:
        """Make the meeting say what ``draft`` says; its link stays. May be repeated. Raises ``Missing``."""

    def delete(self, remote_id: str) -> None:
        """Remove the meeting: its link leads nowhere any more. Already gone counts as done. Raises
        ``Transient`` while people are in it."""

    def start_url(self, remote_id: str) -> str:
        """The address by which the host alone begins the meeting, made just now: never kept, logged or
        mailed. Empty where hosts come in by the link that everybody has. Raises ``Missing``."""
