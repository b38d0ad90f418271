"""What holds for the whole company unless somebody says otherwise."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from chosei.actions.organizations import MAX_FOOTER
from chosei.core.pictures import MAX_BYTES


class LogoForm(forms.Form):
    logo = forms.FileField(
        label=_("画像ファイル"),
        max_length=255,
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg"}),
        help_text=_(
            "PNGまたはJPEG、300KBまで。余白のない横長の画像がきれいに表示されます(高さ120ピクセル程度)。"
        ),
        error_messages={
            "required": _("画像ファイルを選んでください。"),
            "empty": _("このファイルは空です。"),
        },
    )

    def content(self) -> bytes:
        """No more of it than says that it is too much."""
        content: bytes = self.cleaned_data["logo"].read(MAX_BYTES + 1)
        return content


class OrganizationForm(forms.Form):
    write_holds = forms.BooleanField(
        label=_("候補日時をカレンダーに仮予約する"),
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
