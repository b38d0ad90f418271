"""What every part of a running sandbox shares."""

from __future__ import annotations

from dataclasses import dataclass, field

from starlette.requests import Request

from chosei.sandbox.background import Background
from chosei.sandbox.clock import Clock
from chosei.sandbox.database import Database
from chosei.sandbox.directory import Directory
from chosei.sandbox.faults import Faults
from chosei.sandbox.guard import Guard
from chosei.sandbox.identity.store import IdentityStore
from chosei.sandbox.identity.tokens import Tokens


@dataclass(frozen=True, slots=True)
class Options:
    """Settings of one sandbox. Lifetimes in seconds."""

    access_token_seconds: int = 3900
    refresh_token_seconds: int = 90 * 24 * 3600
    code_seconds: int = 600
    concurrent_calls: int = 4


@dataclass(frozen=True, slots=True)
class SandboxContext:
    """One per application; reached from a request with `context_of`."""

    database: Database
    clock: Clock
    directory: Directory
    faults: Faults
    guard: Guard
    identity: IdentityStore
    background: Background = field(default_factory=Background)
    options: Options = field(default_factory=Options)

    @property
    def tokens(self) -> Tokens:
        """Access and refresh tokens."""
        return self.identity.tokens


def context_of(request: Request) -> SandboxContext:
    """The context of the application that serves `request`."""
    context: SandboxContext = request.app.state.sandbox
    return context


def origin_of(request: Request) -> str:
    """Scheme, host and port as the client wrote them, without a slash at the end.

    A proxy on this machine may speak for another name (Host, X-Forwarded-Proto), which serves clients
    that refuse http.
    """
    return f"{request.url.scheme}://{request.url.netloc}"
