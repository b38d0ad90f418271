"""A refused mail goes again to the address put right: once, however often it is asked."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from chosei.actions.errors import Closed, InvalidInput
from chosei.actions.sending_again import send_again
from chosei.records.models import MailMessage, TimelineEntry
from tests.support import company

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def refused():
    ours = company.organization()
    author = company.member(ours, "佐藤 健一")
    proposal = company.propose(author, [company.span(6, 10)], now=company.NOW)
    proposal.guest_email = "hanako@tset.example"
    proposal.save()
    mail = MailMessage.objects.create(
        organization=ours,
        about=f"proposal:{proposal.pk}",
        proposal=proposal,
        kind="invitation",
        recipient="hanako@tset.example",
        recipient_name="三田花子",
        message_id="<one@sample.example>",
        state="refused",
        problem="smtp_550_5.1.1",
    )
    return author, mail


def _others(mail):
    return MailMessage.objects.filter(about=mail.about, kind=mail.kind).exclude(pk=mail.pk)


@pytest.mark.parametrize("address", ["hanako@test.example", "hanako@tset.example"])
def test_the_letter_goes_again_as_a_mail_of_its_own(refused, address):
    author, mail = refused
    send_again(author, mail, address)
    mail.refresh_from_db()
    again = _others(mail).get(recipient=address, state="waiting", occasion=f"again:{mail.pk}")
    assert mail.state == "superseded"
    assert again.message_id != mail.message_id
    assert again.recipient_name == "三田花子"
    mail.proposal.refresh_from_db()
    assert mail.proposal.guest_email == address, "the next letters go there as well"
    assert TimelineEntry.objects.filter(kind="mail_again", member=author).count() == 1


def test_what_is_no_address_changes_nothing(refused):
    author, mail = refused
    with pytest.raises(InvalidInput):
        send_again(author, mail, "hanako")
    mail.refresh_from_db()
    assert mail.state == "refused"


def test_two_who_press_at_once_send_one(refused):
    author, mail = refused
    before = _others(mail).count()

    def press(number: int) -> str:
        try:
            send_again(author, mail, f"hanako{number}@test.example")
        except Closed as closed:
            return closed.reason
        finally:
            connection.close()
        return "sent"

    with ThreadPoolExecutor(4) as threads:
        said = sorted(threads.map(press, range(4)))
    assert said == ["mail_settled"] * 3 + ["sent"]
    assert _others(mail).count() == before + 1
