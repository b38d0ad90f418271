"""The pages every visitor may meet: errors, language, health, the style guide."""

from __future__ import annotations

import pytest
from django.db import connection
from django.template import Context, Template, TemplateSyntaxError
from django.test import Client

from tests.web.public.walking import parsed, text_of

UNKNOWN = "/no-such-page"


@pytest.mark.parametrize(
    ("accepted", "lang", "title"),
    [
        ("ja", "ja", "ページが見つかりません"),
        ("en-US,en;q=0.9", "en", "Page not found"),
        ("", "ja", "ページが見つかりません"),
    ],
)
def test_an_unknown_address_is_answered_in_the_readers_language(client, db, accepted, lang, title):
    response = client.get(UNKNOWN, headers={"accept-language": accepted})
    assert response.status_code == 404
    assert parsed(response).html["lang"] == lang
    assert title in text_of(response)


def test_the_language_switch_stays_and_leads_back(client, db):
    response = client.post("/language", {"language": "en", "next": "/no-such-page?x=1"})
    assert (response.status_code, response.headers["Location"]) == (302, "/no-such-page?x=1")
    assert "Page not found" in text_of(client.get(UNKNOWN, headers={"accept-language": "ja"}))


@pytest.mark.parametrize(
    "where", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "\\\\evil.example"]
)
def test_the_language_switch_leads_nowhere_else(client, db, where):
    response = client.post("/language", {"language": "en", "next": where})
    assert response.headers["Location"] == "/"


def test_the_language_is_not_switched_by_get(client, db):
    assert client.get("/language").status_code == 405


def test_a_form_without_its_token_is_refused_in_words(db):
    response = Client(enforce_csrf_checks=True).post("/language", {"language": "en"})
    assert response.status_code == 403
    assert "送信内容を確認できませんでした" in text_of(response)


def test_a_failure_says_only_that_it_failed(client, db, monkeypatch):
    client.raise_request_exception = False

    def broken(*_: object) -> None:
        raise RuntimeError("the database password is hunter2")

    monkeypatch.setattr("chosei.web.health.connection", type("Gone", (), {"cursor": broken})())
    response = client.get("/healthz")
    assert response.status_code == 500
    assert "ただいまページを表示できません" in text_of(response)
    assert "hunter2" not in response.content.decode()


def test_health(client, db):
    response = client.get("/healthz")
    assert (response.status_code, response.content) == (200, b"ok\n")
    assert connection.is_usable()


def test_the_style_guide_is_for_development(client, db, settings):
    settings.CHOSEI_DEVELOPMENT = False
    assert client.get("/style-guide").status_code == 404
    settings.CHOSEI_DEVELOPMENT = True
    guide = client.get("/style-guide")
    assert guide.status_code == 200
    ids = [element["id"] for element in parsed(guide).select("[id]")]
    assert len(set(ids)) == len(ids)


def shown(source: str, **values: object) -> str:
    return Template("{% load chosei %}" + source).render(Context(values))


def test_components_escape_what_people_typed():
    nasty = '"><script>alert(1)</script>'
    pages = [
        shown("{% badge '' text %}", text=nasty),
        shown("{% notice 'info' title=text %}{{ text }}{% endnotice %}", text=nasty),
        shown("{% empty text %}{{ text }}{% endempty %}", text=nasty),
        shown("{% avatar text %}", text=nasty),
        shown("{% nav_item text text %}{% tab text text %}", text=nasty),
        shown("{% copy_text text text %}{% copy_text text text rows=3 %}", text=nasty),
    ]
    assert not [page for page in pages if "<script" in page]


def test_an_unknown_kind_of_badge_is_a_mistake_of_ours():
    with pytest.raises(TemplateSyntaxError):
        shown("{% badge 'purple' 'x' %}")


@pytest.mark.parametrize(
    ("name", "letter"),
    [("株式会社サンプル", "サ"), ("Acme Ltd.", "A"), ("株式会社", "株"), ("", "?"), ("éclair", "É")],
)
def test_an_avatar_skips_the_form_of_the_company(name, letter):
    assert f">{letter}</span>" in shown("{% avatar name %}", name=name)
