"""An organisation's own words for a letter."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from chosei.actions.errors import Closed, InvalidInput
from chosei.core.language import Language
from chosei.core.letter_texts import Wording, unknown_placeholders
from chosei.core.text import one_line
from chosei.records.models import LetterText, Member

MAX_SUBJECT, MAX_TEXT = 200, 4000


@dataclass(frozen=True, slots=True)
class OwnTexts:
    """With placeholders; what is empty stays as it comes. Paragraphs are parted by a blank line."""

    subject: str = ""
    opening: str = ""
    closing: str = ""


def change_texts(member: Member, wording: Wording, language: Language, wanted: OwnTexts) -> None:
    """Letters say this from now on, those that still wait included. All empty: the usual words are back.

    Raises Closed (not_administrator), InvalidInput (too_long, unknown_placeholder).
    """
    if not member.is_administrator:
        raise Closed("not_administrator")
    kept = check_texts(wording, wanted)
    of_letter: dict[str, Any] = {
        "organization": member.organization,
        "kind": wording.value,
        "language": language.value,
    }
    if kept == OwnTexts():
        LetterText.objects.filter(**of_letter).delete()
    else:
        LetterText.objects.update_or_create(**of_letter, defaults=asdict(kept))


def check_texts(wording: Wording, wanted: OwnTexts) -> OwnTexts:
    """``wanted`` as it is kept: a subject is one line, whatever was pasted. Raises InvalidInput."""
    kept = OwnTexts(one_line(wanted.subject), wanted.opening.strip(), wanted.closing.strip())
    wrong = {}
    for field, text in asdict(kept).items():
        if len(text) > (MAX_SUBJECT if field == "subject" else MAX_TEXT):
            wrong[field] = "too_long"
        elif unknown_placeholders(wording, text):
            wrong[field] = "unknown_placeholder"
    if wrong:
        raise InvalidInput(**wrong)
    return kept
