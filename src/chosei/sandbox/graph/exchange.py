"""What Exchange does with meetings: copies in the attendees' mailboxes, updates, answers, cancellations.

Sources: api/user-post-events, event-update, event-delete, event-cancel, event-accept; the organiser's side
mails everybody concerned at once, and there is no switch to suppress it.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import Any

from chosei.sandbox.context import SandboxContext
from chosei.sandbox.faults import FaultKind
from chosei.sandbox.graph import bodies, meetings
from chosei.sandbox.graph.invitations import Invitations
from chosei.sandbox.graph.mailboxes import Mailbox, find
from chosei.sandbox.graph.meetings import Meetings
from chosei.sandbox.graph.model import DELETED_ITEMS, Event
from chosei.sandbox.graph.outbox import Outbox
from chosei.sandbox.graph.problems import bad_request
from chosei.sandbox.graph.repository import Repository, new_key
from chosei.sandbox.graph.work import Work
from chosei.sandbox.graph.zones import stamp

_TIMES = ("starts", "ends", "all_day", "recurrence")
_CONTENT = (
    "subject",
    "body",
    "locations",
    "exceptions",
    "cancelled",
    "importance",
    "sensitivity",
    "join_url",
)


class Exchange:
    """The rules of meetings over the tables. Every public method is one transaction and awaits nothing."""

    def __init__(
        self,
        context: SandboxContext,
        repository: Repository,
        outbox: Outbox,
        meeting_list: Meetings,
        work: Work,
    ) -> None:
        self._context = context
        self._repository = repository
        self._meetings = meeting_list
        self._work = work
        self.invitations = Invitations(context, repository, outbox, work)
        work.handle("link", self._link_work)

    def create(self, owner: Mailbox, draft: dict[str, Any], origin: str, *, teams: bool = False) -> Event:
        """Puts an event into the owner's calendar, invites its attendees. `draft` holds fields of Event."""
        now = stamp(self._repository.now())
        key = new_key()
        event = Event(
            key=key,
            mailbox=owner.key,
            ical_uid=f"040000008200E00074C5B7101A82E008{key.upper()}",
            organizer=owner.address,
            organizer_name=owner.name,
            created=now,
            modified=now,
            **draft,
        )
        with self._context.database.transaction():
            if teams:
                event = self._attach_meeting(owner, event, origin)
            self._repository.add(event)
            if event.transaction_id:
                self._repository.remember_transaction(owner.key, event.transaction_id, key)
            for person in event.attendees:
                self.invitations.invite(event, person, "invitation")
        return event

    def update(
        self, owner: Mailbox, before: Event, after: Event, origin: str, *, teams: bool = False
    ) -> Event:
        """Stores what changed and tells the attendees concerned: all, or only those added and removed."""
        with self._context.database.transaction():
            if not before.is_organizer:
                return self._repository.save(after)
            after = self._keep_answers(before, self._meeting_after(owner, before, after, origin, teams))
            saved = self._repository.save(after)
            self._propagate(before, saved)
        return saved

    def delete(self, event: Event, comment: str = "") -> None:
        """Takes an event out of its calendar. The organiser's attendees get a cancellation."""
        with self._context.database.transaction():
            self._repository.remove(event)
            if not event.is_organizer:
                return
            if event.thread_id:
                self._meetings.end(event.thread_id)
            for person in event.attendees:
                self.invitations.uninvite(event, person, comment)

    def cancel(self, event: Event, comment: str) -> None:
        """As deleting, with a word to the attendees. Raises GraphError 400 for somebody else's meeting."""
        if not event.is_organizer:
            raise bad_request(
                "ErrorInvalidRequest",
                "Your request can't be completed. You need to be an organizer to cancel a meeting.",
            )
        self.delete(event, comment)

    def change_occurrence(
        self, owner: Mailbox, master: Event, day: date, changes: dict[str, Any], origin: str
    ) -> Event:
        """Makes one instance of a series an exception; answers the changed master."""
        known = master.exceptions.get(day.isoformat(), {})
        plain = _plain(replace(master, **changes), set(changes))
        exceptions = {**master.exceptions, day.isoformat(): {**known, **plain}}
        return self.update(owner, master, replace(master, exceptions=exceptions), origin)

    def drop_occurrence(self, owner: Mailbox, master: Event, day: date, origin: str) -> Event:
        """Takes one instance out of a series; answers the changed master."""
        rest = {text: fields for text, fields in master.exceptions.items() if text != day.isoformat()}
        gone = tuple(sorted({*master.cancelled, day.isoformat()}))
        return self.update(owner, master, replace(master, cancelled=gone, exceptions=rest), origin)

    def respond(self, owner: Mailbox, event: Event, response: str, comment: str, *, send: bool) -> None:
        """An attendee's answer; the organiser learns of it only when it is sent. Raises GraphError 400."""
        if event.is_organizer:
            raise bad_request(
                "ErrorInvalidRequest",
                "Your request can't be completed. You can't respond to this meeting because you're the "
                "meeting organizer.",
            )
        if send and not event.response_requested:
            raise bad_request(
                "ErrorInvalidRequest",
                "Your request can't be completed. The meeting organizer hasn't requested a response.",
            )
        now = stamp(self._repository.now())
        with self._context.database.transaction():
            if response == "declined":
                self._repository.remove(event)
            else:
                status = "tentative" if response == "tentativelyAccepted" else self._intended(owner, event)
                self._repository.save(replace(event, response=response, responded=now, show_as=status))
            if send:
                self.invitations.tell_organizer(owner, event, response, comment)

    def _intended(self, owner: Mailbox, event: Event) -> str:
        organizer = find(self._context.directory, event.organizer, owner.tid)
        original = self._repository.by_uid(organizer.key, event.ical_uid) if organizer else None
        return original.show_as if original else "busy"

    async def _link_work(self, payload: dict[str, Any], _attempts: int) -> None:
        self.give_meeting(payload)

    def give_meeting(self, payload: dict[str, Any]) -> None:
        """The meeting that an event was left waiting for; nothing happens where the event is gone."""
        before = self._repository.get(payload["mailbox"], payload["key"])
        owner = find(self._context.directory, payload["mailbox"], payload["tid"])
        if before and owner and before.calendar != DELETED_ITEMS and not before.thread_id:
            with self._context.database.transaction():
                saved = self._repository.save(self._with_meeting(owner, before, payload["origin"]))
                self._propagate(before, saved)

    def _attach_meeting(self, owner: Mailbox, event: Event, origin: str) -> Event:
        if not owner.teams or event.thread_id:
            return event
        late = self._context.faults.take(owner.address, FaultKind.LATE_LINK)
        for fault in late:
            wanted = {"tid": owner.tid, "mailbox": owner.key, "key": event.key, "origin": origin}
            self._work.add("link", wanted, fault.seconds)
        return event if late else self._with_meeting(owner, event, origin)

    def _with_meeting(self, owner: Mailbox, event: Event, origin: str) -> Event:
        document = {
            "subject": event.subject,
            "startDateTime": stamp(event.starts),
            "endDateTime": stamp(event.ends),
        }
        meeting = self._meetings.create(owner, origin, document, event.key)
        return replace(
            event,
            thread_id=meeting.thread_id,
            join_url=meeting.join_url,
            body=bodies.append(event.body, event.body_type, meetings.block(meeting)),
            body_type="html",
        )

    def _meeting_after(self, owner: Mailbox, before: Event, after: Event, origin: str, wanted: bool) -> Event:
        if not before.thread_id:
            return self._attach_meeting(owner, after, origin) if wanted else after
        if after.body != before.body and not meetings.has_block(after.body, before.join_url):
            self._meetings.end(before.thread_id)
            return replace(after, thread_id="", join_url="")
        meeting = self._meetings.by_thread(before.thread_id)
        if meeting:
            times = {"startDateTime": stamp(after.starts), "endDateTime": stamp(after.ends)}
            self._meetings.change(meeting, {**meeting.document, "subject": after.subject, **times})
        return after

    def _keep_answers(self, before: Event, after: Event) -> Event:
        if _differ(before, after, _TIMES):
            people = tuple(replace(p, response="none", responded="") for p in after.attendees)
            return replace(after, attendees=people)
        known = {person.address.casefold(): person for person in before.attendees}
        people = tuple(
            replace(p, response=old.response, responded=old.responded)
            if (old := known.get(p.address.casefold()))
            else p
            for p in after.attendees
        )
        return replace(after, attendees=people)

    def _propagate(self, before: Event, after: Event) -> None:
        old = {person.address.casefold(): person for person in before.attendees}
        new = {person.address.casefold(): person for person in after.attendees}
        everybody = _differ(before, after, (*_TIMES, *_CONTENT))
        for address, person in old.items():
            if address not in new:
                self.invitations.uninvite(before, person, "")
        for address, person in new.items():
            if address not in old:
                self.invitations.invite(after, person, "invitation")
            elif everybody:
                self.invitations.invite(
                    after, person, "update", again=_differ(before, after, (*_TIMES, "exceptions"))
                )


def _differ(before: Event, after: Event, names: tuple[str, ...]) -> bool:
    return any(getattr(before, name) != getattr(after, name) for name in names)


def _plain(event: Event, names: set[str]) -> dict[str, Any]:
    """Field values as the document keeps them, so that an exception survives being stored."""
    stored: dict[str, Any] = json.loads(event.to_json())
    return {name: stored[name] for name in names}
