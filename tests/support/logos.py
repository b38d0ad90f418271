"""A small picture to pass for a logo."""

from __future__ import annotations

import struct
import zlib


def png(width: int = 120, height: int = 40, colour: tuple[int, int, int, int] = (31, 79, 143, 255)) -> bytes:
    """A PNG of one colour, with transparency."""
    rows = (b"\0" + bytes(colour) * width) * height
    parts = {
        b"IHDR": struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0),
        b"IDAT": zlib.compress(rows),
        b"IEND": b"",
    }
    chunks = (
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in parts.items()
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)
