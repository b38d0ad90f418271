"""The tab 「プロフィール」."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from chosei.actions.profile import change_profile, change_working_hours
from chosei.actions.rules import working_hours as working_hours_of
from chosei.web.console.access import member_required, signed_in
from chosei.web.console.forms.hours import HoursEditor
from chosei.web.console.forms.profile import ProfileForm
from chosei.web.console.views.sign_in import remember_language


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def edit(request: HttpRequest) -> HttpResponse:
    member = signed_in(request)
    initial = {
        "language": member.language,
        "zone": member.zone,
        "ask_before_moving": "yes" if member.ask_before_moving else "no",
    }
    form = ProfileForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        language = form.cleaned_data["language"]
        change_profile(
            member,
            language=language,
            zone=form.cleaned_data["zone"],
            ask_before_moving=form.cleaned_data["ask_before_moving"] == "yes",
        )
        with translation.override(language):
            messages.success(request, gettext("保存しました。"))
        response = redirect("console:profile")
        remember_language(response, language)
        return response
    return render(request, "console/profile.html", {"form": form, "member": member})


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def working_hours(request: HttpRequest) -> HttpResponse:
    member = signed_in(request)
    if request.method != "POST":
        editor = HoursEditor.showing(working_hours_of(member).weekly)
    else:
        editor = HoursEditor.typed(request.POST)
        hours = editor.hours(member.zone)
        if hours is not None:
            change_working_hours(member, hours)
            messages.success(request, gettext("保存しました。"))
            return redirect("console:working-hours")
    return render(request, "console/working_hours.html", {"editor": editor, "member": member})
