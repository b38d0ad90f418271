"""Logs: structured, one line an event, without secrets and without personal data.

Two nets. Values under a telling name (password, email, …) are dropped whole. Every text is searched for mail
addresses, sealed or signed tokens, secret links, query strings, and words that are not ASCII: Chosei's own
messages are English, so anything else was typed by a person.
"""

from __future__ import annotations

import logging
import logging.config
import re
import sys
from collections.abc import Mapping
from typing import Any, TextIO

import structlog

REDACTED = "[redacted]"
PRIVATE_KEYS = re.compile(
    r"password|passwd|secret|token|authorization|cookie|credential|assertion|session|csrf|(^|_)(key|code|sig)$"
    r"|e?mail|address|recipient|sender|(^|_)(to|cc|bcc|ip)$|(^|_)name$|company|phone|subject|title|body|query|link",
    re.IGNORECASE,
)
HARMLESS_KEYS = frozenset(
    {"task_name", "queue_name", "logger_name", "worker_name", "status_code", "error_code"}
)

_DATABASE_DETAIL = re.compile(r"(DETAIL|Failing row contains|CONTEXT):?.*", re.DOTALL)
_ADDRESS = re.compile(r"[^\s@<>\"'(),;:=/]+@[^\s@<>\"'(),;:/]+")
_BEARER = re.compile(r"\b(Bearer|Basic)\s+\S+", re.IGNORECASE)
_ASSIGNED = re.compile(
    r"\b(password|secret|token|code|state|nonce|client_secret|refresh_token|access_token|key)\b(['\"]?\s*[=:]\s*['\"]?)[^\s&'\",}]+",
    re.IGNORECASE,
)
_USERINFO = re.compile(r"(\w+://)[^\s/@]*:[^\s/@]*@")
_QUERY = re.compile(r"(?<=[\w/])\?[^\s\"'<>]+=[^\s\"'<>]*")
_RANDOM = re.compile(r"[A-Za-z0-9_+=-]{20,}(\.[A-Za-z0-9_+=-]{6,})*")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_NOT_ASCII = re.compile(r"[^\x00-\x7f]+")


def redact_text(text: str) -> str:
    """`text` without anything that could be a secret or say who somebody is."""
    text = _DATABASE_DETAIL.sub(r"\1: " + REDACTED, text)
    text = _USERINFO.sub(r"\1" + REDACTED + "@", text)
    text = _QUERY.sub("?" + REDACTED, text)
    text = _ADDRESS.sub(lambda found: found[0] if REDACTED in found[0] else REDACTED, text)
    text = _BEARER.sub(r"\1 " + REDACTED, text)
    text = _ASSIGNED.sub(lambda found: f"{found[1]}{found[2]}{REDACTED}", text)
    text = _RANDOM.sub(lambda found: REDACTED if _looks_random(found[0]) else found[0], text)
    return _NOT_ASCII.sub("[text]", text)


def _looks_random(word: str) -> bool:
    """Tokens mix capitals, small letters and digits; names do not, and a UUID alone opens nothing."""
    if _UUID.fullmatch(word.lower()):
        return False
    kinds = (any(map(str.isupper, word)), any(map(str.islower, word)), any(map(str.isdigit, word)))
    identifier = re.fullmatch(r"_*[a-z][a-z_-]*|[A-Z][A-Z_]*|([A-Z][a-z]{2,}|Id)+|=+|-+|\++|_+", word)
    return sum(kinds) >= 2 and identifier is None


def redact_value(value: Any) -> Any:
    """`value` redacted all the way down; numbers and truth values say nothing about anybody."""
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, Mapping):
        return {
            str(key): REDACTED if _private(str(key)) else redact_value(inner) for key, inner in value.items()
        }
    if isinstance(value, (list, tuple, set, frozenset)):
        return [redact_value(inner) for inner in value]
    return redact_text(value if isinstance(value, str) else repr(value))


def _private(key: str) -> bool:
    return key not in HARMLESS_KEYS and PRIVATE_KEYS.search(key) is not None


def redact(logger: Any, method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """The processor: last before rendering, so that nothing passes it, tracebacks included."""
    return {
        key: inner
        if key in {"timestamp", "level", "logger"}
        else REDACTED
        if _private(key)
        else redact_value(inner)
        for key, inner in event.items()
    }


_SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.PositionalArgumentsFormatter(),
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]


def _finish(renderer: Any) -> list[Any]:
    return [
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
        redact,
        renderer,
    ]


def _text_of_exception(stream: Any, exception: Any) -> None:
    """The console renderer's own tracebacks show local variables; ours is in the event already."""


class StderrHandler(logging.StreamHandler):  # type: ignore[type-arg]
    """Writes to what standard error is now, not to what it was when logging was set up."""

    def __init__(self) -> None:
        super().__init__(sys.stderr)

    @property
    def stream(self) -> TextIO:
        return sys.stderr

    @stream.setter
    def stream(self, value: TextIO) -> None:
        """The base class sets it once; what counts is read at each line."""


def logging_config(style: str) -> dict[str, Any]:
    """For `logging.config.dictConfig`; `style` is `json` or `console`."""
    renderer: Any = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if style == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=_text_of_exception)
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "redacted": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": [*_SHARED[:3], *_SHARED[4:], structlog.stdlib.ExtraAdder()],
                "processors": _finish(renderer),
            }
        },
        "handlers": {"stderr": {"()": StderrHandler, "formatter": "redacted"}},
        "root": {"handlers": ["stderr"], "level": "INFO"},
        "loggers": {
            # Django logs these with the path, which may be a secret link; RequestLogMiddleware has the route.
            "django.request": {"level": "ERROR"},
            "django.security": {"level": "ERROR"},
            "httpx2": {"level": "WARNING"},
            "httpcore2": {"level": "WARNING"},
            "axes": {"level": "ERROR"},
            "procrastinate": {"level": "WARNING"},
        },
    }


def configure(config: dict[str, Any]) -> None:
    """Django's LOGGING_CONFIG: the standard library's loggers and structlog end in the same redacted line."""
    logging.config.dictConfig(config)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_SHARED,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
