"""QR codes: a reception code for the front desk's camera, a page's address for a phone's."""

from __future__ import annotations

from io import BytesIO

import segno

_QUIET = 4  # modules of light around it, as readers expect (ISO/IEC 18004)


def png(text: str, scale: int = 6) -> bytes:
    """For mails: SVG is shown by hardly any mail program. ``scale``: pixels a module."""
    out = BytesIO()
    segno.make(text, error="m", micro=False).save(out, kind="png", scale=scale, border=_QUIET)
    return out.getvalue()


def svg_address(text: str, scale: int = 6) -> str:
    """For pages: a ``data:`` address for an image, on light ground, so that a dark scheme can be read too."""
    made = segno.make(text, error="m", micro=False)
    return str(made.svg_data_uri(scale=scale, border=_QUIET, light="#fff"))
