"""埋め込み in the console."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from django.test import Client

from chosei.records.models import BookingPage
from tests.support import company
from tests.web.console.conftest import Company, signed_in


@pytest.fixture
def page(people: Company) -> BookingPage:
    return company.publish(people.author)


def test_sites_are_kept_by_their_origin_and_the_code_names_the_page(
    client: Client, page: BookingPage
) -> None:
    path = f"/pages/{page.pk}/embedding"
    assert "data-chosei" not in client.get(path).content.decode()
    sites = "https://www.example.co.jp/contact\n\nhttps://WWW.example.co.jp\nhttps://日本語.jp\n"
    assert client.post(path, {"sites": sites}).status_code == 302
    BookingPage.objects.filter(pk=page.pk).update(visibility="public", slug="demo")
    page.refresh_from_db()
    assert page.embed_origins == ["https://www.example.co.jp", "https://xn--wgv71a119e.jp"]
    code = BeautifulSoup(client.get(path).content, "html.parser").get_text()
    assert f"/b/{page.link_token}" in code
    assert "/embed.js" in code


@pytest.mark.parametrize(
    ("sites", "sentence"),
    [
        ("http://www.example.co.jp", "https:// で始まるサイトだけを指定できます。"),
        ("example", "サイトのアドレスを https:// から入力してください。"),
        ("\n".join(f"https://s{n}.example" for n in range(21)), "サイトは20件までです。"),
    ],
)
def test_what_is_no_site_says_so_and_stays(
    client: Client, page: BookingPage, sites: str, sentence: str
) -> None:
    answer = client.post(f"/pages/{page.pk}/embedding", {"sites": sites})
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert sites.split("\n", maxsplit=1)[0] in answer.content.decode()
    page.refresh_from_db()
    assert page.embed_origins == []


def test_nobody_else_decides_where_a_page_stands(people: Company, page: BookingPage) -> None:
    for other in (people.colleague, people.stranger):
        answer = signed_in(other).post(f"/pages/{page.pk}/embedding", {"sites": "https://evil.example"})
        assert answer.status_code == 404
