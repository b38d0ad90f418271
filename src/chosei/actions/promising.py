"""Writing a promise: the database has the last word on what overlaps."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from django.db import IntegrityError, OperationalError, transaction

from chosei.actions.errors import InvalidInput, TimeTaken

_OVERLAP, _TWICE, _DEADLOCK = "23P01", "23505", "40P01"  # PostgreSQL: exclusion, unique, deadlock
_TRIES = 3
Made = TypeVar("Made")


def committed(write: Callable[[], Made]) -> Made:
    """Run ``write`` in a transaction. Raises TimeTaken when what it promises is promised already, and
    InvalidInput(submission) when its form has been used for something else.
    """
    for attempt in range(_TRIES):
        try:
            with transaction.atomic():
                return write()
        except IntegrityError as clash:
            if _code(clash) == _OVERLAP:
                raise TimeTaken from clash
            if _code(clash) == _TWICE:
                raise InvalidInput(submission="spent") from clash
            raise
        except OperationalError as busy:
            if _code(busy) != _DEADLOCK or attempt == _TRIES - 1:
                raise
    raise AssertionError("unreachable")


def _code(error: Exception) -> str:
    return getattr(error.__cause__, "sqlstate", None) or ""
