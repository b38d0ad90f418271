"""MeetingPort over a CalendarPort: services whose meetings come with a calendar event (Teams, Meet).

A meeting without its event would have no Join button in Outlook, and its host would be locked out of it:
so the event is the meeting, and goes with it. What every such adapter shares; nothing here knows a provider.
"""

from __future__ import annotations

from chosei.ports.calendar import (
    CalendarPort,
    Change,
    CreateEvent,
    DeleteEvent,
    EventDraft,
    Failed,
    ObservedEvent,
    ShowAs,
    UpdateEvent,
)
from chosei.ports.errors import Missing
from chosei.ports.meetings import MeetingDraft, ObservedMeeting


class EventMeetings:
    """See ``ports.meetings.MeetingPort``."""

    daily_limit = 0

    def __init__(self, calendar: CalendarPort) -> None:
        self._calendar = calendar

    def able(self) -> bool:
        return self._calendar.profile().web_meeting

    def create(self, draft: MeetingDraft) -> ObservedMeeting:
        event = self._carry_out(CreateEvent(_event(draft), token=draft.key))
        assert event is not None, "a creation tells its event"
        return _observed(event)

    def find(self, key: str) -> list[ObservedMeeting]:
        return [_observed(event) for event in self._calendar.find(key) if not event.cancelled]

    def get(self, remote_id: str) -> ObservedMeeting:
        event = self._calendar.get(remote_id)
        if event.cancelled or not self._calendar.stands(event):
            raise Missing("cancelled")
        return _observed(event)

    def update(self, remote_id: str, draft: MeetingDraft) -> None:
        self._carry_out(UpdateEvent(remote_id, _event(draft)))

    def delete(self, remote_id: str) -> None:
        self._carry_out(DeleteEvent(remote_id))

    def start_url(self, remote_id: str) -> str:
        self.get(remote_id)
        return ""

    def _carry_out(self, change: Change) -> ObservedEvent | None:
        [outcome] = self._calendar.apply([change])
        if isinstance(outcome, Failed):
            raise outcome.error
        return outcome.event


def _event(draft: MeetingDraft) -> EventDraft:
    return EventDraft(
        key=draft.key,
        title=draft.title,
        body_html="",
        start=draft.start,
        end=draft.end,
        zone=draft.zone,
        show_as=ShowAs.BUSY,
        web_meeting=True,
    )


def _observed(event: ObservedEvent) -> ObservedMeeting:
    return ObservedMeeting(
        event.remote_id, event.key, event.title, event.start, event.end, join_url=event.join_url
    )
