"""What the sandbox sends by itself never keeps it from answering."""

from __future__ import annotations

from pathlib import Path

import chosei.sandbox
from chosei.sandbox import outgoing


def test_everything_goes_out_with_certificates_read_once() -> None:
    """Reading them for each notification took fifty times as long as writing the holds themselves."""
    assert outgoing._trusted() is outgoing._trusted()
    places = Path(chosei.sandbox.__file__).parent.rglob("*.py")
    ways = [place.name for place in places if "httpx2.AsyncClient(" in place.read_text()]
    assert ways == ["outgoing.py"]
