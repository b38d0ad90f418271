"""The host's own way into a web meeting: asked for at the click, handed on, and never kept."""

from __future__ import annotations

from chosei import wiring
from chosei.actions.errors import Closed
from chosei.actions.web_meetings import PAST_USE
from chosei.core.states import AppointmentState, ConnectionState
from chosei.ports.errors import PortError
from chosei.records.models import Appointment, Member, WebMeeting

_SECONDS = 10.0
NOT_THE_HOST, AWAY = "not_the_host", "meeting_service_away"


def hosted(member: Member, appointment: Appointment) -> WebMeeting | None:
    """The meeting that stands for the appointment in the member's own account."""
    if appointment.state != AppointmentState.CONFIRMED:
        return None
    rows = appointment.web_meetings.filter(connection__member=member, desired__isnull=False)
    return rows.exclude(PAST_USE).exclude(remote_id="").select_related("connection__member").first()


def start_url(member: Member, appointment: Appointment) -> str:
    """The link that makes whoever opens it the host, fresh from the service; for nobody but the account's
    owner.

    Not inside a transaction. Raises Closed(NOT_THE_HOST or AWAY).
    """
    meeting = hosted(member, appointment)
    if meeting is None or meeting.connection.state not in (ConnectionState.ACTIVE, ConnectionState.ENDING):
        raise Closed(NOT_THE_HOST)
    try:
        port = wiring.meetings_of(meeting.connection, within=_SECONDS)
        return port.start_url(meeting.remote_id) or meeting.join_url
    except PortError as error:
        raise Closed(AWAY) from error
