"""The room of an appointment: what stands, and the host's choice of another one or none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from chosei.actions.errors import Closed, InvalidInput, TimeTaken
from chosei.actions.room_agenda import Apart, free_rooms, look_again_at_rooms, room_availability
from chosei.actions.room_choosing import choose_room
from chosei.actions.room_reach import can_invite
from chosei.core.availability import Unknown
from chosei.core.intervals import Interval
from chosei.core.rooms import RoomAnswer, RoomState
from chosei.core.states import AppointmentState
from chosei.records import gates
from chosei.records.models import Appointment, Member, Promise, Room
from chosei.records.places import room_promises_of
from chosei.web.console import reasons
from chosei.web.console.access import member_required, signed_in
from chosei.web.console.forms.common import refusal
from chosei.web.console.words import Word

_ANSWERS = {
    RoomAnswer.NONE: Word(_("回答待ち"), "hold", working=True),
    RoomAnswer.ACCEPTED: Word(_("確保済み"), "settled"),
    RoomAnswer.OURS: Word(_("確保済み"), "settled"),
    RoomAnswer.TENTATIVE: Word(_("承認待ち"), "hold"),
}
_UNBOOKED = Word(_("要対応"), "attention")
_GIVEN_BACK = Word(_("取り消し済み"))


@dataclass(frozen=True, slots=True)
class RoomLine:
    """A room of the appointment, and how far it has come."""

    room: Room
    word: Word


@require_POST
@member_required
def choice(request: HttpRequest, pk: int) -> HttpResponse:
    """``room``: the id of the room to book, empty to go ahead without one."""
    member = signed_in(request)
    appointment = gates.appointment_for_member(member, pk)
    given = request.POST.get("room")
    known = given is not None and (given == "" or (given.isascii() and given.isdecimal() and len(given) < 10))
    if not known:
        messages.warning(request, gettext("会議室を選び直してください。何も変更していません。"))
        return redirect("console:appointment", pk)
    wanted = int(given) if given else None
    try:
        choose_room(member, appointment, wanted, now=timezone.now())
    except TimeTaken:
        messages.warning(
            request, gettext("この会議室は、この日時には空いていません。別の会議室をお選びください。")
        )
    except InvalidInput as refused:
        messages.warning(request, refusal(refused.fields["room"]))
    except Closed as refused:
        messages.warning(request, reasons.closed(refused.reason))
    else:
        messages.success(
            request,
            gettext("会議室を予約します。") if wanted else gettext("会議室なしで進めることにしました。"),
        )
    return redirect("console:appointment", pk)


def room_facts(appointment: Appointment) -> dict[str, Any]:
    """What the page shows of rooms while it changes by itself."""
    unbooked = appointment.room_state == RoomState.UNBOOKED
    return {
        "rooms": [
            RoomLine(promise.room, _word(promise, unbooked=unbooked))
            for promise in room_promises_of(appointment)
            if promise.room is not None
        ],
        "room_missing": appointment.room_state == RoomState.MISSING,
        "room_unbooked": unbooked,
    }


def _word(promise: Promise, *, unbooked: bool) -> Word:
    if not promise.standing:
        return _GIVEN_BACK
    return _UNBOOKED if unbooked else _ANSWERS[RoomAnswer(promise.answer)]


def choice_facts(member: Member, appointment: Appointment) -> dict[str, Any]:
    """The rooms that are free at the appointment's time, for choosing; nothing when it is over.

    ``rooms_unread``: some could not be told to be free or not. ``rooms_by_hand``: the ids of those that the
    organiser's calendar cannot invite: a person has to.
    """
    now = timezone.now()
    over = appointment.state != AppointmentState.CONFIRMED or appointment.ends_at <= now
    if over or not gates.rooms_of(member).exists():
        return {"may_choose_room": False}
    own = {promise.room_id for promise in room_promises_of(appointment)}
    rooms = [room for room in gates.rooms_of(member)[:200] if room.pk not in own]
    look_again_at_rooms(rooms, now=now)
    time = Interval(appointment.starts_at, appointment.ends_at)
    apart = Apart(time, appointment=appointment.pk, candidate=appointment.candidate_id or 0)
    known = room_availability(rooms, time, now=now, apart=apart)
    free = free_rooms(rooms, known, time)
    return {
        "may_choose_room": True,
        "choosable_rooms": free,
        "rooms_by_hand": [room.pk for room in free if not _is_booked_by_us(appointment, room)],
        "rooms_unread": any(isinstance(one, Unknown) for one in known),
    }


def _is_booked_by_us(appointment: Appointment, room: Room) -> bool:
    organizer = appointment.organizer
    return not room.address or (organizer is not None and can_invite(organizer, room))
