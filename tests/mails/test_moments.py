from __future__ import annotations

from datetime import UTC, datetime

import pytest

from chosei.sandbox.mailbox.moments import moment


@pytest.mark.parametrize(
    ("language", "said"),
    [("ja", "12月4日(金) 0:30:05（東京）"), ("en", "Fri, Dec 4, 0:30:05 (Tokyo)")],
)
def test_the_viewer_reads_tokyos_time_wherever_the_machine_stands(
    monkeypatch: pytest.MonkeyPatch, language: str, said: str
) -> None:
    monkeypatch.setenv("TZ", "America/New_York")
    assert moment(language, datetime(2026, 12, 3, 15, 30, 5, tzinfo=UTC)) == said
