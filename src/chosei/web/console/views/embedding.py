"""埋め込み: the snippets to copy, and the sites that may use them."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from chosei.actions.embedding import allow_embedding
from chosei.actions.errors import InvalidInput
from chosei.mails.links import secret_page_url
from chosei.records import gates
from chosei.records.models import BookingPage
from chosei.web.console.access import member_required, signed_in
from chosei.web.console.forms.common import add_refusals


class EmbeddingForm(forms.Form):
    sites = forms.CharField(
        label=_("埋め込みを許可するサイト"),
        required=False,
        max_length=6000,
        widget=forms.Textarea(attrs={"rows": 4, "placeholder": "https://www.example.co.jp"}),
        help_text=_("1行に1つずつ入力してください。ここにないサイトには表示されません。"),
    )

    def wanted(self) -> list[str]:
        return [line.strip() for line in self.cleaned_data["sites"].splitlines() if line.strip()]


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    member = signed_in(request)
    page = gates.booking_page_for_member(member, pk)
    form = EmbeddingForm(request.POST or None, initial={"sites": "\n".join(page.embed_origins)})
    if request.method == "POST" and form.is_valid():
        try:
            allow_embedding(member, page, form.wanted())
        except InvalidInput as refused:
            add_refusals(form, refused)
        else:
            messages.success(request, gettext("保存しました。"))
            return redirect("console:page-embedding", page.pk)
    context = {"page": page, "form": form, **_snippets(page)}
    return render(request, "console/page_embedding.html", context, status=422 if form.errors else 200)


def _snippets(page: BookingPage) -> dict[str, str]:
    script = f'<script src="{settings.CHOSEI_PUBLIC_URL}{reverse("embed-script")}" async></script>'
    url = secret_page_url(page)
    label = gettext("日程を予約する")
    return {
        "frame": f'<div data-chosei="{url}"><a href="{url}">{label}</a></div>\n{script}',
        "popup": f'<button type="button" data-chosei-popup="{url}">{label}</button>\n{script}',
    }
