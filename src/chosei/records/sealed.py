"""Text kept encrypted at rest, under keys that can be rotated."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.db import models


@lru_cache(maxsize=4)
def _fernet(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


def _keys() -> MultiFernet:
    return _fernet(tuple(settings.CHOSEI_TOKEN_KEYS))


def seal(text: str) -> str:
    """Encrypt with the newest key (the first of CHOSEI_TOKEN_KEYS)."""
    return _keys().encrypt(text.encode()).decode("ascii")


def unseal(sealed: str) -> str:
    """Decrypt with whichever key fits. Raises ``cryptography.fernet.InvalidToken`` when none does."""
    return _keys().decrypt(sealed.encode("ascii")).decode()


class SealedTextField(models.TextField[str, str]):
    """A TextField whose column holds ciphertext. It cannot be searched; the empty text stays empty."""

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> str | None:
        return unseal(value) if value else value

    def get_prep_value(self, value: Any) -> Any:
        prepared = super().get_prep_value(value)
        return seal(prepared) if prepared else prepared


class SealedBinaryField(models.BinaryField[bytes, bytes]):
    """A BinaryField whose column holds ciphertext, a third larger than what it seals."""

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> bytes | None:
        return _keys().decrypt(bytes(value)) if value is not None else None

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        sealed = None if value is None else _keys().encrypt(bytes(value))
        return super().get_db_prep_value(sealed, connection, prepared)
