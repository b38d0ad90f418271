"""The wall on the sandbox: a tenant that forbids consent, its administrator, an account without a mailbox."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.utils import timezone

from chosei.actions.approvals import (
    answer_admin_consent,
    ask_approval,
    consent_link,
    sign_in_under_way,
)
from chosei.actions.connecting import begin_connection, complete_connection
from chosei.actions.connections import disconnect
from chosei.actions.errors import ConnectRefused
from chosei.actions.members import add_member, create_organization
from chosei.actions.sign_ins import SILENT_AFTER
from chosei.mails.compose import compose
from chosei.records.models import (
    Connection,
    ConnectionAttempt,
    MailKind,
    MailMessage,
    Member,
    ProviderApproval,
)
from chosei.sandbox.demo import SAMPLE, TEST
from tests.support.person import Person
from tests.support.worker import run_jobs

pytestmark = pytest.mark.django_db


@pytest.fixture
def mita() -> Member:
    """三田 花子, whose company forbids its people to consent."""
    organization = create_organization("株式会社テスト", "mita@test.example", "三田 花子", "a-long-password")
    return organization.members.get()


def returned(person: Person) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(person.returned_to).query).items()}


def finish(member: Member, given: dict[str, str]) -> Connection:
    return complete_connection(
        member,
        "microsoft",
        state=given["state"],
        code=given.get("code", ""),
        error=given.get("error", ""),
        error_detail=given.get("error_description", ""),
    )


def at_the_wall(tenant, member: Member) -> Person:
    person = Person(tenant.sandbox.url)
    person.open(begin_connection(member, "microsoft")).press("次へ", loginfmt=member.email)
    person.press("サインイン", passwd="chosei-demo")
    assert "管理者" in person.text
    assert not person.returned
    return person


def test_from_the_wall_through_the_link_to_a_connection(tenant, mita):
    with at_the_wall(tenant, mita):
        assert sign_in_under_way(mita, "microsoft") == "running"
    ConnectionAttempt.objects.update(begun_at=timezone.now() - timedelta(minutes=3))
    assert sign_in_under_way(mita, "microsoft") == "silent"
    link = consent_link(ask_approval(mita, "microsoft", now=timezone.now()))

    with Person(tenant.sandbox.url) as it:
        it.open(link.url).sign_in("admin@test.example")
        it.press("承諾")
        page = Client().get(urlsplit(it.returned_to)._replace(scheme="", netloc="").geturl())

    assert "承認の手続きが終わりました" in page.content.decode()
    approval = ProviderApproval.objects.get()
    assert (approval.state, approval.tenant_id) == ("granted", TEST.tid)
    assert [mail.recipient for mail in MailMessage.objects.filter(kind=MailKind.TRY_AGAIN)] == [mita.email]
    assert tenant.connect(mita).state == "active"


def test_who_asked_is_told_at_once_and_who_is_away_signing_in_when_their_time_is_over(tenant, mita):
    hanako = add_member(mita.organization, "hanako@test.example", "三田 ハナコ")
    quick = add_member(mita.organization, "admin@test.example", "管理 次郎")
    approval = ask_approval(mita, "microsoft", now=timezone.now())
    for member in (hanako, quick):
        begin_connection(member, "microsoft")
    begun = ConnectionAttempt.objects.get(member=hanako).begun_at

    answer_admin_consent(approval.link_token, granted=True, tenant=TEST.tid, now=timezone.now())
    told = {mail.recipient: mail.retry_at for mail in MailMessage.objects.filter(kind=MailKind.TRY_AGAIN)}
    assert set(told) == {mita.email, hanako.email, quick.email}
    assert told[mita.email] is None
    assert told[hanako.email] == begun + SILENT_AFTER
    assert sign_in_under_way(hanako, "microsoft") == "running", "the page goes on waiting for them"

    assert tenant.connect(quick).state == "active"
    assert MailMessage.objects.filter(kind=MailKind.TRY_AGAIN).count() == 3, "nobody is told twice"
    rows = MailMessage.objects.filter(kind=MailKind.TRY_AGAIN).select_related("member")
    written = {mail.recipient for mail in rows if compose(mail, now=timezone.now()) is not None}
    assert written == {mita.email, hanako.email}, "who has connected meanwhile is spared"


def test_back_from_the_wall_is_told_apart_from_a_cancellation(tenant, mita):
    with at_the_wall(tenant, mita) as person:
        link = person.page.find("a", string=lambda text: text and "戻る" in text)
        if link is not None:
            person.open(str(link["href"]))
        else:
            person.press("戻る")
        with pytest.raises(ConnectRefused) as refused:
            finish(mita, returned(person))
    assert refused.value.reason == "approval_needed"
    assert ConnectionAttempt.objects.get().result == "approval_needed"


def test_an_administrator_who_connects_opens_the_door_for_the_others(tenant, mita):
    with at_the_wall(tenant, mita):
        pass
    ConnectionAttempt.objects.update(begun_at=timezone.now() - timedelta(minutes=3))
    it = add_member(mita.organization, "admin@test.example", "管理 次郎")
    with Person(tenant.sandbox.url) as person:
        person.open(begin_connection(it, "microsoft")).press("次へ", loginfmt=it.email)
        person.press("サインイン", passwd="chosei-demo")
        box = person.page.find("input", {"type": "checkbox"})
        assert box is not None
        person.press("承諾", tick=str(box["name"]))
        assert finish(it, returned(person)).state == "active"
    assert ProviderApproval.objects.get().how == "connected"
    assert MailMessage.objects.filter(kind=MailKind.TRY_AGAIN).get().recipient == mita.email

    disconnect(it, it.connections.get(), now=timezone.now())
    assert tenant.connect(mita).state == "active"
    assert ProviderApproval.objects.get().state == "granted"


def test_an_account_without_a_mailbox_gives_its_approval_and_no_calendar(tenant, sato):
    watanabe = add_member(sato.organization, "watanabe@sample.example", "渡辺 健")
    connection = tenant.connect(watanabe)
    assert (connection.state, connection.problem) == ("approval_only", "no_mailbox")
    assert (connection.access_token, connection.refresh_token) == ("", "")
    assert ProviderApproval.objects.get().tenant_id == SAMPLE.tid
    assert tenant.connect(watanabe).pk == connection.pk
    run_jobs()
    connection.refresh_from_db()
    assert connection.mirror_read_at is None

    disconnect(watanabe, connection, now=timezone.now())
    connection.refresh_from_db()
    assert connection.state == "ended"
    assert ProviderApproval.objects.get().state == "granted"


def test_a_calendar_whose_mailbox_is_gone_is_no_mere_approval(tenant, linked, sato):
    watanabe = tenant.sandbox.context.directory.user("watanabe@sample.example")
    Connection.objects.filter(pk=linked.pk).update(account_object=watanabe.oid, state="needs_reconnect")
    sato.email = "watanabe@sample.example"
    with pytest.raises(ConnectRefused) as refused:
        tenant.connect(sato)
    assert refused.value.reason == "no_mailbox"
    linked.refresh_from_db()
    assert linked.state == "needs_reconnect"


def test_a_state_is_good_once_and_for_one_member(tenant, mita, sato):
    url = begin_connection(sato, "microsoft")
    state = parse_qs(urlsplit(url).query)["state"][0]
    with pytest.raises(ConnectRefused) as foreign:
        finish(mita, {"state": state, "code": "x"})
    assert foreign.value.reason == "other_member"
    for reason in ("cancelled", "state_spent"):
        with pytest.raises(ConnectRefused) as refused:
            finish(sato, {"state": state, "error": "access_denied"})
        assert refused.value.reason == reason
