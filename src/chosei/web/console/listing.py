"""Pages of long lists, found by key: quick however long the list is, and steady while it grows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

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


def newest_of(parts: Sequence[QuerySet[Row]], shown: QuerySet[Row], after: str) -> Slice[Row]:
    """Newest first out of parts that may overlap. ``shown``: how the rows are read that are shown."""
    if after.isascii() and after.isdecimal() and len(after) < 19:
        parts = [rows.filter(pk__lt=int(after)) for rows in parts]
    keys = _side_by_side(parts, ["-pk"], ["pk"])
    return Slice(_read(shown, keys), str(keys[PAGE_SIZE - 1][0]) if len(keys) > PAGE_SIZE else "")


def by_start(
    parts: Sequence[QuerySet[Row]], shown: QuerySet[Row], after: str, *, upcoming: bool
) -> Slice[Row]:
    """By their ``start``, the next first or the latest of the past, out of parts that may overlap. ``shown``:
    how the rows are read that are shown. A key that is none begins at the top.
    """
    key = _key(after)
    if key is not None:
        start, pk = key
        side = "gt" if upcoming else "lt"
        # The bound as well as the exact place: an index can begin at the one alone.
        behind = Q(**{f"start__{side}": start}) | Q(start=start, **{f"pk__{side}": pk})
        parts = [rows.filter(behind, **{f"start__{side}e": start}) for rows in parts]
    order = ["start", "pk"] if upcoming else ["-start", "-pk"]
    keys = _side_by_side(parts, order, ["pk", "start"])
    if len(keys) <= PAGE_SIZE:
        return Slice(_read(shown, keys), "")
    pk, start = keys[PAGE_SIZE - 1]
    following = f"{start.astimezone(UTC).isoformat().removesuffix('+00:00')}Z_{pk}"
    return Slice(_read(shown, keys), following)


def _side_by_side(
    parts: Sequence[QuerySet[Row]], order: Sequence[str], columns: Sequence[str]
) -> list[tuple[Any, ...]]:
    """The first keys of all parts: of each no more than a page is read."""
    firsts = [rows.order_by(*order).values_list(*columns)[: PAGE_SIZE + 1] for rows in parts]
    if len(firsts) < 2:
        return [tuple(key) for rows in firsts for key in rows]
    return list(firsts[0].union(*firsts[1:]).order_by(*order)[: PAGE_SIZE + 1])


def _read(shown: QuerySet[Row], keys: Sequence[tuple[Any, ...]]) -> list[Row]:
    pks = [key[0] for key in keys[:PAGE_SIZE]]
    found = {row.pk: row for row in shown.filter(pk__in=pks)}
    return [found[pk] for pk in pks if pk in found]


def _key(after: str) -> tuple[datetime, int] | None:
    text, _, pk = after.partition("_")
    if not (pk.isascii() and pk.isdecimal() and len(pk) < 19):
        return None
    try:
        start = parse_datetime(text)
    except ValueError:
        return None
    return (start, int(pk)) if start is not None and start.tzinfo is not None else None
