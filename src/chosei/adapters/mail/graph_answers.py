"""What a refusal of Exchange Online or of the token endpoint means for a letter, decided once.

Only codes are kept, never sentences. Branch on ``error.code`` and the status (microsoft-graph-docs
concepts/errors; entra-docs identity-platform/reference-error-codes).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from chosei.adapters.http import retry_after
from chosei.ports.errors import Misconfigured, PortError, Rejected, Throttled, Transient

DEFAULT_RETRY_SECONDS = 60.0
# The mailbox as a whole may not send: for the operator to mend, whatever the status is.
_BLOCKED = frozenset(
    {
        "erroraccessdenied",
        "errorsendasdenied",
        "errorinvaliduser",
        "errornonexistentmailbox",
        "errormessagesubmissionblocked",
        "errorquotaexceeded",
        "mailboxnotenabledforrestapi",
        "mailboxnotsupportedforrestapi",
    }
)
# Exchange's own words for "not now", met under 400 as well.
_PASSING = frozenset({"errormailboxstoreunavailable", "errortimeoutexpired", "errorservertoobusy"})
_PASSING_STATUS = frozenset({408, 423, 424, 425, 509})
_OPERATORS_STATUS = frozenset({401, 403, 404, 410})
_PASSING_AT_TOKEN = frozenset({"temporarily_unavailable", "server_error"})
_CODE = re.compile(r"[A-Za-z0-9_.\-]{1,60}")


def refusal(status: int, body: Mapping[str, Any], headers: Mapping[str, str]) -> PortError:
    """The port's word for an answer of sendMail that does not say it took the letter."""
    error = body.get("error")
    told = error.get("code") if isinstance(error, Mapping) else None
    code = f"graph_{_word(told) or status}"
    word = code.removeprefix("graph_").lower()
    request_id = _word(headers.get("request-id"))
    wait = retry_after(headers)
    if status == 429 or (wait is not None and (status in _PASSING_STATUS or status >= 500)):
        return Throttled(
            code, retry_after=DEFAULT_RETRY_SECONDS if wait is None else wait, request_id=request_id
        )
    if word in _BLOCKED or status in _OPERATORS_STATUS:
        return Misconfigured(code, request_id=request_id)
    passing = "transient" in word or word in _PASSING or status in _PASSING_STATUS
    if passing or status >= 500 or status < 400:
        return Transient(code, request_id=request_id)
    return Rejected(code, request_id=request_id)


def token_refusal(status: int, body: Mapping[str, Any], headers: Mapping[str, str]) -> PortError:
    """The port's word for a token that was not given. The number tells an operator what to look for."""
    error, numbers = _word(body.get("error")), body.get("error_codes")
    code = error or f"http_{status}"
    if isinstance(numbers, list) and numbers and isinstance(numbers[0], int):
        code += f":AADSTS{numbers[0]}"
    request_id = _word(body.get("correlation_id"))
    wait = retry_after(headers)
    # What does not speak OAuth is a proxy or firewall in between, and says nothing of the registration.
    passing = status >= 500 or not error or error in _PASSING_AT_TOKEN
    if status == 429 or (passing and wait is not None):
        return Throttled(
            code, retry_after=DEFAULT_RETRY_SECONDS if wait is None else wait, request_id=request_id
        )
    if passing:
        return Transient(code, request_id=request_id)
    return Misconfigured(code, request_id=request_id)


def _word(value: object) -> str:
    return value if isinstance(value, str) and _CODE.fullmatch(value) else ""
