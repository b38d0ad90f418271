"""What can go wrong outside, named by what to do next.

    PortError
    ├── Throttled        run again at the time told
    ├── Transient        back off and try again
    ├── Missing          the thing is not there (any more): observe again
    ├── Conflict         somebody else changed it: observe again
    ├── NeedsReconnect   pause the connection, tell its owner
    ├── Rejected         this request will never be accepted: park it, show it
    └── Misconfigured    Chosei's own registration is wrong: tell the operator

Every adapter maps its provider's answers to this tree once, at its edge.
"""

from __future__ import annotations

from chosei.core.troubles import Trouble


class PortError(Exception):
    """An outside service did not do what was asked.

    ``code`` is the provider's own short code (safe to log and to show to an administrator), ``request_id``
    what the provider's support asks for. Neither may carry personal data.
    """

    def __init__(self, code: str, *, request_id: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.request_id = request_id


class Throttled(PortError):
    """Too many requests; ask again after ``retry_after`` seconds."""

    def __init__(self, code: str, *, retry_after: float, request_id: str = "") -> None:
        super().__init__(code, request_id=request_id)
        self.retry_after = retry_after


class Transient(PortError):
    """The service is away, slow or broken, or its answer was lost; whether it acted is unknown."""


class Missing(PortError):
    """What was addressed does not exist there."""


class Conflict(PortError):
    """What was addressed has changed since it was read, or exists already."""


class NeedsReconnect(PortError):
    """The account's permission is gone; only a person signing in again can bring it back.

    ``claims``: what the service wants of that sign-in, in its own words (JSON), to be passed on to it.
    """

    def __init__(
        self, code: str, *, trouble: Trouble = Trouble.SIGNED_OUT, claims: str = "", request_id: str = ""
    ) -> None:
        super().__init__(code, request_id=request_id)
        self.trouble = trouble
        self.claims = claims


class Rejected(PortError):
    """The request was understood and refused for good."""


class Misconfigured(PortError):
    """Chosei's registration with the provider is wrong (secret, redirect URI, scopes)."""

    def __init__(
        self, code: str, *, trouble: Trouble = Trouble.REGISTRATION_REFUSED, request_id: str = ""
    ) -> None:
        super().__init__(code, request_id=request_id)
        self.trouble = trouble
