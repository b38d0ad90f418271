"""Pages of long lists, found by key: quick however long the list is, and steady while it grows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Generic, TypeVar

from django.db.models import Model, Q, QuerySet
from django.utils.dateparse import parse_datetime

PAGE_SIZE = 30
Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True, slots=True)
class Slice(Generic[Row]):
    """One page; ``after`` is the key that the following one begins behind, empty at the end."""

    rows: list[Row]
    after: str


def by_id(rows: QuerySet[Row], after: str) -> Slice[Row]:
    """Newest first."""
    if after.isascii() and after.isdecimal() and len(after) < 19:
        rows = rows.filter(pk__lt=int(after))
    found = list(rows.order_by("-pk")[: PAGE_SIZE + 1])
    return Slice(found[:PAGE_SIZE], str(found[PAGE_SIZE - 1].pk) if len(found) > PAGE_SIZE else "")


def by_start(rows: QuerySet[Row], after: str, *, upcoming: bool) -> Slice[Row]:
    """By ``starts_at``: the next first, or the latest of the past. A key that is none begins at the top."""
    key = _key(after)
    if key is not None:
        start, pk = key
        side = "gt" if upcoming else "lt"
        rows = rows.filter(Q(**{f"starts_at__{side}": start}) | Q(starts_at=start, **{f"pk__{side}": pk}))
    order = ("starts_at", "pk") if upcoming else ("-starts_at", "-pk")
    found = list(rows.order_by(*order)[: PAGE_SIZE + 1])
    if len(found) <= PAGE_SIZE:
        return Slice(found, "")
    last = found[PAGE_SIZE - 1]
    start_at: datetime = last.starts_at  # type: ignore[attr-defined]
    return Slice(
        found[:PAGE_SIZE], f"{start_at.astimezone(UTC).isoformat().removesuffix('+00:00')}Z_{last.pk}"
    )


def _key(after: str) -> tuple[datetime, int] | None:
    text, _, pk = after.partition("_")
    if not (pk.isascii() and pk.isdecimal() and len(pk) < 19):
        return None
    try:
        start = parse_datetime(text)
    except ValueError:
        return None
    return (start, int(pk)) if start is not None and start.tzinfo is not None else None
