"""Google's own client, with nothing changed but the endpoint. Run in an environment of its own:
with_google_api.py URL TOKEN ROOM prints what it saw as JSON.
"""

# mypy: ignore-errors
# The client is in requirements/google-client.txt alone.

from __future__ import annotations

import json
import sys

from google.oauth2.credentials import Credentials
from googleapiclient.discovery import build
from googleapiclient.errors import HttpError

START, END = "2027-03-03T10:00:00+09:00", "2027-03-03T11:00:00+09:00"
LATER = "2027-03-03T13:00:00+09:00"


def service(name: str, version: str, url: str, token: str):
    """The service by the discovery document that the client brings along."""
    options = {"api_endpoint": url}
    return build(
        name,
        version,
        credentials=Credentials(token),
        client_options=options,
        static_discovery=True,
        cache_discovery=False,
    )


def main() -> None:
    url, token, room = sys.argv[1:]
    calendar = service("calendar", "v3", f"{url}/google/calendar/v3/", token)
    events = calendar.events()
    meet = {"createRequest": {"requestId": "one", "conferenceSolutionKey": {"type": "hangoutsMeet"}}}
    made = events.insert(
        calendarId="primary",
        conferenceDataVersion=1,
        sendUpdates="none",
        body={
            "summary": "クライアントの打合せ",
            "start": {"dateTime": START},
            "end": {"dateTime": END},
            "attendees": [{"email": room, "resource": True}],
            "conferenceData": meet,
            "extendedProperties": {"private": {"choseiKey": "k"}},
        },
    ).execute()
    first = events.list(calendarId="primary", singleEvents=True).execute()
    moved = events.patch(
        calendarId="primary",
        eventId=made["id"],
        body={"start": {"dateTime": END}, "end": {"dateTime": LATER}},
    ).execute()
    changed = events.list(calendarId="primary", singleEvents=True, syncToken=first["nextSyncToken"]).execute()
    found = events.list(calendarId="primary", privateExtendedProperty="choseiKey=k").execute()
    asked = {
        "timeMin": START,
        "timeMax": LATER,
        "items": [{"id": "sato@sample.example"}, {"id": "x@y.example"}],
    }
    busy = calendar.freebusy().query(body=asked).execute()["calendars"]
    directory = service("admin", "directory_v1", f"{url}/google/", token)
    rooms = directory.resources().calendars().list(customer="my_customer").execute()
    events.delete(calendarId="primary", eventId=made["id"]).execute()
    try:
        events.delete(calendarId="primary", eventId=made["id"]).execute()
        twice = 0
    except HttpError as error:
        twice = error.resp.status
    print(
        json.dumps(
            {
                "calendars": [one["id"] for one in calendar.calendarList().list().execute()["items"]],
                "meet": "/google/meet/" in made["hangoutLink"],
                "room": made["attendees"][0]["responseStatus"],
                "moved": moved["start"]["dateTime"],
                "changed": [one["summary"] for one in changed["items"]],
                "found": [one["id"] == made["id"] for one in found["items"]],
                "busy": len(busy["sato@sample.example"]["busy"]),
                "unknown": busy["x@y.example"]["errors"][0]["reason"],
                "rooms": len(rooms["items"]),
                "twice": twice,
            }
        )
    )


main()
