"""Which mail server takes our letters, and how the way to it is protected."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Security = Literal["none", "starttls", "tls"]


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """A mail server. ``timeout`` is seconds for connecting and for each answer."""

    host: str
    port: int
    user: str = ""
    password: str = field(default="", repr=False)
    security: Security = "none"
    timeout: float = 10.0
