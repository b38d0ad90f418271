"""Which other sites may show a booking page in a frame."""

from __future__ import annotations

from collections.abc import Iterable

from chosei.actions.errors import InvalidInput
from chosei.core.origins import origin_of
from chosei.records.models import BookingPage, Member

MAX_SITES = 20


def allow_embedding(member: Member, page: BookingPage, sites: Iterable[str]) -> None:
    """These sites and no others, by their addresses. Raises InvalidInput(sites)."""
    origins: list[str] = []
    for site in sites:
        try:
            origin = origin_of(site)
        except ValueError as wrong:
            raise InvalidInput(sites=str(wrong).replace(" ", "_")) from wrong
        if origin not in origins:
            origins.append(origin)
    if len(origins) > MAX_SITES:
        raise InvalidInput(sites="too_many_sites")
    page.embed_origins = origins
    page.save(update_fields=["embed_origins", "changed_at"])
