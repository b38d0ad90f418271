"""Which changes of one calendar may be sent at once: nothing keeps those in order."""

from __future__ import annotations

from collections.abc import Sequence

from chosei.ports.calendar import Change, CreateEvent


def waves(changes: Sequence[Change]) -> list[list[int]]:
    """The changes by number, such that no wave touches one event twice."""
    found: list[list[int]] = []
    touched: set[str] = set()
    for i, change in enumerate(changes):
        one = "" if isinstance(change, CreateEvent) else change.remote_id
        if not found or one in touched:
            found.append([])
            touched = set()
        found[-1].append(i)
        if one:
            touched.add(one)
    return found
