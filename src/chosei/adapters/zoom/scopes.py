"""The permissions Chosei asks of Zoom, frozen here: the app's registration must list exactly these.

Granular scopes (developers.zoom.us, "Granular scopes"). A grant of an older app names the classic ones
instead.
"""

from __future__ import annotations

from collections.abc import Iterable

REASONS = {
    "user:read:user": "the account's id, name and address, to show beside the connection",
    "meeting:write:meeting": "making the meeting when an appointment is confirmed",
    "meeting:read:meeting": "the host's own start link, asked for when the host clicks",
    "meeting:update:meeting": "moving the meeting with the appointment",
    "meeting:delete:meeting": "removing the meeting when the appointment is cancelled",
    "meeting:read:list_meetings": "finding a meeting again whose creation's answer was lost",
}


def granted(text: str) -> frozenset[str]:
    """The scopes of a token answer, without the suffixes that administrators' grants carry."""
    return frozenset(one.removesuffix(":admin").removesuffix(":master") for one in text.split())


def missing(scopes: Iterable[str]) -> frozenset[str]:
    """What we cannot do without and was not granted. An answer that tells no scopes grants what is registered
    (RFC 6749 section 5.1)."""
    have = frozenset(scopes)
    if not have:
        return frozenset()
    return frozenset(one for one in REASONS if one not in have and not _covered(one, have))


def _covered(scope: str, have: frozenset[str]) -> bool:
    kind, act, _ = scope.split(":")
    return f"{kind}:{'read' if act == 'read' else 'write'}" in have
