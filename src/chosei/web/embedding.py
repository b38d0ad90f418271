"""Booking pages inside other sites: who may frame them, and the script that puts them there."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.templatetags.static import static
from django.views.decorators.http import require_safe

from chosei.records.models import BookingPage

_HOUR = 3600  # seconds: so long a site may go on with an older script


def is_embedded(request: HttpRequest) -> bool:
    """Whether the page was asked for below /embed/, to stand in a frame."""
    return request.resolver_match is not None and request.resolver_match.namespace == "embedded"


def let_frame(response: HttpResponseBase, page: BookingPage | None) -> None:
    """Let the sites that the page's owner named show ``response`` in a frame; nobody else may."""
    if page is None or not page.embed_origins:
        return
    response._csp_replace = {"frame-ancestors": list(page.embed_origins)}  # type: ignore[attr-defined]
    response.xframe_options_exempt = True  # type: ignore[attr-defined]


@require_safe
def script(request: HttpRequest) -> HttpResponseRedirect:
    """The address that other sites keep; the file behind it is named anew with every change."""
    response = HttpResponseRedirect(static("embed/embed.js"))
    response.headers["Cache-Control"] = f"public, max-age={_HOUR}"
    return response
