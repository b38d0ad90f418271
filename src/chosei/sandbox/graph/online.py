"""/me/onlineMeetings: Teams meetings without a calendar entry.

Source: api/application-post-onlinemeetings.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from chosei.sandbox.errors import GraphError
from chosei.sandbox.graph import odata
from chosei.sandbox.graph.calls import Call, answer, route
from chosei.sandbox.graph.mailboxes import of_user
from chosei.sandbox.graph.meetings import Meeting
from chosei.sandbox.graph.problems import bad_request, unknown_property
from chosei.sandbox.graph.zones import parse_instant, stamp

_WRITE = ("OnlineMeetings.ReadWrite",)
_READ = ("OnlineMeetings.Read", *_WRITE)
_MEMBERS = {
    "subject", "startDateTime", "endDateTime", "externalId", "participants", "allowedPresenters",
    "allowMeetingChat", "allowRecording", "allowTeamworkReactions", "allowTranscription", "chatRestrictions",
    "isEntryExitAnnounced", "joinMeetingIdSettings", "lobbyBypassSettings", "recordAutomatically",
}  # fmt: skip


def routes() -> list[Route]:
    """Meetings of the signed-in person."""
    one = "/me/onlineMeetings/{meeting}"
    return [
        route("/me/onlineMeetings", "POST", create),
        route(one, "GET", get_one),
        route(one, "PATCH", update),
        route(one, "DELETE", delete),
    ]


async def create(call: Call) -> Response:
    """201 with joinWebUrl; 403 without a Teams licence."""
    call.caller.require(*_WRITE)
    if not call.caller.user.teams_licence:
        raise GraphError(403, "Forbidden", "The user has no licence for Microsoft Teams.")
    now = call.context.clock.now()
    document = {
        "startDateTime": stamp(now),
        "endDateTime": stamp(now + timedelta(hours=1)),
        **_read(await call.json()),
    }
    _check_times(document)
    meeting = call.store.meetings.create(of_user(call.caller.user), call.origin, document)
    return answer(_render(call, meeting), 201)


async def get_one(call: Call) -> Response:
    """One meeting of one's own."""
    call.caller.require(*_READ)
    return answer(_render(call, _find(call)))


async def update(call: Call) -> Response:
    """Changes what was set; the link stays."""
    call.caller.require(*_WRITE)
    meeting = _find(call)
    document = {**meeting.document, **_read(await call.json())}
    _check_times(document)
    return answer(_render(call, call.store.meetings.change(meeting, document)))


async def delete(call: Call) -> Response:
    """204; the link is dead."""
    call.caller.require(*_WRITE)
    call.store.meetings.end(_find(call).thread_id)
    return Response(status_code=204)


def _read(body: Any) -> dict[str, Any]:
    if not isinstance(body, dict):
        raise bad_request("BadRequest", "Unable to read JSON request payload.")
    found: dict[str, Any] = {}
    for name, value in body.items():
        if name.startswith("@"):
            continue
        if name not in _MEMBERS:
            raise unknown_property(name, "microsoft.graph.onlineMeeting")
        found[name] = value
    for name in ("startDateTime", "endDateTime"):
        if found.get(name) is not None:
            found[name] = stamp(parse_instant(str(found[name]), name))
    return {name: value for name, value in found.items() if value is not None}


def _check_times(document: dict[str, Any]) -> None:
    if document["endDateTime"] < document["startDateTime"]:
        raise bad_request("InvalidArgument", "Meeting StartTime must be earlier than EndTime.")


def _find(call: Call) -> Meeting:
    meeting = call.store.meetings.by_id(call.request.path_params["meeting"])
    if meeting is None or not meeting.alive or meeting.mailbox != call.caller.user.oid:
        raise GraphError(404, "NotFound", "Meeting not found.")
    return meeting


def _render(call: Call, meeting: Meeting) -> dict[str, Any]:
    user = call.caller.user
    organizer = {
        "upn": user.upn,
        "role": "presenter",
        "identity": {"user": {"id": user.oid, "displayName": user.display_name}},
    }
    return {
        "@odata.context": odata.context_url(call.request, "users/onlineMeetings/$entity"),
        "id": meeting.id,
        "creationDateTime": meeting.created,
        "joinWebUrl": meeting.join_url,
        "subject": None,
        "isBroadcast": False,
        "chatInfo": {"threadId": meeting.thread_id, "messageId": "0", "replyChainMessageId": None},
        "allowedPresenters": "everyone",
        "allowMeetingChat": "enabled",
        "lobbyBypassSettings": {"scope": "organization", "isDialInBypassEnabled": False},
        **meeting.document,
        "participants": {"organizer": organizer, "attendees": []},
    }
