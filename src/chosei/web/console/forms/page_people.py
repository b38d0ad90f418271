"""メンバー of a booking page: who attends, in which order and group, and who manages without attending."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from chosei.actions.inputs import BookingPageInput
from chosei.actions.people import Attending
from chosei.core.hostchoice import Participation, Pick
from chosei.records.models import Member
from chosei.web.console.forms.hosts import HostPicker

MOST = 100
FIRST, SECOND, DEPUTY = "first", "second", "deputy"
ROLES = (
    (FIRST, _("参加者")),
    (SECOND, _("参加者(2つ目のグループ)")),
    (DEPUTY, _("代理調整者(出席しません)")),
)


class PagePeopleForm(forms.Form):
    participation = forms.ChoiceField(
        label=_("参加ルール"),
        widget=forms.RadioSelect,
        choices=(
            (Participation.ALL.value, _("全員が参加")),
            (Participation.ANY.value, _("誰か1人が参加")),
            (Participation.ONE_OF_EACH.value, _("2つのグループから1人ずつ")),
        ),
    )
    pick = forms.ChoiceField(
        label=_("1人の選び方"),
        choices=(
            (Pick.PRIORITY.value, _("優先度順")),
            (Pick.RANDOM.value, _("ランダム")),
            (Pick.EVEN.value, _("均等に")),
        ),
        help_text=_(
            "「均等に」は、この予約ページの直近30日の担当件数がいちばん少ない人を選びます。「優先度順」は下の順番です。"
        ),
    )

    # Who is listed, in order; the picker shows them, so this field only carries refusals.
    hosts = forms.CharField(required=False)
    names = {"second_hosts": "hosts", "deputies": "hosts"}

    def __init__(self, data: QueryDict | None = None, *, viewer: Member, settings: BookingPageInput) -> None:
        super().__init__(data)
        self.initial = _initial(settings)
        present = _present(settings)
        self.picker = (
            HostPicker.of(viewer, present, MOST) if data is None else HostPicker.typed(data, viewer, MOST)
        )
        for member in self.picker.members:
            name = _("%(name)sさんの役割") % {"name": member.name}
            self.fields[_role(member)] = forms.ChoiceField(
                label=name,
                choices=ROLES,
                required=False,
                initial=present.get(member.pk, FIRST),
                widget=forms.Select(attrs={"aria-label": name}),
            )

    @property
    def rows(self) -> list[tuple[Attending, forms.BoundField]]:
        """Who is listed, with the account their calendar is reached by, and their role."""
        return [(host, self[_role(host.member)]) for host in self.picker.hosts]

    def changes(self) -> dict[str, Any]:
        data = self.cleaned_data
        people: dict[str, list[int]] = {FIRST: [], SECOND: [], DEPUTY: []}
        for member in self.picker.members:
            people[data[_role(member)] or FIRST].append(member.pk)
        both = data["participation"] == Participation.ONE_OF_EACH
        hosts = people[FIRST] if both else people[FIRST] + people[SECOND]
        return {
            "participation": data["participation"],
            "pick": data["pick"],
            "host_ids": tuple(hosts),
            "second_ids": tuple(people[SECOND]) if both else (),
            "deputy_ids": tuple(people[DEPUTY]),
        }


def _role(member: Member) -> str:
    return f"role-{member.pk}"


def _initial(settings: BookingPageInput) -> dict[str, Any]:
    return {"participation": settings.participation, "pick": settings.pick}


def _present(settings: BookingPageInput) -> dict[int, str]:
    return {
        **dict.fromkeys(settings.host_ids, FIRST),
        **dict.fromkeys(settings.second_ids, SECOND),
        **dict.fromkeys(settings.deputy_ids, DEPUTY),
    }
