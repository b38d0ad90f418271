"""接続の状態 and the address page: who sees it, what it says, and accepting an alias."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.utils.html import escape

from chosei.core.troubles import OPERATORS, Trouble
from chosei.mails import troubles_google
from chosei.mails.troubles import TROUBLES, trouble_words
from chosei.records.models import Connection
from tests.support import company
from tests.web.browsing import LOOKS, complaints, picture, scrolls_sideways
from tests.web.console.conftest import Company, signed_in, visit

HEALTH = "/members/connections"


@pytest.fixture
def mismatch(people: Company) -> Connection:
    return company.connect(
        people.colleague,
        state="address_mismatch",
        addresses=["someone@sample.example", "some.one@sample.example"],
    )


def test_the_page_is_the_administrators(people: Company, mismatch: Connection) -> None:
    for reader in (people.author, people.colleague):
        assert signed_in(reader).get(HEALTH).status_code == 404
        assert signed_in(reader).post(f"{HEALTH}/{mismatch.pk}/alias").status_code == 404
    assert signed_in(people.stranger).post(f"{HEALTH}/{mismatch.pk}/alias").status_code == 404
    assert people.colleague.email not in signed_in(people.stranger).get(HEALTH).content.decode()
    assert Client().get(HEALTH).status_code == 302
    mismatch.refresh_from_db()
    assert mismatch.state == "address_mismatch"


def test_every_state_is_told_with_what_to_do(people: Company, mismatch: Connection) -> None:
    client = signed_in(people.administrator)
    page = client.get(HEALTH).content.decode()
    for word in ("接続中", "アドレス不一致", "未接続", "someone@sample.example"):
        assert word in page
    Connection.objects.filter(pk=people.connection.pk).update(state="needs_reconnect")
    assert "もう一度接続します" in client.get(HEALTH).content.decode()
    Connection.objects.filter(pk=people.connection.pk).update(state="active", trouble="secret_expired")
    assert "クライアント シークレットの期限切れ" in client.get(HEALTH).content.decode()


@pytest.mark.parametrize(
    ("provider", "trouble"),
    [*(("microsoft", one) for one in TROUBLES), *(("google", one) for one in troubles_google.TROUBLES)],
)
def test_each_trouble_has_its_sentence_and_next_step_on_both_pages(
    people: Company, provider: str, trouble: Trouble
) -> None:
    lasting = trouble in (*OPERATORS, Trouble.NO_MAILBOX)
    state = "active" if lasting else "needs_reconnect"
    Connection.objects.filter(pk=people.connection.pk).update(provider=provider, state=state, trouble=trouble)
    words = trouble_words(trouble, provider)
    own = signed_in(people.author).get("/settings/connections").content.decode()
    assert escape(str(words.what)) in own
    assert escape(str(words.member)) in own
    assert ("もう一度接続</button>" in own) == (state == "needs_reconnect")
    page = signed_in(people.administrator).get(HEALTH).content.decode()
    assert escape(str(words.title)) in page
    assert escape(str(words.administrator)) in page


def test_every_trouble_has_words_that_name_the_right_service() -> None:
    assert set(Trouble) == set(TROUBLES) | set(troubles_google.TROUBLES)
    for words in troubles_google.TROUBLES.values():
        told = " ".join(map(str, (words.title, words.what, words.member, words.administrator)))
        assert not re.search("Microsoft|Entra|Exchange", told), told


def test_both_addresses_stand_side_by_side_until_the_alias_is_accepted(
    people: Company, mismatch: Connection
) -> None:
    own = signed_in(people.colleague)
    page = own.get("/settings/connections").content.decode()
    assert people.colleague.email in page
    assert "someone@sample.example" in page
    assert "アカウントを選び直す" in page

    done = signed_in(people.administrator).post(f"{HEALTH}/{mismatch.pk}/alias", follow=True)

    assert "別名として承認しました" in done.content.decode()
    mismatch.refresh_from_db()
    assert (mismatch.state, mismatch.accepted_address) == ("active", people.colleague.email)
    assert "アドレスが一致していません" not in own.get("/settings/connections").content.decode()
    again = signed_in(people.administrator).post(f"{HEALTH}/{mismatch.pk}/alias", follow=True)
    assert "すでに解消しています" in again.content.decode()


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("phone", "language"), LOOKS)
def test_the_pages_of_health(
    live_server: Any, people: Company, mismatch: Connection, browser: Any, phone: bool, language: str
) -> None:
    found: list[str] = []
    for member, name, path in (
        (people.administrator, "health", HEALTH),
        (people.colleague, "mismatch", "/settings/connections"),
    ):
        seen = visit(browser, live_server.url, member, phone=phone, language=language)
        seen.open(path)
        picture(seen.page, f"console-{name}-{'phone' if phone else 'desk'}-{language}")
        found += [f"{name}: {one}" for one in (*seen.complaints, *complaints(seen.page))]
        assert not scrolls_sideways(seen.page), name
    assert found == []
