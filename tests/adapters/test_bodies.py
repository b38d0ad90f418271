"""Our text beside the Teams block and a person's words."""

from __future__ import annotations

import pytest

from chosei.adapters.microsoft.bodies import digest, renewed, wrapped

TEAMS = '<div class="me-email-text"><a href="https://teams.example/l/meetup-join/x">参加</a></div>'


def html(content: str) -> dict[str, str]:
    return {"contentType": "html", "content": content}


def test_our_text_is_replaced_and_the_rest_stays() -> None:
    head = '<html><head>\r\n<meta charset="utf-8"></head><body>\r\n'
    stored = f"{head}{wrapped('<p>前</p>')}<p>自分のメモ</p>{TEAMS}</body>"
    after = renewed(html(stored), "<p>後</p>")
    assert wrapped("<p>後</p>") in after
    assert "<p>前</p>" not in after
    assert TEAMS in after
    assert "<p>自分のメモ</p>" in after


def test_nested_elements_belong_to_our_text() -> None:
    stored = wrapped("<div>一<div>二</div></div>三") + "<div>残る</div>" + TEAMS
    assert renewed(html(stored), "新") == wrapped("新") + "<div>残る</div>" + TEAMS


def test_an_id_that_outlook_prefixed_is_still_ours() -> None:
    stored = '<body><div id="x_chosei-text" class="elementToProof">前</div >' + TEAMS + "</body>"
    assert renewed(html(stored), "後") == f"<body>{wrapped('後')}{TEAMS}</body>"


@pytest.mark.parametrize(
    "stored",
    [
        f"<html><body>\n<p>手で書き直した</p>{TEAMS}</body></html>",
        f'<body><div id="chosei-text">閉じない{TEAMS}',
    ],
)
def test_where_ours_is_not_found_nothing_is_removed(stored: str) -> None:
    after = renewed(html(stored), "新しい文面")
    assert after.index("新しい文面") < after.index("me-email-text")
    assert after.replace(wrapped("新しい文面"), "") == stored


def test_a_plain_text_body_becomes_html_without_losing_a_word() -> None:
    after = renewed({"contentType": "text", "content": "a < b\nhttps://teams.example/x"}, "<p>新</p>")
    assert after == wrapped("<p>新</p>") + "a &lt; b<br>\nhttps://teams.example/x"


def test_an_empty_body_and_an_empty_text() -> None:
    assert renewed(None, "") == ""
    assert renewed(html(""), "<p>新</p>") == wrapped("<p>新</p>")
    assert renewed(html(wrapped("旧") + TEAMS), "") == TEAMS
    assert digest("") != digest(" ")
