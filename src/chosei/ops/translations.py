"""Catalogues without gettext's programs: finding texts, checking and updating `.po`, compiling `.mo`.

The source language is Japanese; English lives in each area's `locale/en`. Django merges the areas,
so what one area has translated is not asked for again in another; but two areas may not disagree about it.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

PACKAGE = Path(__file__).resolve().parents[1]
AREAS = ("web/console", "web/public", "web/reception", "mails", "web")
"""A file belongs to the first area that holds it; a file outside all of them to the last."""
LANGUAGE = "en"
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    **dict.fromkeys(("_", "gettext", "gettext_lazy", "gettext_noop"), None),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (1, 2)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), ((1, "c"), 2)),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), ((1, "c"), 2, 3)),
}
_PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w*\}|%[sd]")

Key = tuple[str, tuple[str, ...]]
"""Context (or nothing), and the text with its plural."""


@dataclass(slots=True)
class Found:
    """A text of the source and the files that say it."""

    key: Key
    files: list[Path] = field(default_factory=list)


def catalogue_path(area: str, package: Path = PACKAGE) -> Path:
    """Where the English of `area` is kept."""
    return package / area / "locale" / LANGUAGE / "LC_MESSAGES" / "django.po"


def find(package: Path = PACKAGE) -> dict[Key, Found]:
    """Every text that the code and the templates ask to be translated."""
    found: dict[Key, Found] = {}
    for path in sorted([*package.rglob("*.py"), *package.rglob("templates/**/*.html"),
                        *package.rglob("templates/**/*.txt")]):  # fmt: skip
        if "sandbox" in path.relative_to(package).parts[:1]:
            continue  # a tool in one language, rendered without Django
        for key in _texts(path):
            entry = found.setdefault(key, Found(key))
            if path not in entry.files:
                entry.files.append(path)
    return found


def check(package: Path = PACKAGE) -> list[str]:
    """What is wrong with the catalogues, a line each; nothing when all is well."""
    found = find(package)
    catalogues = {area: _read(catalogue_path(area, package)) for area in AREAS}
    problems = []
    translated: dict[Key, str] = {}
    for area, catalogue in catalogues.items():
        for message in _messages(catalogue):
            key = _key(message)
            strings = _strings(message)
            if problem := _problem(message, found):
                problems.append(f"{area}: {problem}: {key[1][0]!r}")
            elif translated.setdefault(key, strings[0]) != strings[0]:
                problems.append(f"{area}: translated differently in another area: {key[1][0]!r}")
        problems += [
            f"{area}: obsolete entry kept: {message.id!r}" for message in catalogue.obsolete.values()
        ]
    known = {_key(message) for catalogue in catalogues.values() for message in _messages(catalogue)}
    for key, entry in found.items():
        if key not in known:
            where = entry.files[0].relative_to(package)
            problems.append(f"{_area_of(entry.files[0], package)}: missing: {key[1][0]!r} ({where})")
    return problems


def update(package: Path = PACKAGE) -> list[str]:
    """Write missing texts, untranslated, into the catalogue of the area that says them; drop unused ones.

    Returns what it did, a line each.
    """
    found = find(package)
    catalogues = {area: _read(catalogue_path(area, package)) for area in AREAS}
    done = []
    for area, catalogue in catalogues.items():
        for message in _messages(catalogue):
            if _key(message) not in found:
                catalogue.delete(message.id, message.context)
                done.append(f"{area}: dropped {_key(message)[1][0]!r}")
        if catalogue.obsolete:
            catalogue.obsolete.clear()
            done.append(f"{area}: dropped obsolete entries")
    known = {_key(message) for catalogue in catalogues.values() for message in _messages(catalogue)}
    for key, entry in found.items():
        if key not in known:
            area = _area_of(entry.files[0], package)
            context, texts = key
            catalogues[area].add(texts if len(texts) > 1 else texts[0], context=context or None)
            done.append(f"{area}: added {texts[0]!r}")
    for area in {line.partition(":")[0] for line in done}:
        path = catalogue_path(area, package)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            write_po(file, catalogues[area], width=100, no_location=True)
    return done


def compile_changed(package: Path = PACKAGE) -> None:
    """Make each `.mo` that is missing or older than its `.po`."""
    for area in AREAS:
        source = catalogue_path(area, package)
        target = source.with_suffix(".mo")
        if not source.exists() or (
            target.exists() and target.stat().st_mtime_ns >= source.stat().st_mtime_ns
        ):
            continue
        buffer = io.BytesIO()
        write_mo(buffer, _read(source))
        fresh = target.with_suffix(".mo.fresh")
        fresh.write_bytes(buffer.getvalue())
        fresh.rename(target)


def _texts(path: Path) -> Iterator[Key]:
    from django.utils.translation.template import templatize

    source = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        if "trans" not in source and "_(" not in source:
            return
        source = f"(\n{templatize(source, origin=str(path))}\n)"  # within brackets indentation means nothing
    for _line, message, _comments, context in extract("python", io.BytesIO(source.encode()), KEYWORDS):
        texts = tuple(message) if isinstance(message, (tuple, list)) else (message,)
        if texts[0]:
            yield (context or "", texts)


def _area_of(path: Path, package: Path) -> str:
    return next((area for area in AREAS if path.is_relative_to(package / area)), AREAS[-1])


def _read(path: Path) -> Catalog:
    if not path.exists():
        return Catalog(locale=LANGUAGE, project="Chosei", fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale=LANGUAGE)


def _messages(catalogue: Catalog) -> list[Message]:
    return [message for message in catalogue if message.id]


def _key(message: Message) -> Key:
    texts = tuple(message.id) if isinstance(message.id, (tuple, list)) else (message.id,)
    return (message.context or "", texts)


def _strings(message: Message) -> tuple[str, ...]:
    return tuple(message.string) if isinstance(message.string, (tuple, list)) else (message.string or "",)


def _problem(message: Message, found: dict[Key, Found]) -> str | None:
    """What is wrong with one entry of a catalogue, in a word."""
    key, strings = _key(message), _strings(message)
    if key not in found:
        return "not used any more"
    if message.fuzzy:
        return "fuzzy"
    if not all(strings):
        return "not translated"
    wanted = set(_PLACEHOLDER.findall(key[1][-1]))
    if set(_PLACEHOLDER.findall(strings[-1])) != wanted:
        return f"placeholders differ, expected {sorted(wanted)}"
    return None
