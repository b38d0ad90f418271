"""Events by Google's rules: who may change what, and what reaches the calendars of those invited.

A change is carried into every copy at once; rooms answer after a while.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime
from typing import Any

from chosei.sandbox.clock import Clock
from chosei.sandbox.google import drafts, moments, series
from chosei.sandbox.google.meets import FINISH, Meets
from chosei.sandbox.google.people import People
from chosei.sandbox.google.problems import GoogleError, not_found
from chosei.sandbox.google.store import Calendar, Document, Store
from chosei.sandbox.graph.work import Work

ANSWER = "google-room"
# Each calendar's own; the rest is the organizer's and the same in every copy.
_OWN = ("extendedProperties", "reminders", "transparency", "visibility", "colorId")

Listener = Callable[[str], None]


class Events:
    """Creates, changes and removes events. `listeners` hear the id of each calendar that changed."""

    def __init__(self, store: Store, people: People, clock: Clock, work: Work, meets: Meets) -> None:
        self.store, self._people, self._clock, self._work, self._meets = store, people, clock, work, meets
        self.listeners: list[Listener] = []
        work.handle(ANSWER, self._answer_due)
        work.handle(FINISH, self._meet_due)

    # --- reading ---

    def find(self, calendar: Calendar, number: str) -> Document:
        """The event or instance, deleted ones included. Raises GoogleError 404."""
        found = self.store.get(calendar.id, number)
        if found is None and "_" in number:
            master = self.store.get(calendar.id, number.rpartition("_")[0])
            found = series.instance(master, number, calendar.zone) if master else None
        if found is None:
            raise not_found()
        return found

    def between(self, calendar: Calendar, begin: datetime, end: datetime) -> list[Document]:
        """What stands there, series unfolded, by start."""
        rows = series.unfolded(self.store.since(calendar.id), calendar.zone, begin, end)
        standing = [
            one for one in rows if one["status"] != "cancelled" and self.touches(one, calendar, begin, end)
        ]
        return sorted(standing, key=lambda one: (self.span(one, calendar)[0], one["id"]))

    def span(self, event: Document, calendar: Calendar) -> tuple[datetime, datetime]:
        """Start and end as instants."""
        return moments.instant(event["start"], calendar.zone), moments.instant(event["end"], calendar.zone)

    def touches(
        self, event: Document, calendar: Calendar, begin: datetime | None, end: datetime | None
    ) -> bool:
        """Whether it shares time with the stretch; a deleted one without times does."""
        if "start" not in event:
            return True
        first, last = self.span(event, calendar)
        after = begin is None or last > begin or (first == last and last >= begin)
        return after and (end is None or first < end)

    # --- writing ---

    def insert(
        self, calendar: Calendar, body: Document, *, conference: bool, origin: str, mail: str = "none"
    ) -> Document:
        """A new event. Raises GoogleError 400 or 409."""
        number = drafts.checked_id(body["id"]) if body.get("id") else new_id()
        if self.store.get(calendar.id, number) is not None:
            raise GoogleError(409, "duplicate", "The requested identifier already exists.")
        draft = {name: value for name, value in body.items() if value is not None}
        event = drafts.begun(draft, number, calendar.id, self._clock.now())
        return self._kept(calendar, None, event, conference=conference, origin=origin, mail=mail)

    def change(
        self,
        calendar: Calendar,
        number: str,
        body: Document,
        *,
        conference: bool,
        origin: str,
        mail: str = "none",
    ) -> Document:
        """PATCH. Raises GoogleError 403 where somebody else organizes it and more than one's own is meant."""
        before = self.standing(calendar, number)
        given = (
            body if conference else {name: value for name, value in body.items() if name != "conferenceData"}
        )
        if not self.is_organizer(calendar, before):
            return self._respond(calendar, before, given)
        return self._kept(
            calendar, before, drafts.merged(before, given), conference=True, origin=origin, mail=mail
        )

    def standing(self, calendar: Calendar, number: str) -> Document:
        """An event that is there. Raises GoogleError 404 for a deleted one as well."""
        found = self.find(calendar, number)
        if found["status"] == "cancelled":
            raise not_found()
        return found

    def delete(self, calendar: Calendar, number: str, *, mail: str = "none") -> None:
        """Raises GoogleError 410 for what was deleted before."""
        found = self.find(calendar, number)
        if found["status"] == "cancelled":
            raise GoogleError(410, "deleted", "Resource has been deleted")
        with self.store.database.transaction():
            if not self.is_organizer(calendar, found):
                self._respond(calendar, found, {"attendees": self._answered(calendar, found, "declined")})
            else:
                self._mail(found, mail, "cancellation")
                for other in self._invited(found, calendar):
                    self._remove(other, number)
            self._remove(calendar, number)

    def is_organizer(self, calendar: Calendar, event: Document) -> bool:
        """Whether this copy is the organizer's."""
        return str(event["organizer"]["email"]).casefold() == calendar.id.casefold()

    def _kept(
        self,
        calendar: Calendar,
        before: Document | None,
        event: Document,
        *,
        conference: bool,
        origin: str,
        mail: str,
    ) -> Document:
        after = drafts.completed(event, calendar.zone, lambda email: self._people.room(email) is not None)
        if not conference:
            after.pop("conferenceData", None)
        with self.store.database.transaction():
            after = self._meets.asked(
                before, after, allowed=self.meet_allowed(calendar), account=calendar.id, origin=origin
            )
            moved = before is not None and any(before[name] != after[name] for name in ("start", "end"))
            if moved:
                self._ask_rooms_again(after)
            after["sequence"] = (before or {}).get("sequence", -1) + (1 if moved or before is None else 0)
            after["updated"] = moments.stamp(self._clock.now())
            self._mail(after, mail, "update" if before else "invitation")
            self._write(calendar, after)
            self._carry(calendar, before, after)
        return self.find(calendar, after["id"])

    def meet_allowed(self, calendar: Calendar) -> bool:
        """Whether meetings can be made in this calendar."""
        owner = self._people.account(calendar.owner)
        return bool(owner and owner.meet)

    def _ask_rooms_again(self, event: Document) -> None:
        for person in event.get("attendees", []):
            if person.get("resource"):
                person["responseStatus"] = "needsAction"

    def _carry(self, calendar: Calendar, before: Document | None, after: Document) -> None:
        """Bring the copies of those invited to what the organizer's says."""
        invited = self._invited(after, calendar)
        for other in invited:
            own = {
                name: value
                for name, value in (self.store.get(other.id, after["id"]) or {}).items()
                if name in _OWN
            }
            shared = {name: value for name, value in after.items() if name not in _OWN}
            self._write(other, {**shared, **own})
        kept = {other.id.casefold() for other in invited}
        for other in self._invited(before or {}, calendar):
            if other.id.casefold() not in kept:
                self._remove(other, after["id"])
        for person in after.get("attendees", []):
            room = self._people.room(person["email"]) if person.get("resource") else None
            if room and person["responseStatus"] == "needsAction":
                payload = {"room": room.email, "organizer": calendar.id, "event": after["id"]}
                self._work.add(ANSWER, payload, room.answer_seconds)

    def _invited(self, event: Document, calendar: Calendar) -> list[Calendar]:
        found = (self.store.calendar(person["email"]) for person in event.get("attendees", []))
        return [one for one in found if one and one.id.casefold() != calendar.id.casefold()]

    def _respond(self, calendar: Calendar, before: Document, change: Document) -> Document:
        """Somebody invited changes their own: an answer, and what is each calendar's own."""
        own = {name: value for name, value in change.items() if name in _OWN}
        if set(change) - {"attendees"} - set(own):
            raise GoogleError(
                403, "forbiddenForNonOrganizer", "Shared properties can only be changed by the organizer."
            )
        answer = next(
            (
                one
                for one in change.get("attendees") or []
                if str(one.get("email", "")).casefold() == calendar.id.casefold()
            ),
            None,
        )
        with self.store.database.transaction():
            if answer:
                self.answer(
                    str(before["organizer"]["email"]), before["id"], calendar.id, answer["responseStatus"]
                )
            if own:
                self._write(calendar, drafts.merged(self.find(calendar, before["id"]), own))
        return self.find(calendar, before["id"])

    def _answered(self, calendar: Calendar, event: Document, response: str) -> list[Document]:
        return [
            {**one, "responseStatus": response} if one["email"].casefold() == calendar.id.casefold() else one
            for one in event.get("attendees", [])
        ]

    def answer(self, organizer: str, number: str, who: str, response: str) -> None:
        """An answer stands in every copy."""
        for place in self.store.copies(number):
            calendar, event = self.store.calendar(place), self.store.get(place, number)
            if (
                calendar
                and event
                and event["status"] != "cancelled"
                and event["organizer"]["email"] == organizer
            ):
                people = [
                    {**one, "responseStatus": response} if one["email"].casefold() == who.casefold() else one
                    for one in event.get("attendees", [])
                ]
                self._write(calendar, {**event, "attendees": people})

    def _write(self, calendar: Calendar, event: Document) -> None:
        self.store.put(calendar.id, event)
        for listener in self.listeners:
            listener(calendar.id)

    def _remove(self, calendar: Calendar, number: str) -> None:
        try:
            found = self.find(calendar, number)
        except GoogleError:
            return
        self._write(calendar, {**found, "status": "cancelled"})

    def _mail(self, event: Document, mail: str, kind: str) -> None:
        if mail != "none":
            people = [one["email"] for one in event.get("attendees", []) if not one.get("resource")]
            self.store.mail(event["id"], people, kind)

    # --- what happens later ---

    async def _answer_due(self, payload: dict[str, Any], attempts: int) -> float | None:
        calendar = self.store.calendar(payload["room"])
        event = self.store.get(payload["room"], payload["event"])
        if calendar is None or event is None or event["status"] == "cancelled":
            return None
        mine = next(
            (one for one in event.get("attendees", []) if one["email"].casefold() == calendar.id.casefold()),
            None,
        )
        if mine is None or mine["responseStatus"] != "needsAction":
            return None
        begin, end = self.span(event, calendar)
        taken = any(
            other["id"] != event["id"] and self._accepted(other, calendar)
            for other in self.between(calendar, begin, end)
        )
        self.answer(payload["organizer"], event["id"], calendar.id, "declined" if taken else "accepted")
        return None

    def _accepted(self, event: Document, calendar: Calendar) -> bool:
        return any(
            one["email"].casefold() == calendar.id.casefold() and one["responseStatus"] == "accepted"
            for one in event.get("attendees", [])
        )

    async def _meet_due(self, payload: dict[str, Any], attempts: int) -> float | None:
        calendar = self.store.calendar(payload["calendar"])
        event = self.store.get(payload["calendar"], payload["event"])
        request = ((event or {}).get("conferenceData") or {}).get("createRequest") or {}
        if calendar is None or event is None or request.get("status", {}).get("statusCode") != "pending":
            return None
        with self.store.database.transaction():
            after = (
                self._meets.failed(event)
                if payload["fails"]
                else self._meets.finished(event, calendar.id, payload["origin"])
            )
            self._write(calendar, after)
            self._carry(calendar, event, after)
        return None


def new_id() -> str:
    """An id as Google makes them."""
    return "".join(secrets.choice("abcdefghijklmnopqrstuv0123456789") for _ in range(26))
