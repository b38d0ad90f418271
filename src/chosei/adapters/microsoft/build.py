"""How the ports of Microsoft 365 are made; the wiring calls these by name."""

from __future__ import annotations

from collections.abc import Mapping

from chosei.adapters.http import Deadline, shared
from chosei.adapters.microsoft.authorization import MicrosoftAuthorization, Registration
from chosei.adapters.microsoft.calendar import MicrosoftCalendar
from chosei.adapters.microsoft.graph import Graph, Slot, TokenSource


def authorization(settings: Mapping[str, str]) -> MicrosoftAuthorization:
    """``settings``: client_id, client_secret, tenant, login_url, graph_url. Raises ``Misconfigured``."""
    registration = Registration(**settings)
    return MicrosoftAuthorization(registration, shared("microsoft-identity", registration.login_url))


def calendar(
    settings: Mapping[str, str], *, token: TokenSource, slot: Slot, zone: str, within: float | None
) -> MicrosoftCalendar:
    """One account's calendar. All calls through it together may take ``within`` seconds. Raises
    ``Misconfigured``."""
    registration = Registration(**settings)
    http = shared("microsoft-graph", registration.graph_url)
    graph = Graph(http, registration.graph_url, token, slot, Deadline.within(within))
    return MicrosoftCalendar(graph, owner_zone=zone)
