"""What refusals of Google's sign-in and token endpoint mean.

``invalid_grant`` is all Google says of a refresh token that has died: revoked, unused for six months, or
seven days old while the consent screen stands in "Testing". Source: developers.google.com/identity/protocols/
oauth2, "Refresh token expiration".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from chosei.adapters.http import retry_after
from chosei.core.troubles import Trouble
from chosei.ports.authorization import CANCELLED, WALL
from chosei.ports.errors import Misconfigured, NeedsReconnect, PortError, Rejected, Throttled, Transient

_WORD = re.compile(r"[A-Za-z0-9_.\-]{1,60}")
_PASSING = frozenset({"temporarily_unavailable", "server_error", "internal_failure"})
_OURS = frozenset(
    {
        "invalid_client",
        "unauthorized_client",
        "invalid_scope",
        "redirect_uri_mismatch",
        "unsupported_grant_type",
        "deleted_client",
        "disabled_client",
        "invalid_request",
    }
)
_WALLS = frozenset({"admin_policy_enforced", "access_not_configured", "app_not_verified", "org_internal"})


def token_problem(
    status: int, body: Mapping[str, Any] | None, headers: Mapping[str, str], *, refreshing: bool
) -> PortError:
    """The error for an answer other than 200. ``refreshing``: a refresh token was presented, not a code."""
    said = body or {}
    error = said.get("error")
    if not isinstance(error, str) or not _WORD.fullmatch(error):
        error = f"http_{status}"
    if status == 429 or error == "rate_limit_exceeded":
        return Throttled(error, retry_after=retry_after(headers) or 20.0)
    # What does not speak OAuth is a proxy in between, and says nothing of the permission.
    if status >= 500 or status < 400 or error in _PASSING or error.startswith("http_"):
        return Transient(error)
    if error == "invalid_grant":
        description = str(said.get("error_description") or "").lower()
        trouble = _why_dead(description, str(said.get("error_subtype") or ""))
        return NeedsReconnect(error, trouble=trouble) if refreshing else Rejected(error)
    if error in _WALLS:
        return NeedsReconnect(error, trouble=Trouble.CONSENT_WITHDRAWN) if refreshing else Rejected(WALL)
    if error in _OURS:
        wrong = error == "invalid_client"
        return Misconfigured(error, trouble=Trouble.SECRET_WRONG if wrong else Trouble.REGISTRATION_REFUSED)
    return NeedsReconnect(error) if refreshing else Rejected(error)


def _why_dead(description: str, subtype: str) -> Trouble:
    """For people's eyes alone; what happens next is the same."""
    if subtype == "invalid_rapt" or "rapt" in description:
        return Trouble.SIGN_IN_FREQUENCY
    if "deleted" in description:
        return Trouble.ACCOUNT_DELETED
    if "disabled" in description or "suspended" in description:
        return Trouble.ACCOUNT_DISABLED
    return Trouble.LAPSED


def returned_problem(error: str, description: str) -> PortError:
    """What an error means with which a browser came back."""
    if error == "access_denied":
        return Rejected(CANCELLED)
    if error in _WALLS:
        return Rejected(WALL)
    code = error if _WORD.fullmatch(error) else "unreadable"
    return (Transient if error in _PASSING else Rejected)(code)
