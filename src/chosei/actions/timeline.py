"""Writing down what happened. The sentences are the web's; here are stable words."""

from __future__ import annotations

from typing import Any

from chosei.records.models import Appointment, Member, Proposal, TimelineEntry


def note(
    kind: str,
    *,
    proposal: Proposal | None = None,
    appointment: Appointment | None = None,
    member: Member | None = None,
    actor: str = "chosei",
    **detail: Any,
) -> None:
    """``actor`` is member, guest, chosei or provider; ``detail`` carries codes and instants, no personal
    data.
    """
    TimelineEntry.objects.create(
        kind=kind, proposal=proposal, appointment=appointment, member=member, actor=actor, detail=detail
    )
