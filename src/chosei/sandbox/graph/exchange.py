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
from chosei.sandbox.graph import bodies, meetings, rooms
from chosei.sandbox.graph.mailboxes import Mailbox, find
from chosei.sandbox.graph.meetings import Meetings
from chosei.sandbox.graph.model import Attendee, Event
from chosei.sandbox.graph.outbox import Outbox, SentMail
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
_SHARED = (
    "subject", "body", "body_type", "start", "end", "start_zone", "end_zone", "all_day", "locations",
    "recurrence", "exceptions", "cancelled", "importance", "sensitivity", "hide_attendees", "join_url",
    "thread_id", "response_requested", "allow_new_time_proposals",
)  # fmt: skip
_PERSONAL = (
    "show_as",
    "categories",
    "reminder_on",
    "reminder_minutes",
    "single_properties",
    "multi_properties",
)
CANCELLED_PREFIX = "キャンセル済み: "


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
        self._outbox = outbox
        self._meetings = meeting_list
        self._work = work
        work.handle("room", self._room_work)

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
                self._invite(event, person, "invitation")
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
                self._uninvite(event, person, comment)

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
                self._tell_organizer(owner, event, response, comment)

    def _intended(self, owner: Mailbox, event: Event) -> str:
        organizer = find(self._context.directory, event.organizer, owner.tid)
        original = self._repository.by_uid(organizer.key, event.ical_uid) if organizer else None
        return original.show_as if original else "busy"

    def _tell_organizer(self, owner: Mailbox, event: Event, response: str, comment: str) -> None:
        subjects = {"accepted": "承諾", "declined": "辞退", "tentativelyAccepted": "仮の予定"}
        self._outbox.send(
            [
                SentMail(
                    "response",
                    owner.key,
                    owner.address,
                    event.organizer,
                    find(self._context.directory, event.organizer, owner.tid) is None,
                    f"{subjects[response]}: {event.subject}",
                    comment,
                    event.ical_uid,
                )
            ]
        )
        organizer = find(self._context.directory, event.organizer, owner.tid)
        original = self._repository.by_uid(organizer.key, event.ical_uid) if organizer else None
        if original:
            self._set_answer(original, owner, response)

    def _set_answer(self, original: Event, who: Mailbox, response: str) -> None:
        now = stamp(self._repository.now())
        people = tuple(
            replace(person, response=response, responded=now) if self._is(person, who) else person
            for person in original.attendees
        )
        if people != original.attendees:
            self._repository.save(replace(original, attendees=people))

    def _is(self, person: Attendee, who: Mailbox) -> bool:
        found = find(self._context.directory, person.address, who.tid)
        return found is not None and found.key == who.key

    def _attach_meeting(self, owner: Mailbox, event: Event, origin: str) -> Event:
        if not owner.teams or event.thread_id:
            return event
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
                self._uninvite(before, person, "")
        for address, person in new.items():
            if address not in old:
                self._invite(after, person, "invitation")
            elif everybody:
                self._invite(after, person, "update", again=_differ(before, after, (*_TIMES, "exceptions")))

    def _invite(self, event: Event, person: Attendee, kind: str, *, again: bool = True) -> None:
        owner = self._owner(event)
        box = find(self._context.directory, person.address, owner.tid)
        if box and box.key == owner.key:
            return
        self._mail(event, person, kind, "" if event.body_type == "text" else event.body)
        if box is None:
            return
        if box.room:
            if again:
                self._work.add(
                    "room",
                    {"organizer": owner.key, "key": event.key, "room": box.address},
                    box.room.answer_seconds,
                )
            elif existing := self._repository.by_uid(box.key, event.ical_uid):
                copy = self._copy(event, box, existing)
                self._repository.save(rooms.room_copy(event, copy, existing.response))
            return
        existing = self._repository.by_uid(box.key, event.ical_uid)
        copy = self._copy(event, box, existing)
        if existing is None:
            self._repository.add(copy)
            return
        if again:
            status = event.show_as if event.show_as == "free" else "tentative"
            copy = replace(copy, response="notResponded", responded="", show_as=status)
        self._repository.save(copy)

    def _uninvite(self, event: Event, person: Attendee, comment: str) -> None:
        owner = self._owner(event)
        box = find(self._context.directory, person.address, owner.tid)
        if box and box.key == owner.key:
            return
        self._mail(event, person, "cancellation", comment)
        existing = self._repository.by_uid(box.key, event.ical_uid) if box else None
        if existing is None or box is None:
            return
        if box.room:
            self._repository.remove(existing)
            return
        subject = existing.subject.removeprefix(CANCELLED_PREFIX)
        self._repository.save(
            replace(existing, is_cancelled=True, show_as="free", subject=CANCELLED_PREFIX + subject)
        )

    def _mail(self, event: Event, person: Attendee, kind: str, body: str) -> None:
        external = find(self._context.directory, person.address, self._owner(event).tid) is None
        prefix = CANCELLED_PREFIX if kind == "cancellation" else ""
        self._outbox.send(
            [
                SentMail(
                    kind,
                    event.mailbox,
                    event.organizer,
                    person.address,
                    external,
                    prefix + event.subject,
                    body,
                    event.ical_uid,
                )
            ]
        )

    def _owner(self, event: Event) -> Mailbox:
        tenants = self._context.directory.tenants()
        found = (find(self._context.directory, event.mailbox, tenant.tid) for tenant in tenants)
        return next((box for box in found if box), Mailbox(event.mailbox, "", event.organizer, "", False))

    def _copy(self, event: Event, box: Mailbox, existing: Event | None) -> Event:
        shared = {name: getattr(event, name) for name in _SHARED}
        own = {name: getattr(existing, name) for name in _PERSONAL} if existing else {}
        people = tuple(
            replace(person, response="none", responded="")
            for person in event.attendees
            if not event.hide_attendees or self._is(person, box)
        )
        now = stamp(self._repository.now())
        if existing:
            return replace(existing, attendees=people, is_cancelled=False, **shared, **own)
        return Event(
            key=new_key(),
            mailbox=box.key,
            ical_uid=event.ical_uid,
            organizer=event.organizer,
            organizer_name=event.organizer_name,
            created=now,
            modified=now,
            is_organizer=False,
            response="notResponded",
            show_as="free" if event.show_as == "free" else "tentative",
            attendees=people,
            **shared,
        )

    async def _room_work(self, payload: dict[str, Any], _attempts: int) -> float | None:
        self.answer_for_room(payload["organizer"], payload["key"], payload["room"])
        return None

    def answer_for_room(self, organizer: str, key: str, address: str) -> None:
        """The room decides on a meeting as it stands now; nothing happens when it is no longer invited."""
        event = self._repository.get(organizer, key)
        room = self._context.directory.room(address)
        box = find(self._context.directory, address, room.tid) if room else None
        if event is None or room is None or box is None:
            return
        if not any(self._is(person, box) for person in event.attendees):
            return
        response = rooms.verdict(self._repository, room, event, self._repository.now())
        with self._context.database.transaction():
            self._settle_room(event, box, response)
            self._tell_organizer(box, event, response, "")

    def _settle_room(self, event: Event, box: Mailbox, response: str) -> None:
        existing = self._repository.by_uid(box.key, event.ical_uid)
        if response == "declined":
            if existing:
                self._repository.remove(existing)
            return
        copy = rooms.room_copy(event, self._copy(event, box, existing), response)
        if existing:
            self._repository.save(copy)
        else:
            self._repository.add(copy)


def _differ(before: Event, after: Event, names: tuple[str, ...]) -> bool:
    return any(getattr(before, name) != getattr(after, name) for name in names)


def _plain(event: Event, names: set[str]) -> dict[str, Any]:
    """Field values as the document keeps them, so that an exception survives being stored."""
    stored: dict[str, Any] = json.loads(event.to_json())
    return {name: stored[name] for name in names}
