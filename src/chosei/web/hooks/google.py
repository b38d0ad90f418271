"""Push messages of Google Calendar: no body, everything in headers, and only remembered here.

The first message of a channel says that it stands (``sync``); it is no news. Source:
developers.google.com/workspace/calendar/api/guides/push.
"""

from __future__ import annotations

import structlog
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from chosei.actions.notices import Notice, take

log = structlog.get_logger(__name__)


@csrf_exempt
@require_POST
def notifications(request: HttpRequest) -> HttpResponse:
    """204 for whatever comes, known to us or not: the answer tells a stranger nothing."""
    channel, resource = _header(request, "Channel-ID"), _header(request, "Resource-ID")
    if channel and _header(request, "Resource-State") != "sync":
        notice = Notice(f"{channel} {resource}", _header(request, "Channel-Token"))
        if not take([notice], now=timezone.now()):
            log.info("notices_ignored", count=1)
    return HttpResponse(status=204)


def _header(request: HttpRequest, name: str) -> str:
    """A header of Google's; what is too long to be one is none."""
    text = request.headers.get(f"X-Goog-{name}", "")
    return text.replace("\0", "") if len(text) <= 256 else ""
