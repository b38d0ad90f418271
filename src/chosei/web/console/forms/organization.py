"""What holds for the whole company unless somebody says otherwise."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class OrganizationForm(forms.Form):
    write_holds = forms.BooleanField(
        label=_("候補日時をOutlookに仮予約する"),
        required=False,
        help_text=_("新しい日程調整の初期値です。作成するときに、1件ごとに変えられます。"),
    )
