"""会議室候補一覧: which rooms a booking page takes, in which order, and for how many people."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from chosei.actions.page_rooms import MOST_ROOMS
from chosei.actions.rooms import MOST_SEATS
from chosei.records import gates
from chosei.records.models import BookingPage, Member, Room


class PageRoomsForm(forms.Form):
    """A place in the order for each room; rooms that cannot be used any more keep a row until they go."""

    room_min_capacity = forms.IntegerField(
        label=_("必要な人数(名)"),
        min_value=0,
        max_value=MOST_SEATS,
        help_text=_("この人数が入れる会議室だけを使います。0のときは問いません。"),
    )

    def __init__(self, *args: Any, member: Member, page: BookingPage, **kwargs: Any) -> None:
        chosen = {row.room_id: number for number, row in enumerate(page.rooms.all(), start=1)}
        kwargs["initial"] = {"room_min_capacity": page.room_min_capacity}
        super().__init__(*args, **kwargs)
        usable = list(gates.rooms_of(member))
        known = {room.pk for room in usable}
        gone = [row.room for row in page.rooms.select_related("room") if row.room_id not in known]
        self.rooms: list[Room] = [*usable, *gone]
        places = [
            ("", _("使わない")),
            *((str(n), _("%(n)s番目") % {"n": n}) for n in range(1, MOST_ROOMS + 1)),
        ]
        for room in self.rooms:
            self.fields[f"room-{room.pk}"] = forms.ChoiceField(
                label=room.name,
                choices=places[:1] if room.pk not in known else places,
                required=False,
                initial=str(chosen.get(room.pk, "")) if room.pk in known else "",
            )

    def lines(self) -> list[tuple[Room, forms.BoundField]]:
        return [(room, self[f"room-{room.pk}"]) for room in self.rooms]

    def room_ids(self) -> tuple[int, ...]:
        """In the order given; those with the same number as they stand on the page."""
        given = [(self.cleaned_data.get(f"room-{room.pk}"), room.pk) for room in self.rooms]
        numbered = [(int(place), number, pk) for number, (place, pk) in enumerate(given) if place]
        return tuple(pk for _place, _number, pk in sorted(numbered))
