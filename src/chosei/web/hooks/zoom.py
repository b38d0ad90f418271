"""Zoom's webhooks: the check of the address, an app that was removed, and meetings somebody deleted.

Zoom wants an answer within three seconds and asks again after 5xx: nothing is asked outside here.
"""

from __future__ import annotations

import structlog
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from chosei.actions.meeting_notices import hear
from chosei.actions.providers import offered_provider
from chosei.ports.meeting_notices import NotGenuine

ZOOM = "zoom"
MOST_BYTES = 256 * 1024

log = structlog.get_logger(__name__)


@csrf_exempt
@require_POST
def notices(request: HttpRequest) -> HttpResponse:
    """204 for whatever is genuine, whether we know what it is about or not; 401 for what is not."""
    if offered_provider(ZOOM) is None:
        return HttpResponse(status=404)
    body = request.read(MOST_BYTES + 1)
    if len(body) > MOST_BYTES:
        return HttpResponse(status=413)
    try:
        answer = hear(ZOOM, dict(request.headers), body, now=timezone.now())
    except NotGenuine as refused:
        log.warning("notice_not_genuine", reason=refused.reason)
        return HttpResponse(status=401)
    except (ValueError, RecursionError):
        return HttpResponse(status=400)
    return HttpResponse(status=204) if answer is None else JsonResponse(dict(answer))
