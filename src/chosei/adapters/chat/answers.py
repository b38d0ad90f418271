"""What a chat service's refusal means, decided once."""

from __future__ import annotations

import re

from chosei.adapters.http import Answer
from chosei.ports.errors import PortError, Rejected, Throttled, Transient

_DEFAULT_WAIT = 30.0
_CODE = re.compile(r"[A-Za-z0-9_.\-]{1,60}")
_PASSING = frozenset({408, 425, 500, 502, 503, 504})


def taken(answer: Answer, *statuses: int) -> bool:
    """Whether the message was taken, which one of ``statuses`` says. Raises ``Transient`` for a page under
    it: that is somebody's in between, a proxy's or a sign-in's, and the service never saw the message."""
    if answer.status in statuses and answer.content.lstrip().startswith(b"<"):
        raise Transient("foreign_answer")
    return answer.status in statuses


def refusal(answer: Answer, code: str = "") -> PortError:
    """The error for an answer other than success. ``code``: the service's own word, if it is one."""
    word = code if _CODE.fullmatch(code) else f"http_{answer.status}"
    if answer.status == 429:
        wait = answer.retry_after
        return Throttled(word, retry_after=_DEFAULT_WAIT if wait is None else wait)
    if answer.status in _PASSING or answer.status >= 500:
        return Transient(word)
    return Rejected(word)
