"""Who may agree to what, what the page says, and the wall."""

from __future__ import annotations

import pytest

from tests.sandbox.identity.conftest import APP_ID, REDIRECT, SCOPE, Client
from tests.support.person import Person

ADMIN_REDIRECT = REDIRECT.replace("callback", "admin-consent")
WALL = "管理者の承認が必要"
CONSENT = "要求されているアクセスを許可"


def ask_admin(person: Person, tenant: str = "organizations", **changes: str) -> Person:
    query = {
        "client_id": APP_ID,
        "redirect_uri": ADMIN_REDIRECT,
        "scope": "https://graph.microsoft.com/.default",
        "state": "s1",
    }
    return person.open(f"/{tenant}/v2.0/adminconsent", **{**query, **changes})


def test_the_page_names_the_app_and_lists_what_it_wants(client: Client, person: Person) -> None:
    client.authorize(person).sign_in("sato@sample.example")
    assert person.heading == CONSENT
    assert "Chosei (調整)" in person.text
    assert "予約" not in person.text
    assert "予定表の読み取りと書き込み" in person.text
    assert [b.get_text() for b in person.page.find_all("button")] == ["キャンセル", "承諾"]
    assert person.page.find("input", {"type": "checkbox"}) is None


def test_cancel_goes_back_with_access_denied(client: Client, person: Person) -> None:
    client.authorize(person).sign_in("sato@sample.example").press("キャンセル")
    assert person.returned["error"] == "access_denied"
    assert "AADSTS65004" in person.returned["error_description"]
    assert person.returned["state"] == "some state"
    assert client.authorize(person).heading == CONSENT, "nothing was agreed to"


def test_only_what_is_new_is_asked_for(client: Client, person: Person) -> None:
    client.connect(person)
    client.authorize(person, scope=SCOPE + " Mail.Send")
    names = [item.small.get_text() for item in person.page.select(".permissions li") if item.small]
    assert names == ["Mail.Send"]
    granted = client.redeem(person.press("承諾").returned["code"]).json()["scope"].split()
    assert {"Mail.Send", "Calendars.ReadWrite"} <= set(granted), "a token carries what was ever agreed to"


def test_prompt_consent_asks_for_everything_again(client: Client, person: Person) -> None:
    client.connect(person)
    client.authorize(person, prompt="consent")
    assert person.heading == CONSENT
    assert len(person.page.select(".permissions li")) == len(SCOPE.split())
    assert person.press("承諾").returned["code"]


def test_an_admin_s_box_is_there_and_unticked(client: Client, person: Person) -> None:
    client.authorize(person).sign_in("admin@sample.example")
    box = person.page.find("input", {"type": "checkbox"})
    assert box is not None
    assert not box.has_attr("checked")
    assert "組織の代理として同意する" in person.text


def test_without_the_box_an_admin_agrees_for_themselves(client: Client, person: Person) -> None:
    client.authorize(person).sign_in("admin@sample.example").press("承諾")
    with Person(person.origin) as colleague:
        assert client.authorize(colleague).sign_in("sato@sample.example").heading == CONSENT


def test_with_the_box_nobody_else_is_asked(client: Client, person: Person) -> None:
    client.authorize(person).sign_in("admin@sample.example").press("承諾", tick="everybody")
    with Person(person.origin) as colleague:
        assert client.authorize(colleague).sign_in("sato@sample.example").returned["code"]


def test_the_box_cannot_be_ticked_by_others(client: Client, person: Person) -> None:
    client.authorize(person).sign_in("sato@sample.example")
    form = person.page.find("form")
    assert form is not None
    person.client.post(str(form["action"]), data={"action": "accept", "everybody": "on"})
    with Person(person.origin) as colleague:
        assert client.authorize(colleague).sign_in("suzuki@sample.example").heading == CONSENT


class TestTheWall:
    def test_where_users_may_not_consent_calendars_need_an_admin(
        self, client: Client, person: Person
    ) -> None:
        client.authorize(person).sign_in("mita@test.example")
        assert person.heading == WALL
        assert "Chosei (調整)" in person.text
        assert person.returned_to == "", "the browser stays there"

    def test_harmless_scopes_pass_it(self, client: Client, person: Person) -> None:
        client.authorize(person, scope="openid User.Read").sign_in("mita@test.example")
        assert person.heading == CONSENT

    def test_the_link_back_gives_access_denied(self, client: Client, person: Person) -> None:
        client.authorize(person).sign_in("mita@test.example")
        person.press("承認を要求せずにアプリケーションに戻る")
        assert person.returned["error"] == "access_denied"
        assert "AADSTS90094" in person.returned["error_description"]

    def test_accepting_past_it_is_refused(self, client: Client, person: Person) -> None:
        client.authorize(person).sign_in("mita@test.example")
        form = person.page.find("form")
        assert form is not None
        answer = person.client.post(str(form["action"]), data={"action": "accept"})
        assert WALL in answer.text
        assert client.sandbox.context.identity.consents.all() == []

    def test_an_admin_can_sign_in_from_it(self, client: Client, person: Person) -> None:
        client.authorize(person).sign_in("mita@test.example").press("管理者アカウント")
        person.sign_in("admin@test.example")
        assert person.heading == CONSENT

    @pytest.mark.parametrize("address", ["sato@sample.example", "mita@test.example"])
    def test_admin_only_scopes_need_an_admin_everywhere(
        self, client: Client, person: Person, address: str
    ) -> None:
        client.authorize(person, scope="openid Place.Read.All").sign_in(address)
        assert person.heading == WALL

    def test_it_goes_when_the_admin_consented(self, client: Client, person: Person) -> None:
        ask_admin(person).sign_in("admin@test.example").press("承諾")
        with Person(person.origin) as colleague:
            assert client.authorize(colleague).sign_in("mita@test.example").returned["code"]

    def test_prompt_consent_raises_it_even_then(self, client: Client, person: Person) -> None:
        ask_admin(person).sign_in("admin@test.example").press("承諾")
        with Person(person.origin) as colleague:
            client.authorize(colleague, prompt="consent").sign_in("mita@test.example")
            assert colleague.heading == WALL


class TestAdminConsent:
    def test_success_names_tenant_scopes_and_state(self, client: Client, person: Person) -> None:
        ask_admin(person).sign_in("admin@sample.example")
        assert person.heading == CONSENT
        assert "株式会社サンプル の全員" in person.text
        person.press("承諾")
        assert person.returned_to.startswith(ADMIN_REDIRECT + "?admin_consent=True&")
        tenant = client.sandbox.context.directory.tenant("sample.example")
        assert tenant is not None
        assert person.returned["tenant"] == tenant.tid
        assert "https://graph.microsoft.com/Place.Read.All" in person.returned["scope"]
        assert person.returned["state"] == "s1"
        assert "error" not in person.returned

    def test_cancel_says_admin_consent_as_well_as_the_error(self, client: Client, person: Person) -> None:
        ask_admin(person).sign_in("admin@sample.example").press("キャンセル")
        assert person.returned["admin_consent"] == "True"
        assert person.returned["error"] == "access_denied"
        assert person.returned["state"] == "s1"

    def test_a_list_of_scopes_grants_these_only(self, client: Client, person: Person) -> None:
        ask_admin(person, scope="https://graph.microsoft.com/Place.Read.All").sign_in("admin@sample.example")
        person.press("承諾")
        assert [c.scopes for c in client.sandbox.context.identity.consents.all()] == [("Place.Read.All",)]

    def test_others_cannot(self, client: Client, person: Person) -> None:
        ask_admin(person).sign_in("sato@sample.example")
        assert person.heading == WALL
        person.press("承認を要求せずにアプリケーションに戻る")
        assert person.returned["admin_consent"] == "True"
        assert person.returned["error"] == "access_denied"

    def test_an_admin_of_another_tenant_cannot(self, client: Client, person: Person) -> None:
        ask_admin(person, tenant="sample.example").sign_in("admin@test.example")
        assert "AADSTS50020" in person.text

    def test_common_is_refused(self, client: Client, person: Person) -> None:
        assert "AADSTS90015" in ask_admin(person, tenant="common").text

    def test_an_unregistered_redirect_is_refused(self, client: Client, person: Person) -> None:
        assert "AADSTS50011" in ask_admin(person, redirect_uri="http://localhost/elsewhere").text

    def test_an_unknown_scope_goes_back(self, client: Client, person: Person) -> None:
        ask_admin(person, scope="Everything.All")
        assert person.returned["error"] == "invalid_scope"
        assert person.returned["admin_consent"] == "True"
