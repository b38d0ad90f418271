"""What holds for the whole company unless somebody says otherwise."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from chosei.actions.organizations import MAX_FOOTER


class OrganizationForm(forms.Form):
    write_holds = forms.BooleanField(
        label=_("候補日時をOutlookに仮予約する"),
        required=False,
        help_text=_("新しい日程調整の初期値です。作成するときに、1件ごとに変えられます。"),
    )
    mail_footer = forms.CharField(
        label=_("メールの末尾に入れる文"),
        required=False,
        max_length=MAX_FOOTER,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_(
            "お客様へのすべてのメールで、署名の下に入ります。会社の住所や電話番号などにお使いください。"
        ),
    )
