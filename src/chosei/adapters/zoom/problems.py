"""What Zoom's refusals mean. ``code`` in a body is Zoom's own number, not the status.

Sources: developers.zoom.us/docs/api/errors; the error lists of each operation; Zoom's published notes on
OAuth errors (47xx) and rate limits.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from chosei.adapters.http import retry_after
from chosei.core.troubles import Trouble
from chosei.ports.errors import (
    Misconfigured,
    Missing,
    NeedsReconnect,
    PortError,
    Rejected,
    Throttled,
    Transient,
)

DAILY_LIMIT = "zoom_daily_limit"
"""The code of ``Throttled`` when the host's creations and changes of the day (UTC) are used up."""
EXPIRED = 124
_MEETING_GONE, _IN_PROGRESS, ENDED = 3001, 3002, 3007
_NO_USER = (1001, 1010)
_SCOPE = 4711
_DAILY = re.compile(r"daily|per day|in one day", re.IGNORECASE)
_WORD = re.compile(r"[A-Za-z0-9_.\-]{1,60}")
_TOKEN_TROUBLES = {
    4735: Trouble.IDLE,
    4738: Trouble.CONSENT_WITHDRAWN,
    4741: Trouble.REVOKED,
    _SCOPE: Trouble.CONSENT_WITHDRAWN,
}
_SHORT_PAUSE = 2.0


def refusal(status: int, body: Mapping[str, Any] | None, headers: Mapping[str, str]) -> PortError:
    """The error for an answer of the API that is no success."""
    number, message = _number(body), str((body or {}).get("message", ""))
    code = f"zoom:{number}" if number is not None else f"http_{status}"
    told = _tracking(headers)
    if status == 429 or (number == 300 and _DAILY.search(message)):
        return _throttled(code, message, headers, told)
    if status >= 500 or status < 400 or body is None:
        return Transient(code, request_id=told)  # what does not speak Zoom's JSON is something in between
    if status == 404 and number == _MEETING_GONE:
        return Missing(code, request_id=told)
    if number in _NO_USER:
        return NeedsReconnect(code, trouble=Trouble.ACCOUNT_DELETED, request_id=told)
    if number == _SCOPE:
        return NeedsReconnect(code, trouble=Trouble.CONSENT_WITHDRAWN, request_id=told)
    if status == 401:
        return NeedsReconnect(code, trouble=Trouble.REVOKED, request_id=told)
    if number == _IN_PROGRESS:
        return Transient(code, request_id=told)
    return Rejected(code, request_id=told)


def is_expired(status: int, body: Mapping[str, Any] | None) -> bool:
    """Whether the access token was refused as invalid or past its time: worth one fresh one."""
    return status == 401 and _number(body) in (EXPIRED, None)


def has_ended(body: Mapping[str, Any] | None) -> bool:
    return _number(body) == ENDED


def token_problem(
    status: int, body: Mapping[str, Any] | None, headers: Mapping[str, str], *, refreshing: bool
) -> PortError:
    """The error for an answer of the token endpoint. ``refreshing``: a refresh token was presented."""
    said = body or {}
    error, number = said.get("error"), _number(body)
    error = error if isinstance(error, str) and _WORD.fullmatch(error) else ""
    code = ":".join(part for part in (error or f"http_{status}", str(number or "")) if part)
    told = _tracking(headers)
    if status == 429:
        return _throttled(code, "", headers, told)
    if status >= 500 or status < 400 or not (error or number):
        return Transient(code, request_id=told)
    if error in ("invalid_client", "unauthorized_client", "unsupported_grant_type"):
        return Misconfigured(code, trouble=Trouble.SECRET_WRONG, request_id=told)
    if number == 4709:  # the redirect address is not the registered one
        return Misconfigured(code, request_id=told)
    if refreshing:
        trouble = _TOKEN_TROUBLES.get(number or 0, Trouble.SIGNED_OUT)
        return NeedsReconnect(code, trouble=trouble, request_id=told)
    return Rejected(code, request_id=told)


def _throttled(code: str, message: str, headers: Mapping[str, str], told: str) -> Throttled:
    """Per second: soon again. For the day: at the instant told (ISO 8601, unlike RFC 9110), else when Zoom's
    day ends, at 00:00 UTC."""
    named = {name.lower(): value for name, value in headers.items()}
    daily = named.get("x-ratelimit-type", "").lower().startswith("daily") or bool(_DAILY.search(message))
    seconds = _until(named.get("retry-after", ""))
    if seconds is None:
        seconds = retry_after(named)
    if seconds is None:
        seconds = until_midnight() if daily else _SHORT_PAUSE
    return Throttled(DAILY_LIMIT if daily else code, retry_after=seconds, request_id=told)


def until_midnight(now: datetime | None = None) -> float:
    """Seconds until Zoom's counts of the day begin anew."""
    now = now or datetime.now(UTC)
    midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return (midnight - now).total_seconds()


def _until(text: str) -> float | None:
    try:
        moment = datetime.fromisoformat(text.strip().replace("Z", "+00:00"))
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return min(max((moment - datetime.now(UTC)).total_seconds(), 0.0), 86_400.0)


def _number(body: Mapping[str, Any] | None) -> int | None:
    value = (body or {}).get("code")
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _tracking(headers: Mapping[str, str]) -> str:
    """What Zoom's support asks for."""
    found = next((value for name, value in headers.items() if name.lower() == "x-zm-trackingid"), "")
    return found if _WORD.fullmatch(found) else ""
