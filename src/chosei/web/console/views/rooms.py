"""会議室: the company's rooms, for administrators alone: from the providers' directories and by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chosei.actions.errors import ActionError, Closed, InvalidInput
from chosei.actions.limits import within_limit
from chosei.actions.providers import offered_provider
from chosei.actions.rooms import add_room, ask_directory, change_room, put_away_room, use_room_again
from chosei.records import admin_gates, gates
from chosei.records.models import Member, Room, RoomListRoom
from chosei.web.console import reasons
from chosei.web.console.access import member_required, signed_in
from chosei.web.console.forms.common import add_refusals
from chosei.web.console.forms.rooms import RoomForm
from chosei.web.console.providers import live_connection
from chosei.web.console.room_directories import directories_of, not_there, service_of
from chosei.web.console.views import connecting
from chosei.web.console.words import Word

FETCHES_PER_HOUR = 30

_IN_USE = Word(_("利用中"), "settled")
_PUT_AWAY = Word(_("使わない"))
_RESERVED = Word(_("予約不可"))


@dataclass(frozen=True, slots=True)
class Line:
    """A room as the list shows it. ``trouble``: why its calendar could not be read."""

    room: Room
    place: str
    word: Word
    trouble: bool


@require_safe
@member_required
def listing(request: HttpRequest) -> HttpResponse:
    return render(request, "console/rooms.html", _context(signed_in(request)))


@require_safe
@member_required
def state(request: HttpRequest) -> HttpResponse:
    """The part of the page that changes by itself while the rooms are being fetched."""
    return render(request, "console/parts/rooms_list.html", _context(signed_in(request)))


@require_POST
@member_required
def fetch(request: HttpRequest, provider: str) -> HttpResponse:
    insist_on_rooms(provider)
    administrator = signed_in(request)
    admin_gates.rooms_for_administrator(administrator)
    if not within_limit("rooms", str(administrator.organization_id), limit=FETCHES_PER_HOUR, seconds=3600):
        messages.warning(
            request, gettext("取得の操作が続いています。しばらくおいて、もう一度お試しください。")
        )
        return redirect("console:rooms")
    ask_directory(administrator, provider, now=timezone.now())
    return redirect("console:rooms")


@require_POST
@member_required
def permission(request: HttpRequest, provider: str) -> HttpResponse:
    """Ask the provider for the permission; back from there, the rooms are fetched."""
    insist_on_rooms(provider)
    admin_gates.rooms_for_administrator(signed_in(request))
    return connecting.begin_for_rooms(request, provider)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def new(request: HttpRequest) -> HttpResponse:
    administrator = signed_in(request)
    admin_gates.rooms_for_administrator(administrator)
    form = RoomForm(request.POST or None)
    sent = request.method == "POST" and form.is_valid()
    if sent and _tried(form, lambda: add_room(administrator, form.wanted())):
        messages.success(request, gettext("会議室を追加しました。"))
        return redirect("console:rooms")
    return render(request, "console/room.html", {"form": form})


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    administrator = signed_in(request)
    room = admin_gates.room_for_administrator(administrator, pk)
    initial = {name: getattr(room, name) for name in ("name", "address", "building", "floor", "capacity")}
    form = RoomForm(request.POST or None, initial=initial, room=room)
    sent = request.method == "POST" and form.is_valid()
    if sent and _tried(form, lambda: change_room(administrator, room, form.wanted())):
        messages.success(request, gettext("保存しました。"))
        return redirect("console:rooms")
    context = {"form": form, "about": room, "word": _word(room), "used": _used(room)}
    return render(request, "console/room.html", {**context, "service": service_of(room.provider)})


@require_POST
@member_required
def use(request: HttpRequest, pk: int) -> HttpResponse:
    """``use``: "yes" offers the room again, anything else puts it away."""
    administrator = signed_in(request)
    room = admin_gates.room_for_administrator(administrator, pk)
    if request.POST.get("use") == "yes":
        use_room_again(administrator, room)
        messages.success(request, gettext("%(name)sを、また使えるようにしました。") % {"name": room.name})
    else:
        put_away_room(administrator, room)
        messages.success(request, gettext("%(name)sを、候補に出さないようにしました。") % {"name": room.name})
    return redirect("console:rooms")


def insist_on_rooms(provider: str) -> None:
    """Raises ``Http404`` for a provider that has no directory of rooms here."""
    found = offered_provider(provider)
    if found is None or not found.rooms:
        raise Http404


def _context(administrator: Member) -> dict[str, Any]:
    rooms = admin_gates.rooms_for_administrator(administrator)
    lines = [_line(room) for room in rooms]
    directories = directories_of(administrator, get_language())
    places = Prefetch("places", RoomListRoom.objects.select_related("room"))
    lists = gates.room_lists_of(administrator).prefetch_related(places)
    return {
        "lines": [line for line in lines if line.room.in_use],
        "put_away": [line for line in lines if not line.room.in_use],
        "lists": [(one, service_of(one.provider)) for one in lists],
        "directories": directories,
        "fetching": any(one.fetching for one in directories),
        "connected": live_connection(administrator) is not None,
    }


def _line(room: Room) -> Line:
    place = " ".join(part for part in (room.building, room.floor) if part)
    return Line(room, place, _word(room), bool(room.mirror_error))


def _word(room: Room) -> Word:
    if room.vanished_at is not None:
        return Word(not_there(room.provider), "attention")
    if not room.in_use:
        return _PUT_AWAY
    return _IN_USE if room.bookable else _RESERVED


def _used(room: Room) -> list[str]:
    """The pages that offer it, for whoever is about to put it away."""
    return list(room.pages.exclude(page__state="archived").values_list("page__title", flat=True)[:20])


def _tried(form: RoomForm, action: Callable[[], Room]) -> bool:
    try:
        action()
    except InvalidInput as refused:
        add_refusals(form, refused)
    except Closed as refused:
        form.add_error(None, reasons.closed(refused.reason))
    except ActionError as refused:
        form.add_error(None, reasons.closed(str(refused)))
    else:
        return True
    return False
