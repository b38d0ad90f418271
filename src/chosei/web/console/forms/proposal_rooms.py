"""会議室 on the composing page: for each candidate only what is free then and large enough."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from chosei.actions.inputs import RoomWish
from chosei.actions.room_agenda import look_again_at_rooms, rooms_at
from chosei.actions.room_booking import choosable
from chosei.core.intervals import Interval
from chosei.core.rooms import room_text
from chosei.records import gates
from chosei.records.models import Candidate, Member, ProposalTemplate, Room, RoomList

_ROOM, _LIST = "room-", "list-"
MOST_OFFERED = 200
Choices = list[tuple[str, Any]]


class RoomField(forms.ChoiceField):
    """No room, any free room of a list, or a room by name. What cannot be had is refused by the action."""

    def valid_value(self, value: Any) -> bool:
        for prefix in (_ROOM, _LIST):
            number = str(value).removeprefix(prefix)
            if number != str(value) and number.isascii() and number.isdecimal() and len(number) < 10:
                return True
        return False


def room_field(label: Any, empty: Any) -> RoomField:
    return RoomField(label=label, required=False, choices=[("", empty)])


def wish_of(given: str) -> RoomWish | None:
    """What a choice of ``RoomField`` stands for."""
    if given.startswith(_LIST):
        return RoomWish(list_id=int(given.removeprefix(_LIST)))
    if given.startswith(_ROOM):
        return RoomWish(room_id=int(given.removeprefix(_ROOM)))
    return None


def choice_of(kept: Candidate | ProposalTemplate) -> str:
    """The choice that stands for what a candidate has, or what a template keeps."""
    if kept.room_list_id is not None:
        return f"{_LIST}{kept.room_list_id}"
    return f"{_ROOM}{kept.room_id}" if kept.room_id is not None else ""


def usual_choice(choices: Iterable[str]) -> str:
    """The one that most candidates have, for all of a copy's; empty where none has any."""
    counted = Counter(choice for choice in choices if choice)
    return counted.most_common(1)[0][0] if counted else ""


class RoomOffer:
    """What the fields of one page offer. ``standing``: candidates that hold a room of their own already."""

    def __init__(self, member: Member, people: int = 0, standing: Sequence[Candidate] = ()) -> None:
        self.rooms = list(gates.rooms_of(member)[:MOST_OFFERED])
        self.fitting = choosable(self.rooms, people)
        self.lists = [
            (one, [place.room_id for place in one.places.all()])
            for one in gates.room_lists_of(member).prefetch_related("places")
        ]
        self.own = {Interval(one.starts_at, one.ends_at): one.room_id for one in standing}

    def choices(self, free: dict[int, bool | None] | None = None, chosen: str = "") -> Choices:
        """``free``: by room, None where nobody knows; without it every room that is large enough."""
        told = free if free is not None else {room.pk: True for room in self.fitting}
        found: Choices = []
        for one, ids in self.lists:
            count = sum(told.get(pk) is not False for pk in ids if pk in told)
            if count:
                found.append((f"{_LIST}{one.pk}", _list_text(one, count)))
        for room in self.fitting:
            if told[room.pk] is not False:
                found.append((f"{_ROOM}{room.pk}", _room_text(room, told[room.pk])))
        if chosen and chosen not in dict(found):
            found.append((chosen, self._not_free(chosen)))
        return found

    def fill(self, rows: Sequence[Any], whole: str, *, now: datetime) -> None:
        """Give each row its rooms; a choice that cannot be had stays, and is told. ``whole``: what is chosen
        for all rows that say nothing themselves.
        """
        nothing = gettext("「すべての候補日時の会議室」と同じ") if whole else gettext("会議室を予約しない")
        timed = [row for row in rows if row.interval is not None and row.interval.end > now]
        known = rooms_at(self.fitting, [row.interval for row in timed], now=now)
        if timed:
            look_again_at_rooms(self.fitting, now=now)
        free = {id(row): told for row, told in zip(timed, known, strict=True)}
        for row in rows:
            chosen = str(row["room"].value() or "")
            told = free.get(id(row))
            own = self.own.get(row.interval) if row.interval is not None else None
            if told is not None and own in told:
                told[own] = True
            offered = self.choices(told, chosen)
            row.room_taken = bool(chosen) and told is not None and chosen not in dict(self.choices(told))
            row.fields["room"].widget.choices = [("", nothing), *offered]

    def _not_free(self, chosen: str) -> str:
        texts = {f"{_ROOM}{room.pk}": _room_text(room, True) for room in self.rooms}
        texts |= {f"{_LIST}{one.pk}": one.name for one, _ids in self.lists}
        return gettext("%(room)s — 予約できません") % {"room": texts.get(chosen, gettext("以前の会議室"))}


def _list_text(one: RoomList, count: int) -> str:
    return gettext("「%(list)s」の空いている会議室(%(n)s室)") % {"list": one.name, "n": count}


def _room_text(room: Room, free: bool | None) -> str:
    seats = gettext("(%(n)s名)") % {"n": room.capacity} if room.capacity else ""
    doubt = "" if free else " " + gettext("空きは送信時に確認")
    return room_text(room.name, room.building, room.floor) + seats + doubt


class OffersRooms(forms.Form):
    """A form beside rows of candidates, with one choice of a room for all of them.

    ``offers_rooms``: there are any to choose from.
    """

    rooms = room_field(_("すべての候補日時の会議室"), _("候補日時ごとに選ぶ"))
    offers_rooms = False

    def offer_rooms(self, offer: RoomOffer, rows: Sequence[Any], *, now: datetime) -> None:
        """Fill in which rooms may be chosen, for all of the candidates and for each."""
        self.offers_rooms = bool(offer.rooms) or any(row["room"].value() for row in rows)
        field = self.fields["rooms"]
        assert isinstance(field, forms.ChoiceField)
        chosen = str(self["rooms"].value() or "")
        field.widget.choices = [("", gettext("候補日時ごとに選ぶ")), *offer.choices(chosen=chosen)]
        offer.fill(rows, chosen, now=now)

    def wishes(self, choices: Iterable[str]) -> tuple[RoomWish | None, ...]:
        """What the rows' choices stand for; where there is none, that for all of them."""
        return tuple(wish_of(choice or self.cleaned_data["rooms"]) for choice in choices)
