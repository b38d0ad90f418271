"""Invitations on their way: copies in the attendees' mailboxes, the mails, and the answers that come back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from chosei.sandbox.context import SandboxContext
from chosei.sandbox.graph import rooms
from chosei.sandbox.graph.mailboxes import Mailbox, find
from chosei.sandbox.graph.model import DELETED_ITEMS, Attendee, Event
from chosei.sandbox.graph.outbox import Outbox, SentMail
from chosei.sandbox.graph.repository import Repository, new_key
from chosei.sandbox.graph.work import Work
from chosei.sandbox.graph.zones import stamp

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
_ANSWERS = {"accepted": "承諾", "declined": "辞退", "tentativelyAccepted": "仮の予定"}


class Invitations:
    """Carries a meeting from its organiser to the attendees and their answers back.

    Called within the transaction of whatever changed the meeting.
    """

    def __init__(self, context: SandboxContext, repository: Repository, outbox: Outbox, work: Work) -> None:
        self._context = context
        self._repository = repository
        self._outbox = outbox
        self._work = work
        work.handle("room", self._room_work)

    def invite(self, event: Event, person: Attendee, kind: str, *, again: bool = True) -> None:
        """Puts a copy into the attendee's mailbox, or renews it, and mails. `again` asks for a new answer."""
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

    def uninvite(self, event: Event, person: Attendee, comment: str) -> None:
        """Tells an attendee that the meeting is off; a room lets it go at once."""
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

    def tell_organizer(self, owner: Mailbox, event: Event, response: str, comment: str) -> None:
        """Mails an answer to the organiser and enters it in the organiser's own event."""
        self._outbox.send(
            [
                SentMail(
                    "response",
                    owner.key,
                    owner.address,
                    event.organizer,
                    find(self._context.directory, event.organizer, owner.tid) is None,
                    f"{_ANSWERS[response]}: {event.subject}",
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
        if event is None or event.calendar == DELETED_ITEMS or room is None or box is None:
            return
        if not any(self._is(person, box) for person in event.attendees):
            return
        response = rooms.verdict(self._repository, room, event, self._repository.now())
        with self._context.database.transaction():
            self._settle_room(event, box, response)
            self.tell_organizer(box, event, response, "")

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
