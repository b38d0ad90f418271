"""Graph's refusals, mapped once to what to do next.

Branch on ``error.code`` and the status, never on ``error.message`` (microsoft-graph-docs concepts/errors).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from chosei.adapters.http import retry_after
from chosei.adapters.microsoft import challenges
from chosei.core.troubles import Trouble
from chosei.ports.errors import Conflict, Missing, NeedsReconnect, PortError, Rejected, Throttled, Transient

DEFAULT_RETRY_SECONDS = 10.0
NO_MAILBOX = "no_mailbox"
UNREADABLE = "unreadable_answer"

# Accounts without a mailbox in the cloud: on premises, or without a licence.
_NO_MAILBOX = frozenset(
    {
        "mailboxnotenabledforrestapi",
        "mailboxnotsupportedforrestapi",
        "errornonexistentmailbox",
        "resourcenotfoundmailbox",
        "extensionerror",
    }
)
_DUPLICATE = "errorduplicatetransactionid"
# Exchange's own words for "not now", met under 400, 403 and 409 as well as under 500 and 503 (EWS reference,
# ResponseCode).
_PASSING = frozenset(
    {
        "erroradunavailable",
        "errorconnectionfailed",
        "errorexceededconnectioncount",
        "errorinsufficientresources",
        "errormailboxfailover",
        "errormailboxmoveinprogress",
        "errormailboxstoreunavailable",
        "errorserverbusy",
        "errorservertoobusy",
        "errortimeoutexpired",
        "errortoomanyobjectsopened",
    }
)
# The code says it, whatever the status.
_KINDS: dict[str, type[PortError]] = {"erroritemnotfound": Missing, "errorirresolvableconflict": Conflict}
_PASSING_STATUS = frozenset({408, 423, 424, 425, 500, 502, 503, 504, 509})
_CODE = re.compile(r"[A-Za-z0-9_.\-]{1,60}")


class Duplicate(Conflict):
    """This creation was carried out before; ``existing_id`` is its event where Graph says so."""

    def __init__(self, code: str, *, existing_id: str = "", request_id: str = "") -> None:
        super().__init__(code, request_id=request_id)
        self.existing_id = existing_id


def refusal(status: int, body: Any, headers: Mapping[str, str]) -> PortError:
    """The error that an answer other than success means."""
    error = _error(body)
    code = _code(error, status)
    lowered = code.lower()
    request_id = _request_id(error, headers)
    wait = retry_after(headers)
    if lowered == _DUPLICATE:
        return Duplicate(code, existing_id=_existing_id(body), request_id=request_id)
    if 400 <= status < 500 and lowered in _NO_MAILBOX:
        return Rejected(NO_MAILBOX, request_id=request_id)
    if status == 429 or (status in _PASSING_STATUS and wait is not None):
        return Throttled(
            code, retry_after=DEFAULT_RETRY_SECONDS if wait is None else wait, request_id=request_id
        )
    if status in _PASSING_STATUS or "transient" in lowered or lowered in _PASSING or status >= 500:
        return Transient(code, request_id=request_id)
    if status == 401:
        claims = challenges.of_refusal(headers)
        trouble = Trouble.CHALLENGED if claims else Trouble.SIGNED_OUT
        return NeedsReconnect(code, trouble=trouble, claims=claims, request_id=request_id)
    kind = _KINDS.get(lowered, Rejected)
    if status in (404, 410):
        kind = Missing
    elif status in (409, 412) and kind is Rejected:
        kind = Conflict
    elif status < 400:
        kind = Transient  # neither success nor error: something that is not Graph stands in between
    return kind(code, request_id=request_id)


def _error(body: Any) -> Mapping[str, Any]:
    error = body.get("error") if isinstance(body, Mapping) else None
    return error if isinstance(error, Mapping) else {}


def _code(error: Mapping[str, Any], status: int) -> str:
    code = error.get("code")
    return code if isinstance(code, str) and _CODE.fullmatch(code) else f"http_{status}"


def _request_id(error: Mapping[str, Any], headers: Mapping[str, str]) -> str:
    inner = error.get("innerError") or error.get("innererror")
    told = inner.get("request-id") if isinstance(inner, Mapping) else None
    found = told or next((text for name, text in headers.items() if name.lower() == "request-id"), "")
    return found if isinstance(found, str) and _CODE.fullmatch(found) else ""


def _existing_id(value: Any) -> str:
    """``@event.existingEventId``, which has been met at several depths of the error."""
    if not isinstance(value, Mapping):
        return ""
    for name, inner in value.items():
        if str(name).lower().endswith("existingeventid") and isinstance(inner, str):
            return inner
        if found := _existing_id(inner):
            return found
    return ""
