"""Getting in and out, and a forgotten password."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.utils import timezone

from chosei.mails.compose import compose
from chosei.ports.mail import Letter
from chosei.records.models import MailMessage
from tests.web.console.conftest import Company

PASSWORD = "a-long-password"


def test_address_and_password_open_the_console(people: Company) -> None:
    client = Client()
    asked = client.get("/proposals/")
    assert asked.headers["Location"] == "/sign-in?next=/proposals/"

    signed = client.post(
        "/sign-in", {"username": "SATO@sample.example", "password": PASSWORD, "next": "/proposals/"}
    )

    assert signed.headers["Location"] == "/proposals/"
    assert client.get("/proposals/").status_code == 200


def test_a_wrong_password_says_nothing_about_the_address(people: Company) -> None:
    known = (
        Client().post("/sign-in", {"username": "sato@sample.example", "password": "wrong"}).content.decode()
    )
    unknown = (
        Client().post("/sign-in", {"username": "nobody@sample.example", "password": "wrong"}).content.decode()
    )

    assert "メールアドレスまたはパスワードが正しくありません。" in known
    assert "メールアドレスまたはパスワードが正しくありません。" in unknown
    assert 'value="sato@sample.example"' in known


def test_an_inactive_member_stays_out(people: Company) -> None:
    people.author.is_active = False
    people.author.save()
    client = Client()
    client.post("/sign-in", {"username": "sato@sample.example", "password": PASSWORD})
    assert client.get("/").status_code == 302


def test_too_many_tries_are_told_in_plain_words(people: Company, settings) -> None:
    client = Client()
    for _ in range(settings.AXES_FAILURE_LIMIT):
        answer = client.post("/sign-in", {"username": "sato@sample.example", "password": "wrong"})
    assert answer.status_code == 429
    assert "サインインの試行が続いたため" in answer.content.decode()

    right = client.post("/sign-in", {"username": "sato@sample.example", "password": PASSWORD})
    assert right.status_code == 429


def test_one_network_cannot_try_many_addresses(people: Company) -> None:
    codes = [
        Client().post("/sign-in", {"username": f"p{number}@sample.example", "password": "x"}).status_code
        for number in range(61)
    ]
    assert codes[0] == 200
    assert codes[-1] == 429


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/"])
def test_sign_in_leads_nowhere_else(people: Company, target: str) -> None:
    signed = Client().post(
        "/sign-in", {"username": "sato@sample.example", "password": PASSWORD, "next": target}
    )
    assert signed.headers["Location"] == "/"


def test_sign_out_is_a_post(client: Client) -> None:
    assert client.get("/sign-out").status_code == 405
    assert client.get("/").status_code == 200
    client.post("/sign-out")
    assert client.get("/").status_code == 302


def letters() -> list[Letter]:
    """What waits to be sent, as it would be sent now."""
    waiting = [compose(message, now=timezone.now()) for message in MailMessage.objects.order_by("id")]
    return [letter for letter in waiting if letter is not None]


def test_a_forgotten_password(people: Company, settings) -> None:
    client = Client()
    answer = client.post("/password-reset", {"email": "Sato@sample.example"}, headers={"host": "127.0.0.1"})
    assert answer.headers["Location"] == "/password-reset/sent"
    [letter] = letters()
    assert letter.subject == "Choseiのパスワードを設定するURLをお送りします"
    assert letter.recipient == "sato@sample.example"
    address = re.search(rf"{re.escape(settings.CHOSEI_PUBLIC_URL)}(/password-reset/\S+)", letter.text)
    assert address is not None

    chosen = client.get(address[1], follow=True)
    fresh = {"new_password1": "entirely-new-words", "new_password2": "entirely-new-words"}
    done = client.post(chosen.redirect_chain[-1][0], fresh)

    assert done.headers["Location"] == "/password-reset/done"
    people.author.refresh_from_db()
    assert people.author.check_password("entirely-new-words")
    again = Client().get(address[1], follow=True)
    assert "このURLは使えません" in again.content.decode()


def test_the_reset_mail_speaks_the_members_language(people: Company) -> None:
    people.author.language = "en"
    people.author.save()
    Client().post("/password-reset", {"email": "sato@sample.example"})
    assert letters()[0].subject == "Set your Chosei password"


def test_an_invited_member_without_a_password_can_set_the_first(people: Company) -> None:
    people.colleague.set_unusable_password()
    people.colleague.save()
    Client().post("/password-reset", {"email": people.colleague.email})
    assert [letter.recipient for letter in letters()] == [people.colleague.email]


def test_a_reset_tells_nothing_about_addresses(people: Company) -> None:
    known = Client().post("/password-reset", {"email": "sato@sample.example"})
    unknown = Client().post("/password-reset", {"email": "nobody@sample.example"})
    assert (known.status_code, known.headers["Location"]) == (
        unknown.status_code,
        unknown.headers["Location"],
    )
    assert len(letters()) == 1


def test_resets_of_one_address_are_limited(people: Company) -> None:
    answers = {
        Client().post("/password-reset", {"email": "sato@sample.example"}).headers["Location"]
        for _ in range(6)
    }
    assert answers == {"/password-reset/sent"}
    assert len(letters()) == 3


def test_a_weak_new_password_is_refused(people: Company) -> None:
    client = Client()
    client.post("/password-reset", {"email": "sato@sample.example"})
    address = re.search(r"(/password-reset/\S+)", letters()[0].text)
    assert address is not None
    chosen = client.get(address[1], follow=True)
    refused = client.post(chosen.redirect_chain[-1][0], {"new_password1": "short", "new_password2": "short"})
    assert refused.status_code == 200
    people.author.refresh_from_db()
    assert people.author.check_password(PASSWORD)
