"""The web server loads before it forks what the first customer of a process would otherwise wait for."""

from __future__ import annotations

from typing import Any

import granian.server
import pytest
from django.template import engines

from chosei.actions import holidays
from chosei.ops import serving


@pytest.fixture
def loaded_at_the_fork(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What is in memory when the server would begin to fork."""
    found: dict[str, Any] = {}
    loader = engines["django"].engine.template_loaders[0]  # type: ignore[attr-defined]

    class Recorder:
        def __init__(self, *_arguments: object, **_options: object) -> None:
            found["countries"] = holidays._of_year.cache_info().currsize
            found["templates"] = {str(key) for key in loader.get_template_cache}

        def serve(self) -> None:
            found["served"] = True

    monkeypatch.setattr(granian.server, "Server", Recorder)
    holidays._of_year.cache_clear()
    loader.reset()
    serving.web("127.0.0.1", 1, 2)
    return found


def test_holidays_and_customers_pages_are_there_before_the_first_request(
    loaded_at_the_fork: dict[str, Any],
) -> None:
    assert loaded_at_the_fork["countries"] >= len(holidays.COUNTRIES)
    assert {"public/booking.html", "public/booking_times.html"} <= loaded_at_the_fork["templates"]
    assert loaded_at_the_fork["served"]
