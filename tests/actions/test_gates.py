"""Nobody sees what is not theirs; every refusal is the same."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.db import connection

from chosei.actions.confirm import confirm_candidate
from chosei.records import gates
from chosei.records.gates import NotThere
from chosei.records.models import Proposal
from tests.support.company import GUEST, NOW, connect, member, organization, propose, publish

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def company():
    return organization()


def appointment_of(author, hosts=()):
    proposal = propose(author, hosts=hosts)
    first = proposal.candidates.earliest("starts_at").pk
    return confirm_candidate(proposal, first, GUEST, submission=uuid4(), now=NOW)


def test_author_host_and_administrator_see_a_proposal_and_nobody_else(company):
    author, host, bystander = (member(company) for _ in range(3))
    administrator = member(company, administrator=True)
    stranger = member(administrator=True)
    proposal = propose(author, hosts=[host])
    for reader in (author, host, administrator):
        assert gates.proposal_for_member(reader, proposal.pk) == proposal
    for reader in (bystander, stranger):
        with pytest.raises(NotThere):
            gates.proposal_for_member(reader, proposal.pk)


def test_the_same_for_pages_and_appointments(company):
    owner, bystander = member(company), member(company)
    stranger = member(administrator=True)
    connect(owner)
    page, appointment = publish(owner), appointment_of(owner)
    assert gates.booking_page_for_member(owner, page.pk) == page
    assert gates.appointment_for_member(owner, appointment.pk) == appointment
    for reader in (bystander, stranger):
        with pytest.raises(NotThere):
            gates.booking_page_for_member(reader, page.pk)
        with pytest.raises(NotThere):
            gates.appointment_for_member(reader, appointment.pk)


def test_a_connection_is_its_owners_alone(company):
    owner = member(company)
    account = connect(owner)
    assert gates.connection_for_member(owner, account.pk) == account
    with pytest.raises(NotThere):
        gates.connection_for_member(member(company, administrator=True), account.pk)


def test_a_link_opens_one_thing(company):
    author = member(company)
    connect(author)
    proposal, page, appointment = propose(author), publish(author), appointment_of(author)
    gates.proposal_for_guest(proposal.link_token)
    gates.booking_page_for_guest(page.link_token)
    gates.appointment_for_guest(appointment.link_token)
    doors = {
        gates.proposal_for_guest: proposal,
        gates.booking_page_for_guest: page,
        gates.appointment_for_guest: appointment,
    }
    for open_door in doors:
        for other, thing in doors.items():
            if other is not open_door:
                with pytest.raises(NotThere):
                    open_door(thing.link_token)
        with pytest.raises(NotThere):
            open_door("")


def test_a_draft_page_has_no_door(company):
    owner = member(company)
    connect(owner)
    page = publish(owner)
    for state, there in (("draft", False), ("paused", True), ("archived", False)):
        type(page).objects.update(state=state)
        if there:
            gates.booking_page_for_guest(page.link_token)
        else:
            with pytest.raises(NotThere):
                gates.booking_page_for_guest(page.link_token)


def test_links_and_tokens_are_not_kept_in_the_clear(company):
    author = member(company)
    account = connect(author, access_token="the-access-token", refresh_token="the-refresh-token")
    proposal = propose(author)
    assert len(proposal.link_token) >= 32
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(p)::text FROM records_proposal p")
        assert proposal.link_token not in cursor.fetchone()[0]
        cursor.execute("SELECT row_to_json(c)::text FROM records_connection c")
        stored = cursor.fetchone()[0]
    assert "the-access-token" not in stored
    assert "the-refresh-token" not in stored
    account.refresh_from_db()
    assert account.refresh_token == "the-refresh-token"


def test_links_survive_a_change_of_the_secret_key(company, settings):
    token = propose(member(company)).link_token
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another-key" * 5
    assert gates.proposal_for_guest(token) == Proposal.objects.get()
    settings.SECRET_KEY_FALLBACKS = []
    with pytest.raises(NotThere):
        gates.proposal_for_guest(token)


def test_sealed_text_survives_a_change_of_keys(company, settings):
    from cryptography.fernet import Fernet

    author = member(company)
    connect(author, refresh_token="the-refresh-token")
    settings.CHOSEI_TOKEN_KEYS = (Fernet.generate_key().decode(), *settings.CHOSEI_TOKEN_KEYS)
    account = author.connections.get()
    assert account.refresh_token == "the-refresh-token"
