"""Which destinations of the company's chat are told of what is booked on a page."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from chosei.actions.chat import destinations_of
from chosei.records.models import BookingPage, PageChat


class PageChatForm(forms.Form):
    """``everywhere``: the destinations that are told in any case, to be named beside the choice."""

    chats = forms.MultipleChoiceField(label=_("通知先"), required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, data: Any = None, *, page: BookingPage) -> None:
        chosen = PageChat.objects.filter(page=page).values_list("destination_id", flat=True)
        super().__init__(data, initial={"chats": [str(pk) for pk in chosen]})
        rows = list(destinations_of(page.organization_id))
        self.everywhere = [one.name for one in rows if one.everything]
        self.fields["chats"].choices = [  # type: ignore[attr-defined]
            (str(one.pk), one.name) for one in rows if not one.everything
        ]

    def wanted(self) -> list[int]:
        return [int(pk) for pk in self.cleaned_data["chats"]]
