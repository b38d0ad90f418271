"""会議室 on the composing page: one choice that counts for every candidate."""

from __future__ import annotations

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from chosei.actions.inputs import RoomWish
from chosei.core.rooms import room_text
from chosei.records import gates
from chosei.records.models import Member

_ROOM, _LIST = "room-", "list-"


class RoomField(forms.ChoiceField):
    """No room, any free room of a list, or a room by name; with building, floor and capacity."""

    def __init__(self) -> None:
        super().__init__(
            label=_("会議室"),
            required=False,
            choices=[("", _("予約しない"))],
            help_text=_(
                "すべての候補日時で、空いている会議室を仮予約します。会議室からの返事のメールは、予定の主催者に届きます。"
            ),
        )

    def offer(self, member: Member) -> bool:
        """Fill in what the member may choose; False where the company has no rooms."""
        rooms, lists = list(gates.rooms_of(member)), list(gates.room_lists_of(member))
        choices: list[tuple[str, str | Promise]] = [("", _("予約しない"))]
        for one in lists:
            text = _("「%(list)s」の空いている会議室") % {"list": one.name}
            choices.append((f"{_LIST}{one.pk}", text))
        for room in rooms:
            seats = _("(%(n)s名)") % {"n": room.capacity} if room.capacity else ""
            choices.append(
                (f"{_ROOM}{room.pk}", room_text(room.name, room.building, room.floor) + str(seats))
            )
        self.choices = choices
        return bool(rooms)


def wish_of(given: str) -> RoomWish | None:
    """What a choice of ``RoomField`` stands for."""
    if given.startswith(_LIST):
        return RoomWish(list_id=int(given.removeprefix(_LIST)))
    if given.startswith(_ROOM):
        return RoomWish(room_id=int(given.removeprefix(_ROOM)))
    return None
