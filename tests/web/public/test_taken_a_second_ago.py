"""A time that the calendar itself has just refused is not offered again: the mirror is behind."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.utils import timezone

from chosei import wiring
from chosei.core.intervals import Interval
from chosei.ports.calendar import ShowAs
from chosei.ports.providers import PROVIDERS
from chosei.records.models import Appointment, Connection
from tests.support.company import span
from tests.support.memory_calendar import StoredEvent
from tests.support.memory_provider import PATH, RememberedProvider
from tests.web.public.walking import parsed, send, text_of, times_on

pytestmark = pytest.mark.django_db(transaction=True)

REFUSED = "選択された日時は、受付を終了しました"


@pytest.fixture
def outlook(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[RememberedProvider]]:
    wiring.forget()
    monkeypatch.setitem(PROVIDERS, "microsoft", PATH)
    yield RememberedProvider.reset()
    wiring.forget()


def enter(outlook: type[RememberedProvider], owner: Connection, time: Interval) -> None:
    """Somebody enters an event, and no reading has seen it yet."""
    Connection.objects.update(mirror_read_at=timezone.now())
    events = outlook.service.mailbox(owner.account_object).events
    events["theirs"] = StoredEvent("theirs", 1, "急な会議", time.start, time.end, ShowAs.BUSY)


def test_a_candidate(client, outlook, linked_proposal):
    first, second = linked_proposal.candidates.order_by("starts_at")[:2]
    details = send(client, client.get(f"/p/{linked_proposal.link_token}"), candidate=str(first.pk))
    enter(outlook, linked_proposal.author.connections.get(), Interval(first.starts_at, first.ends_at))
    lost = send(client, details, name="山田太郎", message="資料を二部お願いします")
    assert lost.status_code == 409
    assert REFUSED in text_of(lost)
    assert str(first.pk) not in times_on(lost, "candidate")
    assert "10:00〜11:00" in parsed(lost).select_one(".choice.gone s").text
    again = send(client, lost, candidate=str(second.pk))
    assert "資料を二部お願いします" in text_of(again)
    assert send(client, again).status_code == 302
    assert Appointment.objects.get().starts_at == second.starts_at


def test_a_time_of_a_booking_page(client, outlook, transactional_db, booking_page):
    details = client.get(f"/b/{booking_page.link_token}/confirm?start=2026-12-03T05:00Z")
    enter(outlook, booking_page.owner.connections.get(), span(9, 14, 30))
    lost = send(client, details, company="株式会社テスト", name="三田花子", email="hanako@test.example")
    assert lost.status_code == 409
    assert REFUSED in text_of(lost)
    assert "2026-12-03T05:00Z" not in times_on(lost, "start")
    assert "2026-12-03T05:00Z" not in [one["value"] for one in parsed(lost).select(".nearest button")]
