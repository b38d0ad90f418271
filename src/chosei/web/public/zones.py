"""The zone in which a guest reads times: theirs if they chose one, else the host's, until their device says
its own. Never guessed from an address or a language.
"""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse

from chosei.core.walltime import zone_of

COOKIE = "chosei_zone"
RESET = "rezone"  # the button that changes the zone
_COOKIE_AGE = 60 * 60 * 24 * 180  # seconds

OFFERED = (
    "Asia/Tokyo", "Asia/Seoul", "Asia/Shanghai", "Asia/Taipei", "Asia/Hong_Kong", "Asia/Manila",
    "Asia/Singapore", "Asia/Kuala_Lumpur", "Asia/Jakarta", "Asia/Bangkok", "Asia/Ho_Chi_Minh",
    "Asia/Yangon", "Asia/Dhaka", "Asia/Kathmandu", "Asia/Kolkata", "Asia/Karachi", "Asia/Tashkent",
    "Asia/Dubai", "Asia/Tehran", "Asia/Riyadh", "Asia/Jerusalem", "Europe/Istanbul",
    "Europe/Moscow", "Europe/Helsinki", "Europe/Athens", "Europe/Kyiv", "Europe/Berlin",
    "Europe/Paris", "Europe/Rome", "Europe/Madrid", "Europe/Amsterdam", "Europe/Stockholm",
    "Europe/Zurich", "Europe/London", "Europe/Lisbon", "Africa/Cairo", "Africa/Johannesburg",
    "Africa/Lagos", "Africa/Nairobi", "America/St_Johns", "America/Halifax", "America/New_York",
    "America/Chicago", "America/Denver", "America/Phoenix", "America/Los_Angeles",
    "America/Anchorage", "America/Mexico_City", "America/Bogota", "America/Lima",
    "America/Santiago", "America/Sao_Paulo", "America/Argentina/Buenos_Aires", "Australia/Perth",
    "Australia/Darwin", "Australia/Adelaide", "Australia/Brisbane", "Australia/Sydney",
    "Pacific/Auckland", "Pacific/Honolulu", "UTC",
)  # fmt: skip


def reader_zone(request: HttpRequest, default: str) -> str:
    """The zone asked for by form or address, else the one kept from last time, else ``default``."""
    return said_zone(request) or default


def said_zone(request: HttpRequest) -> str:
    """The zone that the reader, or their device, has named so far; empty while it is unknown."""
    wishes = (request.POST.get("zone"), request.GET.get("zone"), request.COOKIES.get(COOKIE))
    return next((wish for wish in wishes if wish and _exists(wish)), "")


def in_said_zone(request: HttpRequest, address: str) -> str:
    """The address of another page of ours, where the reader goes on in the zone that they read in here."""
    said = said_zone(request)
    return f"{address}?{urlencode({'zone': said})}" if said else address


def zones_offered(current: str) -> list[str]:
    """The zones to choose from; the current one is always among them."""
    return list(OFFERED) if current in OFFERED else [current, *OFFERED]


def keep_zone(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Remember in the browser which zone was asked for by its own button, for the next visit."""
    sent = request.POST if request.method == "POST" else request.GET
    wish = sent.get("zone", "")
    if RESET in sent and _exists(wish):
        response.set_cookie(
            COOKIE, wish, max_age=_COOKIE_AGE, httponly=True, samesite="Lax", secure=request.is_secure()
        )
    return response


def _exists(name: str) -> bool:
    try:
        zone_of(name)
    except ValueError:
        return False
    return True
