"""Which providers this installation offers to its members."""

from __future__ import annotations

from chosei import wiring
from chosei.core.providers import About, ConnectionKind
from chosei.ports.providers import PROVIDERS, about


def offered(kind: ConnectionKind | None = None) -> list[About]:
    """Those the operator has set up, in the order of the registry; ``kind``: of that kind alone."""
    known = [about(provider) for provider in PROVIDERS if wiring.configured(provider)]
    return [one for one in known if kind is None or one.kind is kind]


def offered_provider(provider: str) -> About | None:
    """None for one that is not registered or not set up here."""
    return next((one for one in offered() if one.key == provider), None)
