"""What every test of pages needs."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings


@pytest.fixture(scope="session", autouse=True)
def _static_folder() -> None:
    """WhiteNoise warns of a folder that only a start of the real thing would have filled."""
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
