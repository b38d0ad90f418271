"""WCAG 2.2 AA for every pair of colours the components set beside each other, in both schemes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import chosei.web

SOURCE = (Path(chosei.web.__file__).parent / "static/css/tokens.css").read_text(encoding="utf-8")
LIGHT, DARK = SOURCE.split("@media (prefers-color-scheme: dark)")

TEXT = [  # text on its ground: 4.5:1
    *[(ink, ground) for ink in ("ink-1", "ink-2") for ground in ("paper", "card", "sunk", "accent-wash")],
    *[("ink-1", f"{kind}-wash") for kind in ("hold", "settled", "attention", "mine")],
    *[(kind, ground) for kind in ("accent", "hold", "settled", "attention") for ground in ("paper", "card")],
    ("accent", "accent-wash"), ("accent-pressed", "paper"), ("accent", "sunk"),
    ("on-accent", "accent-fill"), ("on-accent", "accent-pressed"),
    ("on-attention", "attention"), ("on-attention", "attention-pressed"),
    ("hold", "hold-wash"), ("hold", "hold-stripe"), ("settled", "settled-wash"),
    ("attention", "attention-wash"),
    ("peer-ink", "peer-wash"), ("ink-2", "unknown-wash"),
]  # fmt: skip
EDGES = [  # what shows that something can be operated, or has the focus: 3:1
    ("line-control", "paper"), ("line-control", "card"), ("focus", "paper"), ("focus", "card"),
    ("accent-fill", "paper"), ("accent-fill", "card"), ("attention", "card"),
]  # fmt: skip


def colours(scheme: str) -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6})\b", scheme))


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    bright, dim = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


SCHEMES = {"light": colours(LIGHT), "dark": colours(LIGHT) | colours(DARK.split("@media print")[0])}


def test_the_measure_itself():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize(("ink", "ground"), TEXT)
def test_text(scheme, ink, ground):
    assert contrast(SCHEMES[scheme][ink], SCHEMES[scheme][ground]) >= 4.5


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize(("edge", "ground"), EDGES)
def test_edges(scheme, edge, ground):
    assert contrast(SCHEMES[scheme][edge], SCHEMES[scheme][ground]) >= 3


@pytest.mark.parametrize("name", sorted(colours(DARK)))
def test_the_dark_scheme_names_no_token_of_its_own(name):
    assert name in SCHEMES["light"]
