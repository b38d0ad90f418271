"""What the token endpoint's refusals mean.

``error`` decides; ``suberror`` and AADSTS numbers only where it cannot tell two things apart, because they
may change. They are kept in the code for logs and support. Source: entra-docs
identity-platform/reference-error-codes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from chosei.adapters.http import retry_after
from chosei.adapters.microsoft import challenges
from chosei.adapters.microsoft.reasons import fault_of, trouble_of
from chosei.core.troubles import Trouble
from chosei.ports.authorization import CANCELLED, FOREIGN_ACCOUNT, WALL
from chosei.ports.errors import Misconfigured, NeedsReconnect, PortError, Rejected, Throttled, Transient

_PASSING = frozenset({"temporarily_unavailable", "server_error"})
_OURS = frozenset(
    {"invalid_client", "unauthorized_client", "invalid_scope", "invalid_resource", "unsupported_grant_type"}
)
_PERSON = frozenset({"interaction_required", "consent_required", "login_required"})
# invalid_request is our registration's fault for these: redirect address unknown, differing, or a member left
# out.
_REQUEST_IS_OURS = frozenset({50011, 500112, 900144})
# invalid_grant for a code says "spent or expired", except for these: nobody has consented.
_NO_CONSENT = frozenset({65001})
# unauthorized_client, for a permission that was good before: the company has removed the application, or
# switched it off. Our registration is the same for everybody else.
_REMOVED_THERE = frozenset({700016, 7000112})
_WORD = re.compile(r"[A-Za-z0-9_.\-]{1,60}")
_NUMBER = re.compile(r"AADSTS(\d{4,8})")
_WALLS = frozenset({90094, 90093, 900941, 90095, 65005})
# An account of another tenant, or a personal one, where the registration takes one tenant's only.
_FOREIGN = frozenset({50020, 90072})
_REFUSED_AT_THE_DOOR = (
    Trouble.CHALLENGED,
    Trouble.MFA,
    Trouble.CONDITIONAL_ACCESS,
    Trouble.NOT_ASSIGNED,
    Trouble.ACCOUNT_DISABLED,
    Trouble.PASSWORD_CHANGED,
)


def token_problem(
    status: int, body: Mapping[str, Any] | None, headers: Mapping[str, str], *, refreshing: bool
) -> PortError:
    """The error for an answer other than 200. ``refreshing``: a refresh token was presented, not a code."""
    said = body or {}
    error = said.get("error")
    error = error if isinstance(error, str) and _WORD.fullmatch(error) else f"http_{status}"
    numbers = [one for one in _list(said.get("error_codes")) if isinstance(one, int)]
    code = f"{error}:AADSTS{numbers[0]}" if numbers else error
    told = said.get("correlation_id")
    request_id = told if isinstance(told, str) and _WORD.fullmatch(told) else ""
    # What does not speak OAuth is a proxy or firewall in between, and says nothing of the permission.
    foreign = error.startswith("http_")
    wait = retry_after(headers)
    passing = status >= 500 or error in _PASSING or status < 400 or foreign
    if status == 429 or (passing and wait is not None):
        return Throttled(code, retry_after=wait or 10.0, request_id=request_id)
    if passing:
        return Transient(code, request_id=request_id)
    suberror = said.get("suberror")
    kind = _kind(error, frozenset(numbers), suberror, refreshing)
    if kind is NeedsReconnect:
        claims = challenges.checked(said.get("claims"))
        trouble = trouble_of(error, numbers, suberror, challenged=bool(claims))
        return NeedsReconnect(code, trouble=trouble, claims=claims, request_id=request_id)
    if kind is Misconfigured:
        return Misconfigured(code, trouble=fault_of(numbers), request_id=request_id)
    return kind(code, request_id=request_id)


def returned_problem(error: str, description: str) -> PortError:
    """What an error that came back with the browser means; ``Rejected`` with CANCELLED, WALL or
    FOREIGN_ACCOUNT where it is one of these. ``error`` decides; the number only tells walls, policies and
    strange accounts apart.
    """
    numbers = [int(one) for one in _NUMBER.findall(description[:2000])]
    code = error if _WORD.fullmatch(error) else "unreadable"
    if _FOREIGN & set(numbers):
        return Rejected(FOREIGN_ACCOUNT)
    if error in _OURS:
        return Misconfigured(code, trouble=fault_of(numbers))
    if error == "access_denied":
        trouble = trouble_of(error, numbers, None, challenged=False)
        if trouble in _REFUSED_AT_THE_DOOR:
            return NeedsReconnect(code, trouble=trouble)
        return Rejected(WALL if _WALLS & set(numbers) else CANCELLED)
    if error in ("consent_required", "interaction_required"):
        trouble = trouble_of(error, numbers, None, challenged=False)
        if trouble in _REFUSED_AT_THE_DOOR:
            return NeedsReconnect(code, trouble=trouble)
        return Rejected(WALL)
    return (Transient if error in _PASSING else Rejected)(code)


def _kind(error: str, numbers: frozenset[int], suberror: Any, refreshing: bool) -> type[PortError]:
    if refreshing and numbers & _REMOVED_THERE:
        return NeedsReconnect
    if error in _OURS:
        return Misconfigured
    if error in _PERSON:
        return NeedsReconnect
    if error == "invalid_grant":
        person = refreshing or bool(numbers & _NO_CONSENT) or suberror == "consent_required"
        return NeedsReconnect if person else Rejected
    if error == "invalid_request" and (refreshing or numbers & _REQUEST_IS_OURS):
        return Misconfigured
    # A permission that is refused for a reason we do not know: its owner can give it anew, nobody else can.
    return NeedsReconnect if refreshing else Rejected


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
