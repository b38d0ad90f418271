"""同席される方: rows of name and address, and a field to paste many at once. Both work without JavaScript."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from chosei.actions.inputs import CompanionInput
from chosei.core.companions import MAX_COMPANIONS, pasted
from chosei.core.text import one_line

NAME, EMAIL, BULK = "companion_name", "companion_email", "companions_bulk"
FIELDS = (NAME, EMAIL, BULK)
MIN_ROWS = 3
_MAX_BULK = 20_000  # characters: 50 people need far fewer


@dataclass(frozen=True, slots=True)
class Row:
    name: str = ""
    email: str = ""
    error: str = ""


class Companions:
    """What was sent about companions, as typed; ``people`` is what it comes to.

    ``errors`` are sentences: each row has its own, ``bulk_errors`` are those of the field to paste into.
    """

    def __init__(self, data: Any = None) -> None:
        names = data.getlist(NAME)[:MAX_COMPANIONS] if data is not None else []
        emails = data.getlist(EMAIL)[:MAX_COMPANIONS] if data is not None else []
        emails += [""] * (len(names) - len(emails))
        typed = [Row(one_line(name), one_line(email)) for name, email in zip(names, emails, strict=False)]
        self.bulk = str(data.get(BULK, ""))[:_MAX_BULK] if data is not None else ""
        filled = [replace(row, error=_wrong(row.name, row.email)) for row in typed if row.name or row.email]
        self.rows = filled + [Row()] * max(1, MIN_ROWS - len(filled))
        pasted_people = pasted(self.bulk)
        self.bulk_errors = [sentence for one in pasted_people if (sentence := _wrong(*one))]
        self.people = _people([(row.name, row.email) for row in filled] + pasted_people)
        if len(self.people) > MAX_COMPANIONS:
            self.bulk_errors.append(_("同席される方は%(limit)d名までです。") % {"limit": MAX_COMPANIONS})
        self.errors = [*(row.error for row in filled if row.error), *self.bulk_errors]

    @property
    def is_open(self) -> bool:
        return bool(self.people or self.errors or self.bulk)


def _people(entered: list[tuple[str, str]]) -> tuple[CompanionInput, ...]:
    """Each once, in order."""
    people: dict[str, CompanionInput] = {}
    for name, email in entered:
        people.setdefault(email.lower() or f"name:{name}", CompanionInput(name or email, email))
    return tuple(people.values())


def _wrong(name: str, email: str) -> str:
    if email and not _is_address(email):
        return _("メールアドレスの形式をご確認ください: %(address)s") % {"address": email}
    if len(name) > 120:
        return _("お名前が長すぎます: %(name)s…") % {"name": name[:20]}
    return ""


def _is_address(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return len(text) <= 254
