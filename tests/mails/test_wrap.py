"""Plain text stays within 78 columns and never parts what belongs together."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from chosei.mails.wrap import width, wrap

MIXED = st.text(st.sampled_from("あ漢字、。「」()aZ09 -様ッ\u3099👩\u200d💻"), max_size=200)


def test_japanese_counts_two_columns_and_marks_none() -> None:
    assert width("ab漢字") == 6
    assert width("か\u3099") == 2
    assert width("ｱ") == 1


@given(MIXED)
def test_no_line_is_too_long_and_nothing_is_lost(text: str) -> None:
    lines = wrap(text).split("\n")
    longest_unbreakable = 78 if not re.search(r"[^ ]{37,}", text) else 10**6
    assert all(width(line) <= longest_unbreakable for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


def test_no_line_begins_with_a_full_stop_or_ends_with_an_opening_bracket() -> None:
    for shift in range(12):
        lines = wrap("x" * shift + "「調整アポ」のご案内です。ご確認ください、" * 12).split("\n")
        assert len(lines) > 3
        assert not any(line[0] in "。、」" or line[-1] in "「(" for line in lines)


def test_a_url_stays_whole_on_a_line_of_its_own() -> None:
    url = "https://teams.microsoft.com/l/meetup-join/" + "a" * 90
    assert url in wrap(f"こちらから {url} ご参加ください。").split("\n")[1]


def test_a_last_syllable_hangs_rather_than_stand_alone() -> None:
    line = "あ" * 36 + "た。"
    assert wrap(line) == line
    assert wrap("あ" * 41) == "あ" * 37 + "\n" + "あ" * 4


def test_words_are_not_broken_and_breaks_are_kept() -> None:
    assert wrap("one two\nthree") == "one two\nthree"
    long = "We would be glad to meet you another time, at any place that suits you, whenever."
    assert wrap(long).split("\n") == [
        "We would be glad to meet you another time, at any place that suits you,",
        "whenever.",
    ]
