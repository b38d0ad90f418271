"""Running proposals and booking pages of whoever leaves: a colleague goes on with them, or they end."""

from __future__ import annotations

from functools import partial
from uuid import uuid4

import pytest

from chosei.actions.booking_pages import archive_page
from chosei.actions.confirm import confirm_candidate
from chosei.actions.errors import ActionError
from chosei.actions.handover import hand_over
from chosei.actions.members import remove_member
from chosei.actions.proposals import withdraw_proposal
from chosei.core.entries import EntryPurpose
from chosei.mails.compose import compose
from chosei.records.models import CalendarEntry, MailKind, MailMessage, Member, Promise, Proposal
from tests.actions.test_races import together
from tests.support.company import GUEST, NOW, connect, member, organization, propose, publish

pytestmark = pytest.mark.django_db


@pytest.fixture
def chief() -> Member:
    return member(organization(), "高橋 由美", administrator=True)


def employee(chief: Member, name: str) -> Member:
    made = member(chief.organization, name)
    connect(made)
    return made


@pytest.fixture
def sato(chief) -> Member:
    return employee(chief, "佐藤 健一")


@pytest.fixture
def suzuki(chief) -> Member:
    return employee(chief, "鈴木 美咲")


def held_by(proposal: Proposal) -> dict[Member, int]:
    """How many holds are wanted in whose calendar."""
    rows = CalendarEntry.objects.filter(
        candidate__proposal=proposal, purpose=EntryPurpose.HOLD, desired__isnull=False
    ).select_related("connection__member")
    found: dict[Member, int] = {}
    for row in rows:
        found[row.connection.member] = found.get(row.connection.member, 0) + 1
    return found


def hosts(of) -> list[Member]:
    return [row.member for row in of.hosts.select_related("member")]


def test_a_colleague_goes_on_with_a_proposal_and_its_holds(chief, sato, suzuki):
    proposal = propose(sato)
    seen = proposal.revision
    handed = hand_over(chief, sato, suzuki, now=NOW)
    proposal.refresh_from_db()
    assert (handed.taken, handed.left) == ((proposal,), ())
    assert (proposal.author, hosts(proposal)) == (suzuki, [suzuki])
    assert held_by(proposal) == {suzuki: 3}
    assert proposal.revision > seen  # a form that shows the one who left changes nothing
    assert not proposal.mails.filter(member=None).exclude(kind="invitation").exists()


def told_successors() -> dict[str, str]:
    rows = MailMessage.objects.filter(kind=MailKind.HANDED_OVER, state="waiting")
    letters = {mail.recipient_name: compose(mail, now=NOW) for mail in rows}
    return {name: letter.text for name, letter in letters.items() if letter}


def test_whoever_goes_on_is_told_of_all_of_it_in_one_letter(chief, sato, suzuki):
    proposal, page = propose(sato, guest_name="三田花子"), publish(sato)
    beside = propose(sato, hosts=[sato, suzuki])  # attended before: but the author has changed
    hand_over(chief, sato, suzuki, now=NOW)
    remove_member(chief, sato, now=NOW)
    [(name, text)] = told_successors().items()
    assert name == "鈴木 美咲"
    assert "佐藤 健一さんの" in text
    for one in (f"/proposals/{proposal.pk}\n", f"/pages/{page.pk}\n"):
        assert text.count(one) == 1
    assert f"/proposals/{beside.pk}\n" not in text, "it was theirs already"
    archive_page(suzuki, page)
    withdraw_proposal(suzuki, proposal, now=NOW)
    assert told_successors() == {}, "what is over is not told"


def test_whoever_hands_over_to_themselves_needs_no_letter(chief, sato):
    propose(sato, hosts=[sato])
    hand_over(chief, sato, chief, now=NOW)
    assert told_successors() == {}


def test_whoever_attends_besides_goes_on_and_answers_the_customer(chief, sato, suzuki):
    proposal = propose(sato, hosts=[sato, suzuki])
    hand_over(chief, sato, None, now=NOW)
    proposal.refresh_from_db()
    assert (proposal.author, hosts(proposal), held_by(proposal)) == (suzuki, [suzuki], {suzuki: 3})


def test_one_who_only_made_the_proposal_leaves_its_hosts_as_they_are(chief, sato, suzuki):
    proposal = propose(sato, hosts=[suzuki])
    hand_over(chief, sato, chief, now=NOW)
    proposal.refresh_from_db()
    assert (proposal.author, hosts(proposal), held_by(proposal)) == (chief, [suzuki], {suzuki: 3})


@pytest.mark.parametrize("end", [False, True], ids=["stays", "ends"])
def test_what_nobody_takes_stays_in_sight_or_ends(chief, sato, end):
    proposal, page = propose(sato), publish(sato)
    handed = hand_over(chief, sato, None, now=NOW, end_rest=end)
    for one in (proposal, page):
        one.refresh_from_db()
    assert handed.taken == ()
    if end:
        assert (handed.left, handed.ended) == ((), (page, proposal))
        assert (proposal.state, page.state) == ("withdrawn", "paused")
        assert held_by(proposal) == {}
    else:
        assert (handed.left, handed.ended) == ((page, proposal), ())
        assert (proposal.state, page.state) == ("open", "published")


def test_a_colleague_receives_on_the_page_in_the_same_place(chief, sato, suzuki):
    ito = employee(chief, "伊藤 健")
    both = {"participation": "one_of_each", "second_ids": (ito.pk,)}
    page = publish(sato, hosts=[sato], **both)
    page.hosts.filter(member=sato).update(hours={"zone": "Asia/Tokyo", "weekdays": []})
    hand_over(chief, sato, suzuki, now=NOW)
    page.refresh_from_db()
    rows = list(page.hosts.values_list("member", "group", "hours"))
    assert rows == [(suzuki.pk, 1, None), (ito.pk, 2, None)]
    assert (page.owner, page.state) == (suzuki, "published")


def test_the_others_go_on_with_the_page(chief, sato, suzuki):
    page = publish(sato, hosts=[sato, suzuki])
    hand_over(chief, sato, None, now=NOW)
    page.refresh_from_db()
    assert (page.owner, hosts(page)) == (suzuki, [suzuki])


def test_nobody_receives_whose_calendar_cannot_be_read(chief, sato):
    """Unknown is not free: the page would offer nothing, and nobody would see why."""
    page = publish(sato)
    handed = hand_over(chief, sato, member(chief.organization), now=NOW)
    assert handed.left == (page,)
    assert hosts(page) == [sato]


def test_a_colleague_manages_instead_where_nobody_attended(chief, sato, suzuki):
    page = publish(suzuki, deputy_ids=(sato.pk,))
    away = publish(sato)
    archive_page(sato, away)
    hand_over(chief, sato, chief, now=NOW)
    assert [row.member for row in page.deputies.all()] == [chief]
    page.refresh_from_db()
    away.refresh_from_db()
    assert (page.owner, away.owner) == (suzuki, sato)


@pytest.mark.django_db(transaction=True)
def test_a_customer_confirms_while_the_proposal_is_handed_over(chief, sato, suzuki):
    proposal = propose(sato)
    taken = partial(
        confirm_candidate, proposal, proposal.candidates.earliest("pk").pk, GUEST, submission=uuid4(), now=NOW
    )
    outcomes = together(taken, partial(hand_over, chief, sato, suzuki, now=NOW))
    assert [one for one in outcomes if isinstance(one, Exception) and not isinstance(one, ActionError)] == []
    assert not Promise.objects.filter(host=sato, standing=True).exists()
    proposal.refresh_from_db()
    if proposal.state == "open":
        assert (hosts(proposal), held_by(proposal)) == ([suzuki], {suzuki: 3})
    else:
        assert Promise.objects.filter(host=suzuki, standing=True).count() == 1
