"""Visitors at the front desk: who is received, who is told, and what a wrong code learns."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chosei.actions.cancellation import cancel_by_guest
from chosei.actions.errors import Closed, InvalidInput
from chosei.actions.front_desk import add_desk, await_pairing_again, pair, rename_desk, revoke_desk
from chosei.actions.visits import WRONG_AT_A_DESK, TooOften, UnknownCode, receive, see_off
from chosei.records import admin_gates, gates
from chosei.records.models import FrontDesk, MailMessage, Visit
from tests.actions.test_races import together
from tests.actions.test_reception_codes import visit as confirmed_visit
from tests.support.company import NOW, at, member, organization, span

pytestmark = pytest.mark.django_db


def paired(administrator, name="1F受付", *, now=NOW):
    return pair(add_desk(administrator, name, now=now).pairing_code, now=now)


def desk_of(company):
    desk, _secret = paired(company.members.get(role="administrator"))
    return desk


def test_a_visitor_is_received_once_and_their_hosts_are_told():
    host = member()
    desk, appointment = desk_of(host.organization), confirmed_visit(host)
    number = appointment.code.number
    MailMessage.objects.all().delete()
    first = receive(desk, number, now=at(1, 9, 50))
    again = receive(desk, number, now=at(1, 9, 51))
    assert (first.again, again.again, again.visit) == (False, True, first.visit)
    assert list(MailMessage.objects.values_list("kind", "recipient")) == [("arrived_host", host.email)]
    assert appointment.timeline.filter(kind="visitor_arrived").count() == 1
    desk.refresh_from_db()
    assert desk.used_at == at(1, 9, 51)


def test_the_same_code_checks_out_and_in_again():
    host = member()
    desk, code = desk_of(host.organization), confirmed_visit(host).code
    with pytest.raises(UnknownCode):
        see_off(desk, code.number, now=at(1, 9))
    receive(desk, code.number, now=at(1, 10))
    left = see_off(desk, code.number, now=at(1, 11))
    assert (left.again, left.visit.left_at) == (False, at(1, 11))
    assert see_off(desk, code.number, now=at(1, 12)).again
    assert not receive(desk, code.number, now=at(1, 13)).again
    assert Visit.objects.count() == 2


def test_outside_its_day_after_a_cancellation_and_elsewhere_it_opens_nothing():
    host = member()
    desk, appointment = desk_of(host.organization), confirmed_visit(host)
    number = appointment.code.number
    elsewhere = desk_of(organization())
    refused = [(desk, at(1, 0) - timedelta(seconds=1)), (desk, at(2, 0)), (elsewhere, at(1, 10))]
    for tablet, now in refused:
        with pytest.raises(UnknownCode):
            receive(tablet, number, now=now)
    receive(desk, number, now=at(1, 0))
    cancel_by_guest(appointment, reason="", now=NOW)
    with pytest.raises(UnknownCode):
        receive(desk, number, now=at(1, 10))


def test_wrong_codes_are_limited_and_right_ones_cost_nothing(settings):
    host = member()
    company = host.organization
    desk, other = desk_of(company), paired(company.members.get(role="administrator"), "2F")[0]
    number = confirmed_visit(host).code.number
    for _ in range(WRONG_AT_A_DESK * 2):
        receive(desk, number, now=at(1, 10))
    for guess in [None, *range(WRONG_AT_A_DESK - 1)]:
        with pytest.raises(UnknownCode):
            receive(desk, guess if guess != number else 999_999, now=at(1, 10))
    for act in (receive, see_off):
        with pytest.raises(TooOften):  # nor does a right one say that it is right
            act(desk, number, now=at(1, 10))
    assert receive(other, number, now=at(1, 10)).again


def test_a_pairing_code_is_good_once_and_for_half_an_hour():
    administrator = organization().members.get()
    desk = add_desk(administrator, "1F受付", now=NOW)
    code = desk.pairing_code
    with pytest.raises(Closed):
        pair(code, now=NOW + timedelta(minutes=31))
    with pytest.raises(Closed):
        pair("", now=NOW)
    paired_desk, secret = pair(f" {code.lower().replace('-', ' ')} ", now=NOW)
    assert gates.front_desk(secret) == paired_desk == desk
    with pytest.raises(Closed):
        pair(code, now=NOW)
    with pytest.raises(Closed):
        await_pairing_again(administrator, desk, now=NOW)
    assert secret not in str(FrontDesk.objects.values().get())


def test_a_tablet_let_go_opens_nothing_any_more():
    administrator = organization().members.get()
    desk, secret = paired(administrator)
    rename_desk(administrator, desk, " 2F\n受付 ")
    assert gates.front_desk(secret).name == "2F 受付"
    revoke_desk(administrator, desk, now=NOW)
    with pytest.raises(gates.NotThere):
        gates.front_desk(secret)
    with pytest.raises(gates.NotThere):
        gates.front_desk("")


def test_only_administrators_have_a_say_about_tablets():
    somebody = member()
    with pytest.raises(gates.NotThere):
        add_desk(somebody, "1F", now=NOW)
    with pytest.raises(gates.NotThere):
        admin_gates.visits_of(somebody)
    with pytest.raises(InvalidInput):
        add_desk(somebody.organization.members.get(role="administrator"), " ", now=NOW)


@pytest.mark.django_db(transaction=True)
def test_a_party_at_two_tablets_is_one_visit():
    host = member()
    desk, code = desk_of(host.organization), confirmed_visit(host, span(1, 10)).code
    outcomes = together(*[lambda: receive(desk, code.number, now=at(1, 10))] * 6)
    assert sorted(outcome.again for outcome in outcomes) == [False] + [True] * 5
    assert Visit.objects.count() == MailMessage.objects.filter(kind="arrived_host").count() == 1
