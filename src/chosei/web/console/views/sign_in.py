"""Signing in and out."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from chosei.actions.limits import within_limit
from chosei.records.models import Member
from chosei.web.console.access import network_of
from chosei.web.console.forms.sign_in import SignInForm

TRIES_PER_ADDRESS = 60  # of the network, in five minutes: an office shares one
WINDOW_SECONDS = 300


class SignIn(LoginView):
    """Address and password. Too many tries, of one address or one network, are told so in plain words."""

    template_name = "console/sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def get_default_redirect_url(self) -> str:
        return reverse("console:home")

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not within_limit("sign-in", network_of(request), limit=TRIES_PER_ADDRESS, seconds=WINDOW_SECONDS):
            return self._refused(request)
        response = super().post(request, *args, **kwargs)
        if getattr(request, "axes_locked_out", False):
            # Taken from axes' middleware, whose own answer is a bare sentence in English.
            request.axes_locked_out = False  # type: ignore[attr-defined]
            return self._refused(request)
        return response

    def form_valid(self, form: Any) -> HttpResponse:
        response = super().form_valid(form)
        member: Member = form.get_user()
        if settings.LANGUAGE_COOKIE_NAME not in self.request.COOKIES:
            remember_language(response, member.language)
        return response

    def _refused(self, request: HttpRequest) -> HttpResponse:
        form = SignInForm(request, initial={"username": request.POST.get("username", "")})
        sentence = gettext(
            "サインインの試行が続いたため、しばらく受け付けていません。15分ほどおいて、もう一度お試しください。"
        )
        return self.render_to_response(self.get_context_data(form=form, refused=sentence), status=429)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    return redirect("console:sign-in")


def remember_language(response: HttpResponse, language: str) -> None:
    """Keep the chosen language in the browser, as Django's own language switch does."""
    if translation.check_for_language(language):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            language,
            max_age=60 * 60 * 24 * 365,
            secure=settings.LANGUAGE_COOKIE_SECURE,
            httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
            samesite="Lax",  # as LANGUAGE_COOKIE_SAMESITE says
        )
