"""What tests of the adapters share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import stamina

from tests.adapters.platform import Platform


@pytest.fixture(autouse=True)
def _no_waiting() -> Iterator[None]:
    """Retries stay, their pauses go."""
    with stamina.set_testing(True, attempts=3, cap=True):
        yield


@pytest.fixture
def platform() -> Platform:
    return Platform()
