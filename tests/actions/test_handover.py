"""Whoever leaves or has no calendar any more: others take over, and nothing stays behind unseen."""

from __future__ import annotations

import pytest
from django.utils import timezone

from chosei.actions.errors import Closed, InvalidInput
from chosei.actions.handover import hand_over
from chosei.actions.members import remove_member
from chosei.jobs.queue import CONVERGE
from chosei.reconcile.sweep import sweep
from chosei.records.models import Appointment, Connection, MailKind, MailMessage, Member
from tests.support.company import member, organization
from tests.support.moves import ONSITE, confirmed, standing
from tests.support.times import late
from tests.support.toy.provider import OtherProvider, ToyProvider, sign_in
from tests.support.worker import run_jobs

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("calendars")]


@pytest.fixture
def chief() -> Member:
    return member(organization(), "高橋 由美", administrator=True)


@pytest.fixture
def sato(chief: Member) -> Member:
    return connected(member(chief.organization, "佐藤 健一"), "toy")


@pytest.fixture
def suzuki(chief: Member) -> Member:
    return connected(member(chief.organization, "鈴木 美咲"), "other")


def connected(who: Member, provider: str) -> Member:
    sign_in(who, provider)
    run_jobs()
    return who


def hosts(appointment: Appointment) -> list[str]:
    rows = appointment.promises.filter(standing=True, host__isnull=False)
    return list(rows.values_list("host__name", flat=True))


def leave(chief: Member, who: Member, to: Member | None):
    handed = hand_over(chief, who, to, now=timezone.now())
    remove_member(chief, who, now=timezone.now())
    run_jobs(hurrying=CONVERGE)
    return handed


def test_a_colleague_takes_over_and_has_the_event(chief, sato, suzuki):
    appointment = confirmed(sato, meeting=ONSITE)
    handed = leave(chief, sato, suzuki)
    assert (handed.taken, handed.left) == ((appointment,), ())
    assert hosts(appointment) == ["鈴木 美咲"]
    assert standing(ToyProvider, sato) == []
    assert [one.start for one in standing(OtherProvider, suzuki)] == [appointment.starts_at]
    kinds = MailMessage.objects.filter(appointment=appointment, revision=1).values_list("kind", "member")
    assert {kind for kind, who in kinds if who == suzuki.pk} == {MailKind.CONFIRMED_HOST}
    assert {kind for kind, who in kinds if who is None} == {MailKind.CHANGED_GUEST}
    sweep()
    run_jobs()
    former = Connection.objects.get(member=sato)
    assert (former.state, former.refresh_token) == ("ended", "")


def test_the_other_hosts_go_on_and_the_link_is_issued_anew(chief, sato, suzuki):
    appointment = confirmed(sato, hosts=(sato, suzuki))
    before = appointment.join_url
    leave(chief, sato, None)
    run_jobs(hurrying=CONVERGE)
    appointment.refresh_from_db()
    [event] = standing(OtherProvider, suzuki)
    assert appointment.join_url == event.join_url != before
    assert hosts(appointment) == ["鈴木 美咲"]
    assert standing(ToyProvider, sato) == []


def test_a_link_that_nobody_could_issue_anew_lives_on_where_it_is(chief, sato, suzuki):
    Connection.objects.filter(member=suzuki).update(web_meeting=False)
    appointment = confirmed(sato, hosts=(sato, suzuki))
    leave(chief, sato, None)
    [event] = standing(ToyProvider, sato)
    appointment.refresh_from_db()
    assert event.join_url == appointment.join_url
    assert [one.start for one in standing(OtherProvider, suzuki)] == [appointment.starts_at]
    sweep()
    assert Connection.objects.get(member=sato).state == "ending"


def test_what_nobody_takes_is_finished_where_it_is(chief, sato):
    appointment = confirmed(sato, meeting=ONSITE)
    handed = leave(chief, sato, None)
    assert (handed.taken, handed.left) == ((), (appointment,))
    assert [one.start for one in standing(ToyProvider, sato)] == [appointment.starts_at]
    sweep()
    assert Connection.objects.get(member=sato).state == "ending"


def test_a_successor_who_is_promised_elsewhere_is_not_promised_twice(chief, sato, suzuki):
    confirmed(suzuki, meeting=ONSITE)
    appointment = confirmed(sato, meeting=ONSITE)
    handed = leave(chief, sato, suzuki)
    assert handed.left == (appointment,)
    assert hosts(appointment) == ["佐藤 健一"]


def test_a_lost_licence_leaves_a_list_for_a_person(chief, sato, suzuki):
    from chosei.actions.leftovers import leftovers_of
    from chosei.core.troubles import Trouble

    confirmed(sato, meeting=ONSITE)
    Connection.objects.filter(member=sato).update(trouble=Trouble.NO_MAILBOX)
    ToyProvider.service.mailbox(sato.email).missing = True
    hand_over(chief, sato, suzuki, now=timezone.now())
    run_jobs()  # tried again for as long as the mailbox may come back
    assert len(standing(OtherProvider, suzuki)) == 1
    [left] = leftovers_of(sato, now=timezone.now())
    assert left.start == late(3).start


def test_only_an_administrator_hands_over_and_only_to_a_colleague(chief, sato, suzuki):
    with pytest.raises(Closed):
        hand_over(suzuki, sato, suzuki, now=timezone.now())
    stranger = member()
    for nobody in (sato, stranger):
        with pytest.raises(InvalidInput):
            hand_over(chief, sato, nobody, now=timezone.now())


def test_one_who_stays_an_employee_is_told_what_was_taken_from_them(chief, sato, suzuki):
    appointment = confirmed(sato, meeting=ONSITE)
    hand_over(chief, sato, suzuki, now=timezone.now())
    told = MailMessage.objects.filter(appointment=appointment, kind=MailKind.REMOVED_HOST)
    assert [mail.member for mail in told] == [sato]
