"""What tests of the adapters share."""

from __future__ import annotations

import pytest

from tests.adapters.platform import Platform


@pytest.fixture
def platform() -> Platform:
    return Platform()
