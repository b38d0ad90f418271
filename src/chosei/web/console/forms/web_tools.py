"""Web会議ツール: which service issues the link, among what the hosts have connected."""

from __future__ import annotations

from collections.abc import Sequence

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from chosei.actions.web_meetings import Tool
from chosei.ports.providers import PROVIDERS, about

OWN = "own"
"""A booking page's choice to issue no link, but to give one of its owner's own."""
AS_CALENDAR = _("担当者のカレンダーに合わせる")


def service_field() -> forms.ChoiceField:
    return forms.ChoiceField(label=_("Web会議ツール"), required=False, choices=[("", AS_CALENDAR)])


def offer_tools(form: forms.Form, tools: Sequence[Tool], *, own: bool = False) -> None:
    """Fill in what can be chosen. What was chosen before stays a choice, marked as not connected."""
    field = form.fields["web_service"]
    assert isinstance(field, forms.ChoiceField)
    known = [(tool.service, tool.name) for tool in tools]
    kept = str(form.initial.get("web_service") or "")
    if kept in PROVIDERS and kept not in dict(known):
        known.append((kept, gettext("%(tool)s(未接続)") % {"tool": about(kept).meeting}))
    field.choices = [("", _calendars(tools)), *known]
    if own:
        field.choices = [*field.choices, (OWN, gettext("URLを自分で入力する"))]


def _calendars(tools: Sequence[Tool]) -> str:
    """「担当者のカレンダーに合わせる(Teams)」: what that leads to, as far as it is one thing."""
    names = gettext("、").join(tool.name for tool in tools if not tool.apart)
    return (
        gettext("担当者のカレンダーに合わせる(%(tools)s)") % {"tools": names} if names else str(AS_CALENDAR)
    )
