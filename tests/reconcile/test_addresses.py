"""The account and the address of its member: at sign-in, after a correction, and when they change later."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.utils import timezone

from chosei import wiring
from chosei.actions.addresses import accept_alias
from chosei.actions.agenda import trust_in
from chosei.actions.connecting import begin_connection, complete_connection
from chosei.actions.errors import Closed
from chosei.actions.members import MemberInput, add_member, change_member
from chosei.core.intervals import Interval
from chosei.mails.compose import compose
from chosei.reconcile.observe import observe
from chosei.reconcile.sweep import sweep
from chosei.records.models import Connection, MailKind, MailMessage
from tests.support.person import Person
from tests.support.worker import run_jobs

pytestmark = pytest.mark.django_db


def state(connection: Connection) -> str:
    connection.refresh_from_db()
    return connection.state


def renamed(admin, member, email: str) -> None:
    change_member(admin, member, MemberInput(member.name, email, member.is_administrator, "ja", "Asia/Tokyo"))
    member.refresh_from_db()


def mismatches() -> list[MailMessage]:
    return list(MailMessage.objects.filter(kind=MailKind.ADDRESS_MISMATCH))


@pytest.mark.parametrize("email", ["ito@sample.example", "Naoki.ITO@sample.example", "n.ito@sample.example"])
def test_mail_alias_and_login_name_all_agree(tenant, sato, email):
    assert tenant.connect(add_member(sato.organization, email, "伊藤 直樹")).state == "active"


def test_a_mismatch_is_kept_and_not_used(tenant, sato):
    member = add_member(sato.organization, "tanaka@sample.example", "田中 翔")
    connection = tenant.connect(member)
    renamed(sato, member, "sho@partner.example")
    assert state(connection) == "address_mismatch"
    now = timezone.now()
    assert trust_in(connection, Interval(now, now + timedelta(hours=1)), now=now) == "address_mismatch"
    [mail] = mismatches()
    letter = compose(mail, now=now)
    assert letter is not None
    assert "sho@partner.example" in letter.text
    assert "tanaka@sample.example" in letter.text

    renamed(sato, member, "Tanaka@sample.example")

    assert state(connection) == "active"
    assert compose(MailMessage.objects.get(pk=mail.pk), now=now) is None
    assert len(mismatches()) == 1


def test_a_mismatch_at_sign_in_and_another_account_instead(tenant, sato):
    member = add_member(sato.organization, "suzuki@sample.example", "鈴木 美咲")
    first = _signed_in_with(tenant, member, "tanaka@sample.example")
    assert first.state == "address_mismatch"
    assert first.addresses == ["tanaka@sample.example"]

    second = tenant.connect(member)

    assert second.state == "active"
    assert state(first) == "ending"


def _signed_in_with(tenant, member, address: str) -> Connection:
    with Person(tenant.sandbox.url) as person:
        person.open(begin_connection(member, "microsoft")).press("次へ", loginfmt=address)
        person.press("サインイン", passwd="chosei-demo")
        person.press("承諾")
        query = parse_qs(urlsplit(person.returned_to).query)
    return complete_connection(member, "microsoft", state=query["state"][0], code=query["code"][0], error="")


def test_an_administrator_accepts_the_alias_for_this_address_alone(tenant, sato):
    member = add_member(sato.organization, "suzuki@sample.example", "田中 翔")
    connection = _signed_in_with(tenant, member, "tanaka@sample.example")
    with pytest.raises(Closed):
        accept_alias(member, connection)
    accept_alias(sato, connection)
    assert state(connection) == "active"
    with pytest.raises(Closed):
        accept_alias(sato, connection)
    renamed(sato, member, "other@sample.example")
    assert state(connection) == "address_mismatch"


def test_a_change_found_later_leads_to_the_same_state(tenant, linked, sato):
    Connection.objects.filter(pk=linked.pk).update(
        addresses=["sato@sample.example", "old@sample.example"],
        account_checked_at=timezone.now() - timedelta(days=2),
    )
    type(sato).objects.filter(pk=sato.pk).update(email="old@sample.example")
    sweep()
    assert "chosei.check_account" in run_jobs()
    assert state(linked) == "address_mismatch"
    assert linked.addresses == ["sato@sample.example"]
    assert len(mismatches()) == 1
    sweep()
    assert "chosei.check_account" not in run_jobs()


def test_a_wrong_secret_is_told_to_the_administrators_once(tenant, linked, sato, settings):
    add_member(sato.organization, "suzuki@sample.example", "鈴木 美咲")
    Connection.objects.update(access_expires_at=timezone.now())
    settings.CHOSEI_MICROSOFT_CLIENT_SECRET = "wrong"
    wiring.forget()
    for _ in range(3):
        observe(linked.pk)
    told = MailMessage.objects.filter(kind=MailKind.REGISTRATION_BROKEN)
    assert [mail.recipient for mail in told] == [sato.email]
    assert state(linked) == "active"
    assert linked.mirror_error.startswith("invalid_client")
    letter = compose(told[0], now=timezone.now())
    assert letter is not None
    assert "クライアント シークレット" in letter.text
