"""Secret links: unguessable, found by a keyed hash, kept sealed so that they can be shown again."""

from __future__ import annotations

import hashlib
import hmac
import secrets

from django.conf import settings
from django.db import models

from chosei.records.sealed import SealedTextField

_BYTES = 24  # 192 random bits, 32 characters in a URL


def new_link_token() -> str:
    return secrets.token_urlsafe(_BYTES)


def _hash(token: str, key: str) -> str:
    return hmac.new(f"chosei.link:{key}".encode(), token.encode(), hashlib.sha256).hexdigest()


def link_hashes(token: str) -> list[str]:
    """The hashes a token may be stored under: with today's secret key, and with those it replaced."""
    return [_hash(token, key) for key in [settings.SECRET_KEY, *map(str, settings.SECRET_KEY_FALLBACKS)]]


class SecretLinked(models.Model):
    """A record that one secret link opens. The column never holds the token in the clear."""

    link_hash = models.CharField(max_length=64, unique=True, editable=False)
    link_token = SealedTextField(editable=False)

    class Meta:
        abstract = True

    def make_link(self) -> None:
        """Give the record a fresh link; the old one stops working when the record is saved."""
        self.link_token = new_link_token()
        self.link_hash = _hash(self.link_token, settings.SECRET_KEY)
