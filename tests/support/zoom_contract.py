"""The contract file for Zoom, held against what passes between Chosei and the sandbox below /zoom.

As strict towards our own requests as Google's: a member or a query parameter that is not named is a mistake.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from tests.support.contract_schema import Contract, Exchange, Operation, contracts_folder
from tests.support.google_contract import GoogleContract

ZOOM_FILE = "zoom.openapi.json"
_ROOT = re.compile(r"/zoom(/v2)?(?=/)")
_KNOWN = re.compile(r"/zoom/(v2/(users/[^/]+/meetings|meetings/[^/]+)|oauth/(authorize|token|revoke))")
_SIGNED = {"x-zm-signature": r"v0=[0-9a-f]{64}", "x-zm-request-timestamp": r"\d+"}


class ZoomContract(GoogleContract):
    """Every check answers the violations found, as sentences."""

    def __init__(self, folder: Path) -> None:
        Contract.__init__(self, folder, ZOOM_FILE)

    def _operation(self, exchange: Exchange) -> Operation | None:
        path = _ROOT.sub("/google", exchange.path, count=1)
        return super()._operation(
            Exchange(exchange.method, path, exchange.query, exchange.headers, exchange.body)
        )

    def _answer(
        self, operation: Operation, status: int, headers: Mapping[str, str], body: bytes
    ) -> list[str]:
        """Refusals that the file lists without a body are those of its default."""
        listed = operation.content["responses"].get(str(status), {})
        if status >= 400 and "$ref" not in listed and "content" not in listed:
            return self._json("body", "#/components/schemas/ZoomError", body)
        return super()._answer(operation, status, headers, body)

    def notice(self, schema: str, headers: Mapping[str, str], body: bytes) -> list[str]:
        """What is wrong with a notice: ``schema`` is the one of the contract for its event."""
        there = {name.lower(): value for name, value in headers.items()}
        found = [
            f"{schema}: the header {name} is missing or malformed"
            for name, pattern in _SIGNED.items()
            if not re.fullmatch(pattern, there.get(name, ""))
        ]
        return found + self._json(schema, f"#/components/schemas/{schema}", body)


def is_zoom(path: str, method: str) -> bool:
    """Whether the contract speaks of this path of the sandbox; the forms of its sign-in pages are its own."""
    return _KNOWN.fullmatch(path) is not None and not (method == "POST" and path.endswith("/authorize"))


@cache
def zoom_contract() -> ZoomContract:
    """The Zoom contract, read once a process. Raises FileNotFoundError without the folder."""
    return ZoomContract(contracts_folder())
