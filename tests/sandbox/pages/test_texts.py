"""Every text has its English, and dates read as they do in each language."""

from __future__ import annotations

import re
from datetime import date, datetime
from pathlib import Path

import chosei.sandbox
from chosei.sandbox.pages.texts import english, translated
from chosei.sandbox.pages.wording import Wording

HOME = Path(chosei.sandbox.__file__).parent
JAPANESE = re.compile(r"[ぁ-んァ-ヶ一-龠]")


def used_texts() -> set[str]:
    """Every Japanese literal of the templates and pages, which is what ends up in front of `t`."""
    pages = [HOME / "pages" / f"{name}.py" for name in ("forms", "mailbox", "meeting", "switches")]
    google = [HOME / "google" / f"{name}.py" for name in ("clients", "pages", "switches")]
    files = [*(HOME / "templates").rglob("*.html"), *pages, *google]
    # looked ahead for, since attributes put quotes within quotes
    literal = re.compile(r'(?=[ ({\[:]"([^"\n]*)")')
    return {
        text for file in files for text in literal.findall(file.read_text("utf-8")) if JAPANESE.search(text)
    }


def test_every_text_has_its_english() -> None:
    assert used_texts() - set(english()) == set()


def test_no_english_is_left_over() -> None:
    assert set(english()) - used_texts() == set()


def test_placeholders_are_the_same() -> None:
    for japanese, text in english().items():
        assert set(re.findall(r"\{(\w+)\}", japanese)) == set(re.findall(r"\{(\w+)\}", text)), japanese
        assert not JAPANESE.search(text), text


def test_values_are_filled_in() -> None:
    assert translated("ja", "あと {count} 回", count=3) == "あと 3 回"
    assert translated("en", "あと {count} 回", count=3) == "3 more"


def test_dates_and_times() -> None:
    ja, en = Wording("ja"), Wording("en")
    start, end = datetime(2026, 12, 3, 10, 0), datetime(2026, 12, 3, 11, 5)
    assert ja.when(start, end) == "12月3日(木) 10:00〜11:05"
    assert en.when(start, end) == "Thu 3 Dec 10:00–11:05"
    assert ja.span(datetime(2026, 12, 3, 22), datetime(2026, 12, 4)) == "22:00〜24:00"
    assert ja.when(start, datetime(2026, 12, 5, 9)) == "12月3日(木) 10:00〜12月5日(土) 9:00"
    assert ja.week(date(2026, 12, 28)) == "2026年12月28日〜1月3日"
    assert en.week(date(2026, 12, 28)) == "28 Dec – 3 Jan 2027"
