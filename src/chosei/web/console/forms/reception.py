"""What an administrator says about the reception and its tablets."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from chosei.actions.front_desk import MOST_DAYS
from chosei.records.models import Reception


class DeskForm(forms.Form):
    name = forms.CharField(
        label=_("端末の名前"), max_length=80, help_text=_("来訪記録に表示されます(例: 東京本社 1F受付)。")
    )


class ReceptionForm(forms.Form):
    guidance = forms.CharField(
        label=_("お待ちいただく場所のご案内"),
        max_length=300,
        required=False,
        help_text=_("受付の完了時に、端末に表示されます(例: 右手のロビーでお待ちください)。"),
    )
    shows_hosts = forms.BooleanField(label=_("端末に担当者の名前を表示する"), required=False)
    days_before = forms.IntegerField(label=_("有効期間: 当日より前(日)"), min_value=0, max_value=MOST_DAYS)
    days_after = forms.IntegerField(
        label=_("有効期間: 当日より後(日)"),
        min_value=0,
        max_value=MOST_DAYS,
        help_text=_("通常はどちらも0(当日のみ)です。これから発行または変更される受付コードに適用されます。"),
    )

    def wanted(self) -> Reception:
        return Reception(**self.cleaned_data)
