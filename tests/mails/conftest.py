"""Fixtures of the mail tests; the English catalogue is compiled here where no start of Chosei has done it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from django.conf import LazySettings
from django.utils.translation import trans_real

import chosei.mails
from tests.mails.scene import Scene, make_scene


@pytest.fixture(scope="session")
def _english(tmp_path_factory: pytest.TempPathFactory) -> Path:
    source = Path(chosei.mails.__file__).parent / "locale" / "en" / "LC_MESSAGES" / "django.po"
    folder = tmp_path_factory.mktemp("locale")
    target = folder / "en" / "LC_MESSAGES" / "django.mo"
    target.parent.mkdir(parents=True)
    with source.open("rb") as catalogue, target.open("wb") as compiled:
        write_mo(compiled, read_po(catalogue, locale="en"))
    return folder


@pytest.fixture
def scene(db: None, settings: LazySettings, _english: Path) -> Iterator[Scene]:
    settings.LOCALE_PATHS = [_english]
    settings.CHOSEI_PUBLIC_URL = "https://chosei.sample.example"
    settings.CHOSEI_EMAIL_FROM = "Chosei <chosei@sample.example>"
    _forget_translations()
    yield make_scene()
    _forget_translations()


def _forget_translations() -> None:
    trans_real._translations.clear()  # type: ignore[attr-defined]
