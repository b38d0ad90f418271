"""The permissions Chosei asks of Microsoft 365, frozen here.

A scope added later asks every customer's administrator for consent again, and one that the registration lacks
cannot be consented to at all: change this list only together with the registration and a migration plan.
"""

from __future__ import annotations

from collections.abc import Iterable

REASONS = {
    "openid": "an ID token that says who signed in",
    "profile": "the person's name and account id in it",
    "email": "the address shown beside the connection",
    "offline_access": "a refresh token: appointments are made while nobody is signed in",
    "User.Read": "the account's own addresses, to compare with the address in Chosei",
    "Calendars.ReadWrite": "busy times, holds and appointments in the person's own calendar; getSchedule",
}
REQUESTED = tuple(REASONS)
PLACES = "Place.Read.All"
LATER = {
    PLACES: "the company's meeting rooms and room lists; asked only where rooms are wanted",
}
"""Registered from the start, but not asked of somebody who connects: it needs an administrator everywhere."""
BEYOND = {"": (), "places": tuple(LATER)}
"""What is asked for in addition, by the purpose that ``AuthorizationPort`` names."""
REGISTERED = (*REQUESTED, *LATER)
"""What the registration in Entra ID must list: an administrator's approval (``.default``) grants this."""
NEEDED = frozenset({"User.Read", "Calendars.ReadWrite"})
"""What the token endpoint must say it granted; the others it does not always list."""

_SHORT_BY_LOWER = {scope.lower(): scope for scope in REGISTERED}


def granted(text: str) -> frozenset[str]:
    """The scopes of a token response, in our spelling where we know them.

    The endpoint answers ``Calendars.ReadWrite`` or ``https://graph.microsoft.com/Calendars.ReadWrite``, in
    any case.
    """
    return frozenset(_short(scope) for scope in text.split())


def why(scope: str) -> str:
    """What a registered scope is for, for the person who is asked to grant it. Raises ``KeyError``."""
    return {**REASONS, **LATER}[scope]


def missing(scopes: Iterable[str]) -> frozenset[str]:
    """What we cannot do without and was not granted."""
    return NEEDED - frozenset(scopes)


def _short(scope: str) -> str:
    name = scope.rsplit("/", 1)[-1]
    return _SHORT_BY_LOWER.get(name.lower(), name)
