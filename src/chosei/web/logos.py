"""The organisation's logo as a picture of its own address: guests' pages and the front desk show it.

The address names the bytes, so that a browser keeps it for good; another logo has another address.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from chosei.records import gates
from chosei.records.models import Logo, Organization
from chosei.records.prepared import Given, Prepared

_YEAR = 365 * 24 * 3600  # seconds
_HEIGHT, _WIDTH = 40, 200  # CSS pixels at most
_signs = Prepared(
    lambda: Logo.objects.filter(organization=Given("organization")).only("digest", "width", "height")
)


@dataclass(frozen=True, slots=True)
class ShownLogo:
    """``width`` and ``height`` in CSS pixels, so that nothing moves while it loads."""

    url: str
    width: int
    height: int


def logo_of(organization: Organization) -> ShownLogo | None:
    """None where the organisation has none."""
    found = _signs(organization=organization.pk)
    if not found:
        return None
    logo = found[0]
    width, height = logo.within(_WIDTH, _HEIGHT)
    return ShownLogo(reverse("logo", args=[logo.digest]), width, height)


@require_safe
def picture(request: HttpRequest, digest: str) -> HttpResponse:
    """The picture whose bytes have this SHA-256; like a logo itself, it is nobody's secret."""
    try:
        logo = gates.logo_by_digest(digest)
    except gates.NotThere:
        raise Http404 from None
    response = HttpResponse(bytes(logo.image), content_type=logo.content_type)
    response.headers["Cache-Control"] = f"public, max-age={_YEAR}, immutable"
    return response
