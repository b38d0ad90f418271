"""Rate limits, counted in the database so that every process counts together."""

from __future__ import annotations

import hashlib
import hmac
import time

from django.conf import settings
from django.db import connection

_COUNT = """
INSERT INTO records_ratecount AS r (bucket, "window", count) VALUES (%s, %s, 1)
ON CONFLICT (bucket, "window") DO UPDATE SET count = r.count + 1 RETURNING count
"""
_READ = """SELECT count FROM records_ratecount WHERE bucket = %s AND "window" = %s"""
_TAKE_BACK = """
UPDATE records_ratecount SET count = count - 1 WHERE bucket = %s AND "window" = %s AND count > 0
"""


def within_limit(what: str, who: str, *, limit: int, seconds: int) -> bool:
    """Count one more ``what`` by ``who`` and say whether it is still within ``limit`` per ``seconds``.

    ``who`` may be an address or a link: only a keyed hash of it is stored.
    """
    return count(what, who, seconds=seconds) <= limit


def count(what: str, who: str, *, seconds: int) -> int:
    """Count one more ``what`` by ``who``. Returns how many these are in the present window."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [_bucket(what, who, seconds), _window(seconds)])
        found: int = cursor.fetchone()[0]
    return found


def counted(what: str, who: str, *, seconds: int) -> int:
    """How many ``what`` by ``who`` have been counted in the present window."""
    with connection.cursor() as cursor:
        cursor.execute(_READ, [_bucket(what, who, seconds), _window(seconds)])
        row = cursor.fetchone()
    return int(row[0]) if row else 0


def take_back(what: str, who: str, *, seconds: int) -> None:
    """Do not count the last one after all: where only failures count, and an attempt has succeeded."""
    with connection.cursor() as cursor:
        cursor.execute(_TAKE_BACK, [_bucket(what, who, seconds), _window(seconds)])


def _bucket(what: str, who: str, seconds: int) -> str:
    words = f"{what}\0{who}\0{seconds}".encode()
    return hmac.new(settings.SECRET_KEY.encode(), words, hashlib.sha256).hexdigest()


def _window(seconds: int) -> int:
    return int(time.time()) // seconds * seconds
