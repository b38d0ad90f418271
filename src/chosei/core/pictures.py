"""A picture that somebody uploads, taken apart and put together again without anything but the picture.

PNG (ISO/IEC 15948) and JPEG (ITU-T T.81) are what every mail program shows. What only tells about a picture
(place, camera, comments, data for other programs) is left out, and so is whatever follows its end. Nothing is
decoded but the compression of a PNG, whose size is known before.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass

MAX_BYTES = 300 * 1024
MIN_SIDE, MAX_SIDE = 16, 2000
"""Pixels. It is shown 40 high; twice or three times that is what a sharp screen can use."""

_PNG, _JPEG = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_DEPTHS = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
_ADAM7 = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
_BASELINE, _EXTENDED, _PROGRESSIVE = 0xC0, 0xC1, 0xC2
_TABLES = (0xDB, 0xC4, 0xDD)  # quantisation, Huffman, restart interval
_SCAN, _END, _EXIF, _ADOBE = 0xDA, 0xD9, 0xE1, 0xEE


class PictureRefused(ValueError):
    """``code`` says why: too_heavy, vector, not_shown_everywhere, not_a_picture, damaged, too_small,
    too_large, turned, for_print.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Picture:
    """``content_type`` is image/png or image/jpeg; the sides are in pixels."""

    content: bytes
    content_type: str
    width: int
    height: int


def clean_picture(content: bytes) -> Picture:
    """The picture in ``content``, whatever the file was called. Raises PictureRefused."""
    if len(content) > MAX_BYTES:
        raise PictureRefused("too_heavy")
    try:
        if content.startswith(_PNG):
            return _png(content)
        if content.startswith(_JPEG):
            return _jpeg(content)
    except (struct.error, IndexError, zlib.error):
        raise PictureRefused("damaged") from None
    raise PictureRefused(_foreign(content))


def _foreign(content: bytes) -> str:
    head = content[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith((b"<svg", b"<?xml", b"<!doctype", b"<!--")) and b"svg" in head:
        return "vector"
    webp = content[:4] == b"RIFF" and content[8:12] == b"WEBP"
    if webp or content[:4] == b"GIF8" or content[4:12] in (b"ftypavif", b"ftypheic"):
        return "not_shown_everywhere"
    return "not_a_picture"


def _insist(good: bool, code: str = "damaged") -> None:
    if not good:
        raise PictureRefused(code)


def _insist_sides(width: int, height: int) -> None:
    _insist(width >= MIN_SIDE and height >= MIN_SIDE, "too_small")
    _insist(width <= MAX_SIDE and height <= MAX_SIDE, "too_large")


def _png(content: bytes) -> Picture:
    chunks = _chunks(content)
    _insist(bool(chunks) and chunks[0][0] == b"IHDR" and len(chunks[0][1]) == 13)
    head = chunks[0][1]
    width, height, depth, colour, compression, filtering, interlace = struct.unpack(">IIBBBBB", head)
    _insist_sides(width, height)
    _insist(depth in _DEPTHS.get(colour, ()) and compression == filtering == 0 and interlace in (0, 1))
    palettes = [data for kind, data in chunks if kind == b"PLTE"]
    _insist(len(palettes) == 1 if colour == 3 else len(palettes) <= 1)
    _insist(all(0 < len(one) <= 768 and len(one) % 3 == 0 for one in palettes))
    rows = _inflated(
        b"".join(data for kind, data in chunks if kind == b"IDAT"),
        _png_size(width, height, depth * _CHANNELS[colour], interlace),
    )
    kept = [(kind, data) for kind, data in chunks if kind in (b"IHDR", b"PLTE", b"tRNS")]
    made = [_chunk(*one) for one in (*kept, (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))]
    return Picture(_PNG + b"".join(made), "image/png", width, height)


def _chunks(content: bytes) -> list[tuple[bytes, bytes]]:
    """Up to the end of the picture; what follows it is nobody's."""
    found, at = [], len(_PNG)
    while True:
        length, kind = struct.unpack_from(">I4s", content, at)
        data = content[at + 8 : at + 8 + length]
        (check,) = struct.unpack_from(">I", content, at + 8 + length)
        _insist(zlib.crc32(kind + data) == check)
        found.append((kind, data))
        if kind == b"IEND":
            return found
        at += 12 + length


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _png_size(width: int, height: int, bits: int, interlace: int) -> int:
    """The bytes of all rows, each with its filter's byte."""
    passes = _ADAM7 if interlace else ((0, 0, 1, 1),)
    total = 0
    for left, top, across, down in passes:
        columns, rows = -((left - width) // across), -((top - height) // down)
        if columns > 0 and rows > 0:
            total += rows * (1 + (columns * bits + 7) // 8)
    return total


def _inflated(data: bytes, size: int) -> bytes:
    """Never more than ``size`` bytes: a small file may claim to unpack to gigabytes."""
    unpacking = zlib.decompressobj()
    rows = unpacking.decompress(data, size + 1)
    _insist(len(rows) == size)
    return rows


def _jpeg(content: bytes) -> Picture:
    kept, at, frame = [b"\xff\xd8"], 2, b""
    while True:
        _insist(content[at] == 0xFF)
        while content[at + 1] == 0xFF:  # fill bytes may stand before any marker
            at += 1
        marker = content[at + 1]
        if marker == _END:
            break
        (length,) = struct.unpack_from(">H", content, at + 2)
        data = content[at + 4 : at + 2 + length]
        _insist(length >= 2 and len(data) == length - 2)
        end = at + 2 + length
        if marker in (_BASELINE, _EXTENDED, _PROGRESSIVE):
            _insist(not frame)
            frame = data
        if marker == _EXIF:
            _insist(_orientation(data) in (0, 1), "turned")
        if marker == _SCAN:
            end = _scan_end(content, end)
        if _belongs_to_jpeg(marker, data):
            kept.append(content[at:end])
        at = end
    _insist(len(frame) >= 6 and any(part[1] == _SCAN for part in kept))
    depth, height, width, components = struct.unpack_from(">BHHB", frame)
    _insist_sides(width, height)
    _insist(depth == 8 and components in (1, 3), "for_print")
    return Picture(b"".join((*kept, b"\xff\xd9")), "image/jpeg", width, height)


def _belongs_to_jpeg(marker: int, data: bytes) -> bool:
    """Whether the picture cannot be drawn right without it. Raises PictureRefused for rare coding methods."""
    if marker == _ADOBE:  # says which colours the numbers stand for
        return data.startswith(b"Adobe") and len(data) == 12
    if marker in (*_TABLES, _SCAN, _BASELINE, _EXTENDED, _PROGRESSIVE):
        return True
    _insist(marker >= 0xE0, "not_shown_everywhere")  # others tell about the picture: APPn, comments
    return False


def _scan_end(content: bytes, at: int) -> int:
    """Where the coded rows end: at the first marker that is neither a stuffed byte nor a restart."""
    while True:
        at = content.find(b"\xff", at)
        _insist(at >= 0)
        following = content[at + 1]
        if following and not 0xD0 <= following <= 0xD7 and following != 0xFF:
            return at
        at += 1 if following == 0xFF else 2


def _orientation(exif: bytes) -> int:
    """How a camera held the picture (TIFF tag 0x0112); 0 where it does not say."""
    if not exif.startswith(b"Exif\0\0"):
        return 0
    tiff = exif[6:]
    order = "<" if tiff[:2] == b"II" else ">"
    (first,) = struct.unpack_from(f"{order}I", tiff, 4)
    (count,) = struct.unpack_from(f"{order}H", tiff, first)
    for entry in range(count):
        tag, kind, _, value = struct.unpack_from(f"{order}HHIH", tiff, first + 2 + 12 * entry)
        if (tag, kind) == (0x0112, 3):
            return int(value)
    return 0
