"""/style-guide: every component in every state, in development only. Samples are Japanese."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.contrib.messages import constants
from django.contrib.messages.storage.base import Message
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe


class SampleForm(forms.Form):
    """A field of each kind."""

    name = forms.CharField(label="お名前", max_length=120)
    email = forms.EmailField(label="メールアドレス", help_text="確認のメールをお送りします。")
    length = forms.ChoiceField(label="所要時間", choices=[("30", "30分"), ("60", "60分")])
    day = forms.DateField(label="日付", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    message = forms.CharField(
        label="ご要望・ご質問", required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    format = forms.ChoiceField(
        label="会議形態",
        widget=forms.RadioSelect,
        initial="web",
        choices=[("visit", "来訪"), ("web", "Web会議"), ("other", "その他")],
    )
    web_meeting = forms.BooleanField(label="WEB会議URLを発行する", required=False, initial=True)


@require_safe
def style_guide(request: HttpRequest) -> HttpResponse:
    """404 unless `settings.CHOSEI_DEVELOPMENT` or DEBUG: it is of no use to anybody else."""
    if not (settings.CHOSEI_DEVELOPMENT or settings.DEBUG):
        raise Http404
    wrong = SampleForm({"name": "", "email": "hanako＠", "length": "30", "format": ""}, prefix="wrong")
    wrong_data = {f"wrong-{name}": value for name, value in wrong.data.items()}
    context = {
        "form": SampleForm(prefix="plain"),
        "wrong": SampleForm(wrong_data, prefix="wrong"),
        "sample_messages": [Message(constants.SUCCESS, "Outlookカレンダーと連携しました。")],
        "tokens": (
            "paper",
            "card",
            "sunk",
            "line",
            "ink-1",
            "ink-2",
            "accent",
            "hold",
            "settled",
            "attention",
        ),
    }
    return render(request, "style_guide.html", context)
