"""Item ids in the two forms Exchange gives: the default one, which changes when an item moves to another
folder, and the immutable one, asked for with `Prefer: IdType="ImmutableId"`.

Both are opaque and case-sensitive, and end in characters that have to be percent-encoded in a path.
Source: concepts/outlook-immutable-id.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import struct
from dataclasses import dataclass
from datetime import date

from chosei.sandbox.graph.problems import malformed_id

_DEFAULT = b"\x00\x02\x4c\x03"
_IMMUTABLE = b"\x00\x09\x0b\x01"
_SINGLE = 0


@dataclass(frozen=True)
class ItemId:
    """What an id says. `folder_moves` is None in the immutable form; `occurrence` is the original date of
    one instance of a series, None for a single event or the series master."""

    mailbox: str
    key: str
    folder_moves: int | None
    occurrence: date | None = None

    def encode(self) -> str:
        """The text Graph hands out."""
        body = _IMMUTABLE if self.folder_moves is None else _DEFAULT
        body += bytes.fromhex(self.mailbox.replace("-", "")) + bytes.fromhex(self.key)
        body += struct.pack(
            ">HI", self.folder_moves or 0, self.occurrence.toordinal() if self.occurrence else _SINGLE
        )
        # two characters are exchanged as Exchange does, so that a slash never splits a path
        return base64.b64encode(body + _check(body)).decode().replace("/", "-").replace("+", "_")


def decode(text: str) -> ItemId:
    """Reads an id of either form. Raises GraphError 400 ErrorInvalidIdMalformed."""
    try:
        raw = base64.b64decode(text.replace("-", "/").replace("_", "+"), validate=True)
    except (binascii.Error, ValueError) as error:
        raise malformed_id() from error
    body, check = raw[:-4], raw[-4:]
    if len(body) != 42 or _check(body) != check or body[:4] not in (_DEFAULT, _IMMUTABLE):
        raise malformed_id()
    moves, ordinal = struct.unpack(">HI", body[36:])
    mailbox = body[4:20].hex()
    dashed = "-".join((mailbox[:8], mailbox[8:12], mailbox[12:16], mailbox[16:20], mailbox[20:]))
    return ItemId(
        mailbox=dashed,
        key=body[20:36].hex(),
        folder_moves=moves if body[:4] == _DEFAULT else None,
        occurrence=date.fromordinal(ordinal) if ordinal else None,
    )


def _check(body: bytes) -> bytes:
    return hashlib.blake2b(body, digest_size=4).digest()
