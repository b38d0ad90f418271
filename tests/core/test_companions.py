from __future__ import annotations

import pytest

from chosei.core.companions import pasted

JIRO = ("三田 次郎", "jiro@test.example")


@pytest.mark.parametrize(
    "line",
    [
        "三田 次郎 jiro@test.example",
        "三田 次郎,jiro@test.example",
        "三田 次郎、jiro@test.example",
        "三田 次郎\tjiro@test.example",
        "三田 次郎 <jiro@test.example>",
        "jiro@test.example 三田 次郎",
        '"三田 次郎" <jiro@test.example>;',
        "三田 次郎 ｊｉｒｏ\uff20ｔｅｓｔ．ｅｘａｍｐｌｅ",
        "三田 次郎\uff0cjiro@test.example",
        "三田 次郎(jiro@test.example)",
    ],
)
def test_ways_in_which_people_paste(line):
    assert pasted(line) == [JIRO]


def test_several_lines_with_gaps_and_halves():
    assert pasted("三田 次郎 jiro@test.example\r\n\n 四谷 三郎 \ngoro@test.example\n") == [
        JIRO,
        ("四谷 三郎", ""),
        ("", "goro@test.example"),
    ]


def test_nothing_is_nobody():
    assert pasted(" \n,\n") == []
