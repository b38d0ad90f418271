"""Which account a sign-in ends with, and what the pages say on the way."""

from __future__ import annotations

import pytest

from tests.sandbox.identity.conftest import REDIRECT, Client
from tests.support.person import Person


def test_address_then_password_then_consent_then_a_code(client: Client, person: Person) -> None:
    assert client.authorize(person).heading == "サインイン"
    assert person.press("次へ", loginfmt="SATO@sample.example").heading == "パスワードの入力"
    assert person.press("サインイン", passwd="chosei-demo").heading == "要求されているアクセスを許可"
    person.press("承諾")
    assert person.returned_to.startswith(REDIRECT + "?")
    assert person.returned["state"] == "some state"
    assert person.returned["code"]


def test_the_pages_speak_english_to_english_browsers(client: Client, person: Person) -> None:
    with Person(person.origin, language="en-GB,en;q=0.9,ja;q=0.5") as reader:
        assert client.authorize(reader).heading == "Sign in"
        reader.press("Next", loginfmt="sato@sample.example").press("Sign in", passwd="chosei-demo")
        assert reader.heading == "Permissions requested"
        assert "Read and write your calendars" in reader.text
        reader.press("Accept")
        assert reader.returned["code"]


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("nobody@sample.example", "このユーザー名のアカウントは見つかりません。"),
        ("", "メールアドレスを入力してください。"),
    ],
)
def test_an_address_that_is_none_stays_on_its_page(
    client: Client, person: Person, address: str, message: str
) -> None:
    client.authorize(person).press("次へ", loginfmt=address)
    assert person.heading == "サインイン"
    assert message in person.text
    field = person.page.find("input", {"name": "loginfmt"})
    assert field is not None
    assert field["value"] == address


def test_a_wrong_password_stays_on_its_page(client: Client, person: Person) -> None:
    client.authorize(person).sign_in("sato@sample.example", "guess")
    assert person.heading == "パスワードの入力"
    assert "パスワードが正しくありません。" in person.text
    assert person.press("サインイン", passwd="chosei-demo").heading == "要求されているアクセスを許可"


def test_an_alias_signs_the_same_account_in(client: Client, person: Person) -> None:
    client.authorize(person).sign_in("ito@sample.example")
    assert "n.ito@sample.example" in person.text


def test_login_hint_fills_in_the_address(client: Client, person: Person) -> None:
    client.authorize(person, login_hint="suzuki@sample.example")
    field = person.page.find("input", {"name": "loginfmt"})
    assert field is not None
    assert field["value"] == "suzuki@sample.example"


def test_one_session_goes_through_without_a_page(client: Client, person: Person) -> None:
    client.connect(person)
    assert client.authorize(person).returned["code"]


def test_select_account_always_shows_the_picker(client: Client, person: Person) -> None:
    client.connect(person)
    assert client.authorize(person, prompt="select_account").heading == "アカウントを選択する"
    assert person.press("佐藤 健一").returned["code"]


def test_the_picker_leads_to_another_account(client: Client, person: Person) -> None:
    client.connect(person)
    client.authorize(person, prompt="select_account").press("別のアカウントを使う")
    person.sign_in("suzuki@sample.example")
    assert "suzuki@sample.example" in person.text
    person.press("承諾")
    assert client.authorize(person).heading == "アカウントを選択する", "two sessions, no hint"
    assert client.authorize(person, login_hint="sato@sample.example").returned["code"]


def test_login_asks_for_the_password_again(client: Client, person: Person) -> None:
    client.connect(person)
    client.authorize(person, prompt="login", login_hint="sato@sample.example")
    assert person.heading == "パスワードの入力"
    assert person.press("サインイン", passwd="chosei-demo").returned["code"]


def test_none_shows_no_page(client: Client, person: Person) -> None:
    assert client.authorize(person, prompt="none").returned["error"] == "login_required"
    client.connect(person)
    assert client.authorize(person, prompt="none").returned["code"]
    more = client.authorize(person, prompt="none", scope="openid Mail.Send").returned
    assert (more["error"], more["state"]) == ("consent_required", "some state")


def test_none_with_two_sessions_needs_a_hint(client: Client, person: Person) -> None:
    client.connect(person)
    client.authorize(person, prompt="select_account").press("別のアカウントを使う")
    person.sign_in("suzuki@sample.example").press("承諾")
    assert client.authorize(person, prompt="none").returned["error"] == "interaction_required"
    assert client.authorize(person, prompt="none", login_hint="suzuki@sample.example").returned["code"]


def test_signing_out_forgets_the_session(client: Client, person: Person) -> None:
    client.connect(person)
    assert person.open("/organizations/oauth2/v2.0/logout").heading == "サインアウトしました"
    assert client.authorize(person).heading == "サインイン"


def test_signing_out_goes_back_to_registered_addresses_only(client: Client, person: Person) -> None:
    path = "/organizations/oauth2/v2.0/logout"
    assert person.open(path, post_logout_redirect_uri=REDIRECT).returned_to == REDIRECT
    assert person.open(path, post_logout_redirect_uri="https://elsewhere.example/").returned_to == ""


def test_form_post_carries_the_answer_in_a_form(client: Client, person: Person) -> None:
    client.authorize(person, response_mode="form_post").sign_in("sato@sample.example").press("承諾")
    form = person.page.find("form")
    assert form is not None
    assert form["action"] == REDIRECT
    members = {i["name"]: i["value"] for i in form.find_all("input")}
    assert members["state"] == "some state"
    assert client.redeem(str(members["code"])).status_code == 200


def test_an_account_of_another_tenant_is_stopped(client: Client, person: Person) -> None:
    client.authorize(person, tenant="sample.example").sign_in("mita@test.example")
    assert "AADSTS50020" in person.text
    person.press("別のアカウントでサインイン").sign_in("sato@sample.example")
    assert person.heading == "要求されているアクセスを許可"


def test_a_sign_in_belongs_to_its_browser(client: Client, person: Person) -> None:
    client.authorize(person)
    form = person.page.find("form")
    assert form is not None
    with Person(person.origin) as stranger:
        assert "AADSTS50089" in stranger.open(str(form["action"])).text
