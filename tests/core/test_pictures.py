"""Uploaded pictures: only the picture stays, and what is none is refused with its reason."""

from __future__ import annotations

import struct
import zlib

import pytest

from chosei.core.pictures import MAX_BYTES, PictureRefused, clean_picture

SIGNATURE = b"\x89PNG\r\n\x1a\n"


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(
    width: int = 120, height: int = 40, *, extra: bytes = b"", interlace: int = 0, rows: bytes = b""
) -> bytes:
    """A grey picture."""
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, interlace)
    packed = zlib.compress(rows or (b"\0" + b"\x80" * width) * height)
    return SIGNATURE + chunk(b"IHDR", head) + extra + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


def segment(marker: int, data: bytes) -> bytes:
    return bytes([0xFF, marker]) + struct.pack(">H", len(data) + 2) + data


def jpeg(
    width: int = 120, height: int = 40, *, extra: bytes = b"", components: int = 3, depth: int = 8
) -> bytes:
    """The outline of one: tables and coded rows are never looked into."""
    frame = struct.pack(">BHHB", depth, height, width, components) + b"\1\x11\0" * components
    scan = segment(0xDA, b"\3\1\0\2\x11\3\x11\0\x3f\0") + b"\x12\xff\x00\x34\xff\xd0\x56"
    tables = segment(0xDB, b"\0" * 65) + segment(0xC0, frame) + segment(0xC4, b"\0" * 20)
    return b"\xff\xd8" + extra + tables + scan + b"\xff\xd9"


def exif(orientation: int) -> bytes:
    entry = struct.pack("<HHIHH", 0x0112, 3, 1, orientation, 0)
    return segment(0xE1, b"Exif\0\0II*\0\x08\0\0\0\x01\0" + entry + b"\0\0\0\0")


def test_a_png_keeps_its_pixels_and_nothing_else() -> None:
    secrets = chunk(b"tEXt", b"Author\0Sato") + chunk(b"eXIf", b"MM") + chunk(b"iCCP", b"x\0\0" + b"junk")
    made = clean_picture(png(extra=secrets) + b"<script>alert(1)</script>")
    assert (made.content_type, made.width, made.height) == ("image/png", 120, 40)
    assert made.content.startswith(SIGNATURE)
    for gone in (b"tEXt", b"eXIf", b"iCCP", b"Sato", b"script"):
        assert gone not in made.content
    data = made.content[made.content.index(b"IDAT") + 4 : made.content.index(b"IEND") - 8]
    assert zlib.decompress(data) == (b"\0" + b"\x80" * 120) * 40
    assert clean_picture(made.content) == made


def test_an_interlaced_png_has_its_rows_in_seven_passes() -> None:
    passes = [(15, 5), (15, 5), (30, 5), (30, 10), (60, 10), (60, 20), (120, 20)]
    rows = b"".join((b"\0" + b"\x80" * columns) * lines for columns, lines in passes)
    assert clean_picture(png(interlace=1, rows=rows)).width == 120


def test_a_jpeg_keeps_what_draws_it_and_nothing_else() -> None:
    adobe = segment(0xEE, b"Adobe\0\x64\0\0\0\0\1")
    extra = adobe + exif(1) + segment(0xFE, b"shot by Sato") + segment(0xE2, b"ICC_PROFILE\0" + b"x" * 40)
    made = clean_picture(jpeg(extra=extra) + b"<script>alert(1)</script>")
    assert (made.content_type, made.width, made.height) == ("image/jpeg", 120, 40)
    for gone in (b"Exif", b"Sato", b"ICC_PROFILE", b"script"):
        assert gone not in made.content
    assert adobe in made.content, "it says which colours the numbers stand for"
    assert b"\x12\xff\x00\x34\xff\xd0\x56\xff\xd9" in made.content
    assert clean_picture(made.content) == made


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "not_a_picture"),
        (b"hello", "not_a_picture"),
        (b"%PDF-1.7", "not_a_picture"),
        (b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>', "vector"),
        (b"\xef\xbb\xbf  <SVG onload=alert(1)>", "vector"),
        (b"GIF89a" + b"\0" * 20, "not_shown_everywhere"),
        (b"RIFF\x10\0\0\0WEBPVP8 ", "not_shown_everywhere"),
        (b"\0" * (MAX_BYTES + 1), "too_heavy"),
        (png(15, 40), "too_small"),
        (png(2001, 20), "too_large"),
        (png()[:-20], "damaged"),
        (png()[:-25] + b"\0" + png()[-24:], "damaged"),
        (SIGNATURE, "damaged"),
        (png(rows=b"\0" * 100), "damaged"),
        (png(rows=b"\0" * 10_000_000), "damaged"),
        (jpeg()[:-2], "damaged"),
        (jpeg()[:30], "damaged"),
        (b"\xff\xd8\xff\xd9", "damaged"),
        (jpeg(extra=exif(6)), "turned"),
        (jpeg(components=4), "for_print"),
        (jpeg(depth=12), "for_print"),
        (jpeg(8, 8), "too_small"),
        (jpeg(3000, 100), "too_large"),
        (jpeg(extra=segment(0xC9, b"\0" * 20)), "not_shown_everywhere"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_cannot_be_shown_is_refused_with_its_reason(content: bytes, code: str) -> None:
    with pytest.raises(PictureRefused) as refused:
        clean_picture(content)
    assert refused.value.code == code
