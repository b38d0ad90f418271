"""What an administrator fills in about a room, and about a list of rooms."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from chosei.actions.rooms import MOST_SEATS, RoomInput, RoomListInput
from chosei.core.rooms import room_text
from chosei.records import gates
from chosei.records.models import Member, Room


class RoomForm(forms.Form):
    name = forms.CharField(label=_("会議室名"), max_length=120)
    address = forms.EmailField(
        label=_("会議室のメールアドレス"),
        max_length=254,
        required=False,
        help_text=_(
            "Microsoft 365またはGoogle Workspaceの会議室(リソース)のアドレスです。"
            "入力すると、空き状況を確認し、予定に会議室を招待します。"
            "空欄のときは、Choseiでの予約だけで重なりを防ぎます。"
        ),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    building = forms.CharField(label=_("建物"), max_length=120, required=False)
    floor = forms.CharField(label=_("階"), max_length=40, required=False)
    capacity = forms.IntegerField(label=_("定員(名)"), min_value=1, max_value=MOST_SEATS, required=False)

    def __init__(self, *args: Any, room: Room | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if room is not None and room.provider:
            self.fields["address"].disabled = True
            self.fields["address"].help_text = _("会社の一覧から取得した会議室です。")

    def wanted(self) -> RoomInput:
        return RoomInput(**self.cleaned_data)


class RoomListForm(forms.Form):
    name = forms.CharField(label=_("リスト名"), max_length=120)
    rooms = forms.MultipleChoiceField(
        label=_("会議室"),
        help_text=_("上から順に、空いている会議室が使われます。"),
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, administrator: Member, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["rooms"].choices = [  # type: ignore[attr-defined]
            (str(room.pk), room_text(room.name, room.building, room.floor))
            for room in gates.rooms_of(administrator)
        ]

    def wanted(self) -> RoomListInput:
        given = self.cleaned_data
        return RoomListInput(given["name"], tuple(int(pk) for pk in given["rooms"]))
