"""The two languages Chosei speaks to people."""

from __future__ import annotations

from enum import StrEnum


class Language(StrEnum):
    JA = "ja"
    EN = "en"


def language_of(tag: str | None) -> Language:
    """The language for a browser's or Django's tag: en, en-GB, ja_JP. Anything but Japanese reads English.

    No tag at all means Japanese, the language of the house.
    """
    if not tag:
        return Language.JA
    return Language.JA if tag.lower().replace("_", "-").split("-")[0] == "ja" else Language.EN
