"""The words of one letter in one language."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from chosei.actions.letter_texts import MAX_SUBJECT, MAX_TEXT, OwnTexts
from chosei.core.language import Language
from chosei.core.letter_texts import JAPANESE, Placeholder, Wording, placeholders_of, unknown_placeholders
from chosei.mails.standards import Texts, texts_to_edit
from chosei.records.models import LetterText, Member

MEANINGS = {
    Placeholder.ORGANIZATION: _("自社の名前"),
    Placeholder.HOST: _("担当者の氏名"),
    Placeholder.COMPANY: _("お客様の会社名"),
    Placeholder.NAME: _("お客様の氏名"),
    Placeholder.CUSTOMER: _("お客様の会社名と氏名(敬称つき)"),
    Placeholder.TITLE: _("会議タイトル"),
    Placeholder.TIME: _("確定した日時"),
    Placeholder.DEADLINE: _("ご回答期限"),
}


def as_typed(placeholder: Placeholder, language: Language) -> str:
    """{氏名} or {name}."""
    return f"{{{JAPANESE[placeholder] if language == Language.JA else placeholder.value}}}"


class LetterForm(forms.Form):
    """Starts from the words as they come; what is left like that, or emptied, is not kept as one's own."""

    subject = forms.CharField(label=_("件名"), required=False, max_length=MAX_SUBJECT)
    opening = forms.CharField(
        label=_("書き出し"),
        required=False,
        max_length=MAX_TEXT,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_("宛名のすぐ下に入ります。日時や会議の内容は、この下に自動で入ります。"),
    )
    closing = forms.CharField(
        label=_("結び"),
        required=False,
        max_length=MAX_TEXT,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("メールの最後、お客様へのメールでは署名の前に入ります。"),
    )

    def __init__(self, data: Any = None, *, member: Member, wording: Wording, language: Language) -> None:
        self.wording, self.language = wording, language
        self.standard = texts_to_edit(wording, language)
        rows = LetterText.objects.filter(organization=member.organization_id)
        self.own = rows.filter(kind=wording.value, language=language.value).first()
        super().__init__(data, initial=_initial(self.standard, self.own))

    def clean_subject(self) -> str:
        return self._own("subject")

    def clean_opening(self) -> str:
        return self._own("opening")

    def clean_closing(self) -> str:
        return self._own("closing")

    def wanted(self) -> OwnTexts:
        return OwnTexts(**self.cleaned_data)

    def wanted_so_far(self) -> OwnTexts:
        """What was typed, for a preview: what is refused shows as it comes."""
        self.is_valid()
        return OwnTexts(**{name: self.cleaned_data.get(name, "") for name in self.fields})

    def _own(self, name: str) -> str:
        """Empty where nothing else was typed than stands there anyway. Raises ValidationError."""
        text = "\n".join(self.cleaned_data[name].splitlines()).strip()
        if unknown := unknown_placeholders(self.wording, text):
            usable = gettext("、").join(as_typed(one, self.language) for one in placeholders_of(self.wording))
            raise forms.ValidationError(
                gettext("「{%(name)s}」は、このメールでは使えません。%(usable)s から選んでください。")
                % {"name": unknown[0], "usable": usable}
            )
        return "" if text == getattr(self.standard, name) else text


def _initial(standard: Texts, own: LetterText | None) -> dict[str, str]:
    own = own or LetterText()
    return {
        "subject": own.subject or standard.subject,
        "opening": own.opening or standard.opening,
        "closing": own.closing or standard.closing,
    }
