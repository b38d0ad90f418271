"""Writing a promise: the database has the last word on what overlaps."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from django.db import IntegrityError, OperationalError, transaction

from chosei.actions.errors import ActionError, InvalidInput, TimeTaken

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


def once(made: Callable[[], Made | None], act: Callable[[], Made]) -> Made:
    """What this very form ``made``: now, or a moment ago when it was sent twice."""
    done = made()
    if done is not None:
        return done
    try:
        return act()
    except ActionError:
        done = made()  # its twin was quicker, and is what the time was lost to
        if done is None:
            raise
        return done


def _code(error: Exception) -> str:
    return getattr(error.__cause__, "sqlstate", None) or ""
