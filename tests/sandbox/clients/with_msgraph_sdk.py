"""Microsoft's own SDK, with nothing changed but the base URL. Run in an environment of its own:
with_msgraph_sdk.py URL TOKEN ROOM prints what it saw as JSON.
"""

# mypy: ignore-errors
# The SDK is 240 MB and in requirements/clients.txt alone.

from __future__ import annotations

import asyncio
import json
import sys

from kiota_abstractions.authentication import (
    AccessTokenProvider,
    AllowedHostsValidator,
    BaseBearerTokenAuthenticationProvider,
)
from msgraph import GraphRequestAdapter, GraphServiceClient
from msgraph.generated.models.attendee import Attendee
from msgraph.generated.models.attendee_type import AttendeeType
from msgraph.generated.models.date_time_time_zone import DateTimeTimeZone
from msgraph.generated.models.email_address import EmailAddress
from msgraph.generated.models.event import Event
from msgraph.generated.users.item.calendar.get_schedule.get_schedule_post_request_body import (
    GetSchedulePostRequestBody,
)
from msgraph.generated.users.item.calendar_view.calendar_view_request_builder import (
    CalendarViewRequestBuilder,
)


class Token(AccessTokenProvider):
    def __init__(self, token: str) -> None:
        self._token = token

    async def get_authorization_token(self, uri: str, additional_authentication_context=None) -> str:
        return self._token

    def get_allowed_hosts_validator(self) -> AllowedHostsValidator:
        return AllowedHostsValidator([])


def at(hour: int) -> DateTimeTimeZone:
    return DateTimeTimeZone(date_time=f"2027-03-03T{hour:02}:00:00", time_zone="Tokyo Standard Time")


async def main(url: str, token: str, room: str) -> dict[str, object]:
    adapter = GraphRequestAdapter(BaseBearerTokenAuthenticationProvider(Token(token)))
    adapter.base_url = f"{url}/v1.0"
    me = GraphServiceClient(request_adapter=adapter).me
    who = await me.get()
    made = await me.events.post(
        Event(
            subject="SDKの打合せ",
            start=at(10),
            end=at(11),
            is_online_meeting=True,
            attendees=[Attendee(type=AttendeeType.Resource, email_address=EmailAddress(address=room))],
        )
    )
    moved = await me.events.by_event_id(made.id).patch(Event(start=at(13), end=at(14)))
    query = CalendarViewRequestBuilder.CalendarViewRequestBuilderGetQueryParameters(
        start_date_time="2027-03-03T00:00:00Z", end_date_time="2027-03-04T00:00:00Z"
    )
    view = await me.calendar_view.get(
        CalendarViewRequestBuilder.CalendarViewRequestBuilderGetRequestConfiguration(query_parameters=query)
    )
    schedule = await me.calendar.get_schedule.post(
        GetSchedulePostRequestBody(schedules=[who.mail], start_time=at(9), end_time=at(18))
    )
    await me.events.by_event_id(made.id).delete()
    left = await me.calendar_view.get(
        CalendarViewRequestBuilder.CalendarViewRequestBuilderGetRequestConfiguration(query_parameters=query)
    )
    return {
        "mail": who.mail,
        "subjects": [event.subject for event in view.value],
        "join": bool(made.online_meeting and made.online_meeting.join_url),
        "moved": moved.start.date_time[:16],
        "busy": [item.status.value for item in schedule.value[0].schedule_items],
        "left": [event.subject for event in left.value],
    }


print(json.dumps(asyncio.run(main(*sys.argv[1:]))))
