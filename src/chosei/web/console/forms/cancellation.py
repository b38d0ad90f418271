"""Why an appointment is cancelled."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class CancellationForm(forms.Form):
    reason = forms.CharField(
        label=_("理由"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("お客様へのお知らせに載せます。空のままでも構いません。"),
    )
