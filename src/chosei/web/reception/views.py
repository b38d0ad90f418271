"""The front desk on a tablet: it knows one cookie, which opens nothing but this."""

from __future__ import annotations

from typing import Any, TypeVar

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _
from django.views import View

from chosei.actions.errors import Closed
from chosei.actions.front_desk import pair
from chosei.actions.limits import within_limit
from chosei.actions.visits import Received, TooOften, UnknownCode, receive, see_off
from chosei.core.language import Language, language_of
from chosei.core.reception import read_code
from chosei.records import gates
from chosei.records.models import FrontDesk
from chosei.web.errors import too_many
from chosei.web.logos import logo_of
from chosei.web.reception.showing import greeting

COOKIE = "chosei_front_desk"
_PATH = "/reception"
_COOKIE_SECONDS = 400 * 24 * 3600  # the longest that browsers keep one; renewed with each visitor
_DIGITS = 6
Answer = TypeVar("Answer", bound=HttpResponseBase)


class DeskView(View):
    """The start screen with its number pad; what a code opens is the answer to its POST, kept nowhere."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            self.desk = gates.front_desk(request.COOKIES.get(COOKIE, ""))
        except gates.NotThere:
            return _closed(HttpResponseRedirect(reverse("reception:pairing")))
        wanted = request.POST.get("lang") or request.GET.get("lang") or self.desk.organization.language
        self.language = language_of(wanted)
        with translation.override(self.language.value):
            response = super().dispatch(request, *args, **kwargs)
        return _closed(response)

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._pad(request, mode=_mode(request.GET.get("mode")))

    def post(self, request: HttpRequest) -> HttpResponse:
        mode, typed = _mode(request.POST.get("mode")), request.POST.get("code", "")[:40]
        pressed = request.POST.get("press", "")
        if pressed:
            return self._pad(request, mode=mode, typed=_after(typed, pressed))
        act = see_off if mode == "leave" else receive
        try:
            done = act(self.desk, read_code(typed), now=timezone.now())
        except UnknownCode:
            problem = _("受付コードを確認できませんでした。もう一度ご入力ください。")
            return self._pad(request, mode=mode, problem=problem, status=422)
        except TooOften:
            problem = _(
                "確認できない入力が続きました。10分ほどしてから、もう一度お試しください。"
                "お急ぎの場合は、担当者へお電話ください。"
            )
            return self._pad(request, mode=mode, problem=problem, status=429)
        return self._done(request, mode, done)

    def _pad(
        self, request: HttpRequest, *, mode: str, typed: str = "", problem: str = "", status: int = 200
    ) -> HttpResponse:
        context = self._always() | {"mode": mode, "typed": typed, "problem": problem}
        return render(request, "reception/desk.html", context | {"digits": "123456789"}, status=status)

    def _done(self, request: HttpRequest, mode: str, done: Received) -> HttpResponse:
        context = self._always() | {
            "mode": mode,
            "again": done.again,
            "greeting": greeting(done.visit, self.language),
        }
        response = render(request, "reception/greeting.html", context)
        keep_secret(response, request.COOKIES[COOKIE])
        return response

    def _always(self) -> dict[str, Any]:
        return _look(self.desk, self.language)


class PairingView(View):
    """An administrator types the code on the tablet, once. GET changes nothing."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return _closed(self._ask(request, request.GET.get("code", "")[:40]))

    def post(self, request: HttpRequest) -> HttpResponse:
        if not within_limit("pairing", str(request.META.get("REMOTE_ADDR", "")), limit=10, seconds=600):
            return _closed(too_many(request, 600))
        try:
            _desk, secret = pair(request.POST.get("code", ""), now=timezone.now())
        except Closed:
            problem = _("このコードは使えません。設定画面で新しいコードを発行してください。")
            return _closed(self._ask(request, request.POST.get("code", "")[:40], problem=problem, status=422))
        response = HttpResponseRedirect(reverse("reception:desk"))
        keep_secret(response, secret)
        return _closed(response)

    def _ask(self, request: HttpRequest, code: str, *, problem: str = "", status: int = 200) -> HttpResponse:
        return render(request, "reception/pairing.html", {"code": code, "problem": problem}, status=status)


def keep_secret(response: HttpResponse, secret: str) -> None:
    response.set_cookie(
        COOKIE,
        secret,
        max_age=_COOKIE_SECONDS,
        path=_PATH,
        secure=bool(settings.SESSION_COOKIE_SECURE),
        httponly=True,
        samesite="Lax",
    )


def _look(desk: FrontDesk, language: Language) -> dict[str, Any]:
    return {
        "organization": desk.organization,
        "logo": logo_of(desk.organization),
        "desk": desk,
        "language": language.value,
    }


def _mode(wanted: str | None) -> str:
    return "leave" if wanted == "leave" else "arrive"


def _after(typed: str, pressed: str) -> str:
    """What stands in the field after a key of the pad."""
    if pressed == "back":
        return typed[:-1]
    return (typed + pressed)[:_DIGITS] if pressed.isascii() and pressed.isdecimal() else typed


def _closed(response: Answer) -> Answer:
    """Kept by no cache: names of visitors are on it."""
    add_never_cache_headers(response)
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response
