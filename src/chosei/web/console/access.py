"""Who may see a console page, and what happens when there is nothing for them."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.cache import add_never_cache_headers

from chosei.records.gates import NotThere
from chosei.records.models import Member

Params = ParamSpec("Params")
View = Callable[Concatenate[HttpRequest, Params], HttpResponse]


def signed_in(request: HttpRequest) -> Member:
    """The member of a request that passed ``member_required``."""
    return cast(Member, request.user)


def member_required(view: View[Params]) -> View[Params]:
    """Sign-in first; then what a gate refuses is a plain 404. Nothing of the console is kept by caches."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: Params.args, **kwargs: Params.kwargs) -> HttpResponse:
        if not request.user.is_authenticated:
            # After a form that was sent too late, its address may answer to POST only: go home instead.
            after = request.get_full_path() if request.method == "GET" else reverse("console:home")
            return redirect_to_login(after, reverse("console:sign-in"))
        try:
            response = view(request, *args, **kwargs)
        except NotThere as hidden:
            raise Http404 from hidden
        add_never_cache_headers(response)
        return response

    return guarded


def network_of(request: HttpRequest) -> str:
    """Where a request comes from, for rate limits. The middleware has put the client's own address there."""
    return str(request.META.get("REMOTE_ADDR", ""))
