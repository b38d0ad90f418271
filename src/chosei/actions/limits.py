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


def within_limit(what: str, who: str, *, limit: int, seconds: int) -> bool:
    """Count one more ``what`` by ``who`` and say whether it is still within ``limit`` per ``seconds``.

    ``who`` may be an address or a link: only a keyed hash of it is stored.
    """
    digest = hmac.new(settings.SECRET_KEY.encode(), f"{what}\0{who}\0{seconds}".encode(), hashlib.sha256)
    window = int(time.time()) // seconds * seconds
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [digest.hexdigest(), window])
        count: int = cursor.fetchone()[0]
    return count <= limit
