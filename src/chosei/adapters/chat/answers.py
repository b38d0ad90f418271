"""What a chat service's refusal means, decided once."""

from __future__ import annotations

import re

from chosei.adapters.http import Answer
from chosei.ports.errors import PortError, Rejected, Throttled, Transient

_DEFAULT_WAIT = 30.0
_CODE = re.compile(r"[A-Za-z0-9_.\-]{1,60}")
_PASSING = frozenset({408, 425, 500, 502, 503, 504})


def refusal(answer: Answer, code: str = "") -> PortError:
    """The error for an answer other than success. ``code``: the service's own word, if it is one."""
    word = code if _CODE.fullmatch(code) else f"http_{answer.status}"
    if answer.status == 429:
        wait = answer.retry_after
        return Throttled(word, retry_after=_DEFAULT_WAIT if wait is None else wait)
    if answer.status in _PASSING or answer.status >= 500:
        return Transient(word)
    return Rejected(word)
