"""How a guest looks at free times: a week in columns or a list of days. Kept for the visit.

Until they say so, the width of the window decides (in the stylesheet): columns where there is room for them.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse

COOKIE = "chosei_view"
CHANGE = "review"  # what the links and buttons of the switch send; otherwise "view" travels along
WEEK, LIST = "week", "list"


@dataclass(frozen=True, slots=True)
class Arrangement:
    """``asked``: "week" or "list" as the guest said, or empty. ``phone``: it probably is one."""

    asked: str
    phone: bool

    @property
    def shown(self) -> str:
        """What is most probably before their eyes, to be marked in the switch."""
        return self.asked or (LIST if self.phone else WEEK)


def reader_view(request: HttpRequest) -> Arrangement:
    """As asked for by the switch, else as it travels along, else as kept during this visit."""
    sent = request.POST if request.method == "POST" else request.GET
    wishes = (sent.get(CHANGE), sent.get("view"), request.COOKIES.get(COOKIE))
    asked = next((wish for wish in wishes if wish in (WEEK, LIST)), None)
    return Arrangement(asked or "", "Mobi" in request.headers.get("User-Agent", ""))


def keep_view(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Remember in the browser, until it is closed, what the switch was set to."""
    sent = request.POST if request.method == "POST" else request.GET
    if sent.get(CHANGE) in (WEEK, LIST):
        response.set_cookie(COOKIE, sent[CHANGE], httponly=True, samesite="Lax", secure=request.is_secure())
    return response
