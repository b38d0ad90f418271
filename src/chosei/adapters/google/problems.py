"""Google's refusals, mapped once to what to do next.

``errors[].reason`` decides, not the status: 403 is a quota as often as a right that is missing. No
Retry-After is promised: without one, a while by chance, so that many do not come back together. Sources:
developers.google.com/workspace/calendar/api/guides/errors, …/guides/quota.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from typing import Any

from chosei.adapters.http import retry_after
from chosei.core.troubles import Trouble
from chosei.ports.errors import (
    Conflict,
    Misconfigured,
    Missing,
    NeedsReconnect,
    PortError,
    Rejected,
    Throttled,
    Transient,
)

NO_MAILBOX = "no_mailbox"
UNREADABLE = "unreadable_answer"
SCOPE_MISSING = "insufficientPermissions"
SIGNED_OUT = "authError"
MINUTE_QUOTA_SECONDS = (20.0, 60.0)
"""Quotas are counted over a sliding minute."""
DAY_QUOTA_SECONDS = (1800.0, 3600.0)

_MINUTE = frozenset({"ratelimitexceeded", "userratelimitexceeded", "quotaexceeded", "resource_exhausted"})
_WRITES = "calendarusagelimitsexceeded"
_DAY = frozenset({"dailylimitexceeded", _WRITES})
_NO_CALENDAR = frozenset({"notacalendaruser"})
_API_OFF = frozenset({"accessnotconfigured", "service_disabled"})
_SCOPE = frozenset({"insufficientpermissions", "access_token_scope_insufficient"})
_PASSING_STATUS = frozenset({408, 423, 425, 500, 502, 503, 504})
_WORD = re.compile(r"[A-Za-z0-9_.\-]{1,60}")


class Duplicate(Conflict):
    """The id we chose exists already: this creation was carried out before."""


class WritesUsedUp(Throttled):
    """The account may enter no more for some hours. Its calendar can be read all the same."""


def refusal(status: int, body: Any, headers: Mapping[str, str]) -> PortError:
    """The error that an answer other than success means."""
    reason = reason_of(body, status)
    lowered, told = reason.lower(), retry_after(headers)
    if status in (403, 429) and (lowered in _MINUTE | _DAY or status == 429):
        span = DAY_QUOTA_SECONDS if lowered in _DAY else MINUTE_QUOTA_SECONDS
        kind = WritesUsedUp if lowered == _WRITES else Throttled
        return kind(reason, retry_after=random.uniform(*span) if told is None else told)  # noqa: S311
    if status == 503 and told is not None:
        return Throttled(reason, retry_after=told)
    if status in _PASSING_STATUS or status >= 500 or status < 400:
        return Transient(reason)
    if status == 401:
        # "push.webhookUrlUnauthorized" is about the address for messages, and says nothing of the account.
        return Rejected(reason) if lowered.startswith("push.") else NeedsReconnect(SIGNED_OUT)
    if status == 403:
        return _forbidden(reason)
    if status in (404, 410):
        return Missing(reason)
    if status in (409, 412):
        return (Duplicate if status == 409 else Conflict)(reason)
    return Rejected(reason)


def _forbidden(reason: str) -> PortError:
    lowered = reason.lower()
    if lowered in _NO_CALENDAR:
        return Rejected(NO_MAILBOX)
    if lowered in _API_OFF:
        return Misconfigured(reason)
    if lowered in _SCOPE:
        return NeedsReconnect(SCOPE_MISSING, trouble=Trouble.CONSENT_WITHDRAWN)
    return Rejected(reason)


def reason_of(body: Any, status: int) -> str:
    """The short word by which Google's guides tell errors apart."""
    error = body.get("error") if isinstance(body, Mapping) else None
    listed = error.get("errors") if isinstance(error, Mapping) else None
    first = listed[0] if isinstance(listed, list) and listed else {}
    found = [first.get("reason") if isinstance(first, Mapping) else None]
    found.append(error.get("status") if isinstance(error, Mapping) else None)
    return next((one for one in found if isinstance(one, str) and _WORD.fullmatch(one)), f"http_{status}")
