"""メンバー of a booking page: who attends, in which order and group, and who manages without attending."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from chosei.actions.inputs import BookingPageInput
from chosei.core.hostchoice import Participation, Pick
from chosei.records import gates
from chosei.records.models import Member

FREE_ROWS = 3
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

    def __init__(self, *args: Any, viewer: Member, settings: BookingPageInput, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial = _initial(settings)
        colleagues = [("", "—"), *((str(one.pk), one.name) for one in gates.colleagues_of(viewer))]
        present = _present(settings)
        self.rows: list[tuple[str, str]] = []
        for number in range(len(present) + FREE_ROWS):
            who, role = present[number] if number < len(present) else ("", FIRST)
            self.fields[f"who-{number}"] = forms.ChoiceField(
                label=_("%(number)s人目") % {"number": number + 1},
                choices=colleagues,
                required=False,
                initial=who,
            )
            self.fields[f"role-{number}"] = forms.ChoiceField(
                label=_("%(number)s人目の役割") % {"number": number + 1}, choices=ROLES, initial=role
            )
            self.rows.append((f"who-{number}", f"role-{number}"))

    @property
    def pairs(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        return [(self[who], self[role]) for who, role in self.rows]

    def changes(self) -> dict[str, Any]:
        data = self.cleaned_data
        people: dict[str, list[int]] = {FIRST: [], SECOND: [], DEPUTY: []}
        for who, role in self.rows:
            if data.get(who):
                people[data[role]].append(int(data[who]))
        both = data["participation"] == Participation.ONE_OF_EACH
        hosts = people[FIRST] if both else people[FIRST] + people[SECOND]
        return {
            "participation": data["participation"],
            "pick": data["pick"],
            "host_ids": tuple(hosts),
            "second_ids": tuple(people[SECOND]) if both else (),
            "deputy_ids": tuple(people[DEPUTY]),
        }

    names = {"hosts": "who-0", "second_hosts": "role-0", "deputies": "role-0"}


def _initial(settings: BookingPageInput) -> dict[str, Any]:
    return {"participation": settings.participation, "pick": settings.pick}


def _present(settings: BookingPageInput) -> list[tuple[str, str]]:
    return [
        *((str(pk), FIRST) for pk in settings.host_ids),
        *((str(pk), SECOND) for pk in settings.second_ids),
        *((str(pk), DEPUTY) for pk in settings.deputy_ids),
    ]
