"""Change notifications of Microsoft Graph: the handshake, and notices that are only remembered here.

Graph wants an answer within three seconds and slows down whoever is late: nothing is read or written outside
(microsoft-graph-docs concepts/change-notifications-delivery-webhooks).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import structlog
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.html import escape
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from chosei.actions.notices import Notice, take

MOST_BYTES = 1024 * 1024
MOST_NOTICES = 2000
_LONGEST_TOKEN = 2000

log = structlog.get_logger(__name__)


@csrf_exempt
@require_POST
def notifications(request: HttpRequest) -> HttpResponse:
    """202 for whatever can be read, known to us or not: the answer tells a stranger nothing."""
    token = request.GET.get("validationToken")
    if token is not None:
        if len(token) > _LONGEST_TOKEN:
            return HttpResponse(status=400)
        return HttpResponse(escape(token), content_type="text/plain; charset=utf-8")
    body = request.read(MOST_BYTES + 1)
    if len(body) > MOST_BYTES:
        return HttpResponse(status=413)
    notices = _notices(body)
    if notices is None:
        return HttpResponse(status=400)
    genuine = take(notices, now=timezone.now())
    if genuine < len(notices):
        log.info("notices_ignored", count=len(notices) - genuine)
    return HttpResponse(status=202)


def _notices(body: bytes) -> list[Notice] | None:
    """The notices of a body, or None when it is no collection of them."""
    try:
        parsed = json.loads(body)
    except (ValueError, RecursionError):
        return None
    value = parsed.get("value") if isinstance(parsed, Mapping) else None
    if not isinstance(value, list) or len(value) > MOST_NOTICES:
        return None
    return [
        Notice(_text(one, "subscriptionId"), _text(one, "clientState"), _text(one, "lifecycleEvent"))
        for one in value
        if isinstance(one, Mapping)
    ]


def _text(item: Mapping[str, Any], name: str) -> str:
    # A lone surrogate cannot be encoded, and a NUL cannot be asked the database for.
    value = item.get(name)
    text = value if isinstance(value, str) and len(value) <= 256 else ""
    return text.encode("utf-8", "ignore").decode().replace("\0", "")
