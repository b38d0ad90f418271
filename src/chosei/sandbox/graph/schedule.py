"""getSchedule and findMeetingTimes.

Source: concepts/outlook-get-free-busy-schedule, api/calendar-getschedule. Errors of single addresses stand
inside an answer of 200; an address with an error is unknown, never free.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from chosei.sandbox.graph import odata
from chosei.sandbox.graph.calls import READ_BASIC, Call, answer, both
from chosei.sandbox.graph.mailboxes import Mailbox, find
from chosei.sandbox.graph.members import valid_address
from chosei.sandbox.graph.model import Instance
from chosei.sandbox.graph.problems import bad_request, wrong_type
from chosei.sandbox.graph.zones import dtz, parse_dtz

MAX_SCHEDULES = 20
MAX_DAYS = 62
_DIGITS = {"free": "0", "workingElsewhere": "0", "unknown": "0", "tentative": "1", "busy": "2", "oof": "3"}
_DURATION = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?")


def routes() -> list[Route]:
    """Both actions, for the own and for others' mailboxes."""
    return [
        *both("/calendar/getSchedule", "POST", get_schedule),
        *both("/calendar/microsoft.graph.getSchedule", "POST", get_schedule),
        *both("/findMeetingTimes", "POST", find_meeting_times),
    ]


@dataclass(frozen=True)
class Window:
    """What is asked for: aware instants and the length of a slot."""

    start: datetime
    end: datetime
    interval: timedelta


async def get_schedule(call: Call) -> Response:
    """One scheduleInformation for each address, in the order asked."""
    box = call.mailbox(*READ_BASIC)
    body = await call.object("schedules", "startTime", "endTime", "availabilityViewInterval")
    schedules = body.get("schedules")
    if not isinstance(schedules, list) or not schedules or not all(isinstance(one, str) for one in schedules):
        raise bad_request("ErrorInvalidParameter", "The parameter 'schedules' needs at least one address.")
    if len(schedules) > MAX_SCHEDULES:
        raise bad_request(
            "ErrorMailboxDataArrayTooBig", f"At most {MAX_SCHEDULES} schedules can be asked for at once."
        )
    asked = _window(body)
    value = [_information(call, box, address, asked) for address in schedules]
    context = odata.context_url(call.request, "Collection(microsoft.graph.scheduleInformation)")
    return answer({"@odata.context": context, "value": value})


def _window(body: dict[str, Any]) -> Window:
    start = parse_dtz(body.get("startTime"), "startTime")
    end = parse_dtz(body.get("endTime"), "endTime")
    if start >= end:
        raise bad_request("ErrorInvalidParameter", "The end time has to lie after the start time.")
    if end - start >= timedelta(days=MAX_DAYS):
        raise bad_request(
            "ErrorTimeIntervalTooBig",
            "The requested time duration specified for FreeBusyViewOptions.TimeWindow is too long. The allowed limit = 62 days.",  # noqa: E501
        )
    interval = body.get("availabilityViewInterval", 30)
    if not isinstance(interval, int) or isinstance(interval, bool):
        raise wrong_type("availabilityViewInterval", "Edm.Int32")
    if not 5 <= interval <= 1440 or timedelta(minutes=interval) > end - start:
        raise bad_request(
            "ErrorInvalidMergedFreeBusyInterval",
            "Interval must be between 5 and 1440 minutes and not longer than the window.",
        )
    return Window(start, end, timedelta(minutes=interval))


def _information(call: Call, asker: Mailbox, address: str, asked: Window) -> dict[str, Any]:
    box = find(call.context.directory, address, asker.tid) if valid_address(address) else None
    if box is None:
        return {
            "scheduleId": address,
            "scheduleItems": [],
            "availabilityView": "",
            "error": {
                "message": f"Unable to resolve e-mail address {address} to an Active Directory object.",
                "responseCode": "ErrorMailRecipientNotFound",
            },
        }
    found = [one for one in call.store.repository.view(box.key, asked.start, asked.end) if _shown(one)]
    tenant = call.context.directory.tenant(box.tid)
    zone_name = tenant.time_zone if tenant else "UTC"
    return {
        "scheduleId": address,
        "availabilityView": availability_view(found, asked),
        "scheduleItems": [_item(call, box, one) for one in found],
        "workingHours": working_hours(zone_name),
    }


def working_hours(zone_name: str) -> dict[str, Any]:
    """The hours every demo mailbox keeps: bare local times."""
    return {
        "daysOfWeek": ["monday", "tuesday", "wednesday", "thursday", "friday"],
        "startTime": "09:00:00.0000000",
        "endTime": "18:00:00.0000000",
        "timeZone": {"name": zone_name},
    }


def availability_view(found: list[Instance], asked: Window) -> str:
    """One digit for each slot, the busiest status of what touches it."""
    digits = []
    at = asked.start
    while at < asked.end:
        until = min(at + asked.interval, asked.end)
        here = (_DIGITS[one.event.show_as] for one in found if one.starts < until and one.ends > at)
        digits.append(max(here, default="0"))
        at += asked.interval
    return "".join(digits)


def _shown(one: Instance) -> bool:
    return one.event.show_as != "free" and not one.event.is_cancelled


def _item(call: Call, box: Mailbox, one: Instance) -> dict[str, Any]:
    item: dict[str, Any] = {
        "status": one.event.show_as,
        "start": dtz(one.starts, call.wish.time_zone),
        "end": dtz(one.ends, call.wish.time_zone),
    }
    account = call.caller.account
    role = call.store.repository.role(box.key, account.oid) if account else None
    open_to_caller = (account is not None and account.oid == box.key) or role is not None
    if open_to_caller and one.event.sensitivity in ("normal", "personal"):
        places = [entry.get("displayName", "") for entry in one.event.locations]
        item.update(isPrivate=False, subject=one.event.subject, location="; ".join(places))
    elif open_to_caller:
        item.update(isPrivate=True)
    return item


async def find_meeting_times(call: Call) -> Response:
    """Suggestions at which the organiser and everybody required are free."""
    box = call.mailbox("Calendars.Read.Shared", "Calendars.ReadWrite.Shared")
    body = await call.object(
        "attendees", "locationConstraint", "timeConstraint", "meetingDuration", "maxCandidates",
        "isOrganizerOptional", "returnSuggestionReasons", "minimumAttendeePercentage",
    )  # fmt: skip
    length = _duration(body.get("meetingDuration") or "PT30M")
    people = [box, *_people(call, box, body.get("attendees") or [])]
    suggestions: list[dict[str, Any]] = []
    for start, end in _slots(call, body.get("timeConstraint")):
        at = start
        while at + length <= end and len(suggestions) < int(body.get("maxCandidates") or 20):
            if not any(_taken(call, one, at, at + length) for one in people):
                suggestions.append(_suggestion(call, people[1:], at, at + length, len(suggestions)))
            at += timedelta(minutes=30)
    reason = "" if suggestions else "AttendeesUnavailable"
    context = odata.context_url(call.request, "microsoft.graph.meetingTimeSuggestionsResult")
    return answer(
        {
            "@odata.context": context,
            "emptySuggestionsReason": reason,
            "meetingTimeSuggestions": suggestions,
        }
    )


def _duration(text: Any) -> timedelta:
    match = _DURATION.fullmatch(text) if isinstance(text, str) else None
    if match is None or not any(match.groups()):
        raise bad_request("ErrorInvalidParameter", "The 'meetingDuration' is not a duration.")
    days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)


def _people(call: Call, box: Mailbox, attendees: Any) -> list[Mailbox]:
    found = []
    for entry in attendees if isinstance(attendees, list) else []:
        address = ((entry or {}).get("emailAddress") or {}).get("address", "")
        person = find(call.context.directory, address, box.tid)
        if person and str(entry.get("type", "required")).lower() != "optional":
            found.append(person)
    return found


def _slots(call: Call, constraint: Any) -> list[tuple[datetime, datetime]]:
    slots = (constraint or {}).get("timeSlots") or (constraint or {}).get("timeslots") or []
    if not slots:
        now = call.context.clock.now().replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
        return [(now, now + timedelta(hours=9))]
    return [(parse_dtz(slot.get("start"), "start"), parse_dtz(slot.get("end"), "end")) for slot in slots]


def _taken(call: Call, box: Mailbox, start: datetime, end: datetime) -> bool:
    return any(_shown(one) for one in call.store.repository.view(box.key, start, end))


def _suggestion(
    call: Call, people: list[Mailbox], start: datetime, end: datetime, order: int
) -> dict[str, Any]:
    name = call.wish.time_zone
    return {
        "confidence": 100.0,
        "order": order + 1,
        "organizerAvailability": "free",
        "suggestionReason": "Suggested because it is one of the nearest times when all are available.",
        "meetingTimeSlot": {"start": dtz(start, name), "end": dtz(end, name)},
        "locations": [],
        "attendeeAvailability": [
            {
                "availability": "free",
                "attendee": {"type": "required", "emailAddress": {"address": person.address}},
            }
            for person in people
        ],
    }
