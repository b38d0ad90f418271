"""What only Microsoft's calendar has to do, on the sandbox."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import httpx2
import pytest

from chosei.adapters.http import Deadline
from chosei.adapters.microsoft.calendar import MicrosoftCalendar
from chosei.adapters.microsoft.graph import Graph, Slot
from chosei.ports.calendar import (
    Attendee,
    AttendeeKind,
    CreateEvent,
    DeleteEvent,
    Failed,
    ShowAs,
    UpdateEvent,
    Written,
)
from chosei.ports.errors import NeedsReconnect, Throttled, Transient
from chosei.sandbox.faults import FaultKind
from chosei.sandbox.graph.store import store_of
from tests.contract.drafts import DAY, HOUR, ROOM_GUEST, TEN, create, draft, titles, write
from tests.contract.worlds import COLLEAGUE, MicrosoftWorld
from tests.support.sandbox import running_sandbox

pytestmark = pytest.mark.contract


def mails(world: MicrosoftWorld) -> int:
    """How many messages Exchange has sent for the owner's meetings."""
    return len(store_of(world.sandbox.context).outbox.mails())


def test_holds_are_written_and_removed_without_a_mail(microsoft: MicrosoftWorld) -> None:
    hold = create(microsoft, draft())
    moved = draft(start=TEN + HOUR, end=TEN + 2 * HOUR)
    write(microsoft, UpdateEvent(hold.remote_id, moved, hold.etag))
    write(microsoft, DeleteEvent(hold.remote_id))
    assert mails(microsoft) == 0


def test_an_update_that_changes_nothing_tells_nobody(microsoft: MicrosoftWorld) -> None:
    colleague = Attendee(COLLEAGUE, "鈴木 美咲", AttendeeKind.PERSON)
    wanted = draft(attendees=(colleague, ROOM_GUEST), location="会議室 八重洲A", web_meeting=True)
    event = create(microsoft, wanted)
    before = mails(microsoft)
    assert before > 0
    write(microsoft, UpdateEvent(event.remote_id, wanted))
    assert mails(microsoft) == before


def test_one_lost_answer_in_a_batch_concerns_one_item() -> None:
    # Not held against the contract, which knows no item without an error's body.
    with running_sandbox() as sandbox:
        world = MicrosoftWorld(sandbox, None)
        changes = [CreateEvent(draft(n), f"token-{n}") for n in range(1, 4)]
        sandbox.context.faults.add(FaultKind.LOST_REPLY, count=1)
        outcomes = world.calendar.apply(changes)
        assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Failed", "Written", "Written"]
        again = world.calendar.apply(changes)
        assert all(isinstance(outcome, Written) for outcome in again)
        assert titles(world) == ["仮予約 1", "仮予約 2", "仮予約 3"]
        world.close()


def test_throttling_in_the_middle_leaves_each_change_done_or_told(microsoft: MicrosoftWorld) -> None:
    microsoft.sandbox.context.faults.add(FaultKind.THROTTLED, seconds=5, count=3)
    changes = [
        CreateEvent(draft(n, start=TEN + n * HOUR / 60, end=TEN + n * HOUR / 60 + HOUR / 60), f"token-{n}")
        for n in range(30)
    ]
    outcomes = microsoft.calendar.apply(changes)
    refused = [outcome for outcome in outcomes if isinstance(outcome, Failed)]
    assert len(refused) == 3 + 10  # the second batch was not sent at all
    assert all(isinstance(one.error, Throttled) and one.error.retry_after == 5 for one in refused)
    assert all(isinstance(outcome, Written) for outcome in microsoft.calendar.apply(changes))
    assert len(titles(microsoft)) == 30


def test_a_deadline_is_kept_by_a_service_that_is_slow(microsoft: MicrosoftWorld) -> None:
    microsoft.sandbox.context.faults.add(FaultKind.SLOW, seconds=3600)
    graph = Graph(microsoft.http, microsoft.sandbox.url, microsoft.tokens, places(4), Deadline.within(0.7))
    begun = time.monotonic()
    with pytest.raises(Transient):
        MicrosoftCalendar(graph).read_busy(DAY)
    assert time.monotonic() - begun < 30  # it would take an hour
    microsoft.heal()
    microsoft.let_time_pass()


def places(count: int) -> Slot:
    """Places in this process, for as many calls at once."""
    free = threading.Condition()
    taken = 0

    @contextmanager
    def hold(wanted: int) -> Iterator[None]:
        nonlocal taken
        with free:
            free.wait_for(lambda: taken + wanted <= count, timeout=30)
            taken += wanted
        try:
            yield
        finally:
            with free:
                taken -= wanted
                free.notify_all()

    return hold


def test_many_at_once_are_never_throttled_when_they_keep_to_the_places(microsoft: MicrosoftWorld) -> None:
    slot = places(4)
    failures: list[BaseException] = []

    def work(number: int) -> None:
        graph = Graph(microsoft.http, microsoft.sandbox.url, microsoft.tokens, slot)
        calendar = MicrosoftCalendar(graph, owner_zone="Asia/Tokyo")
        try:
            outcomes = calendar.apply([
                CreateEvent(draft(1, key=f"{number}-{n}"), f"{number}-{n}") for n in range(4)
            ])  # fmt: skip
            assert all(isinstance(outcome, Written) for outcome in outcomes), outcomes
            calendar.read_busy(DAY)
        except BaseException as error:  # noqa: BLE001 (told to the test below)
            failures.append(error)

    microsoft.tokens.get(renew=False)
    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert failures == []
    assert len(titles(microsoft)) == 24


def test_a_token_that_ends_early_is_renewed_without_notice(microsoft: MicrosoftWorld) -> None:
    create(microsoft, draft())
    microsoft.tokens._token = "ended"
    assert titles(microsoft) == ["仮予約 1"]
    microsoft.tokens._token = "ended"
    write(microsoft, *(CreateEvent(draft(n), f"token-{n}") for n in (2, 3)))
    assert microsoft.tokens.refusals == []


def test_a_revoked_account_is_reported_to_the_token_source(microsoft: MicrosoftWorld) -> None:
    microsoft.revoke()
    with pytest.raises(NeedsReconnect):
        microsoft.calendar.read_busy(DAY)
    assert microsoft.tokens.refusals == ["InvalidAuthenticationToken"]


def test_a_colleagues_copy_is_not_organized_here(microsoft: MicrosoftWorld) -> None:
    colleague = Attendee(COLLEAGUE, "鈴木 美咲", AttendeeKind.PERSON)
    create(microsoft, draft(attendees=(colleague,), show_as=ShowAs.BUSY))
    hers = calendar_as(microsoft, COLLEAGUE)
    [copy] = hers.read_busy(DAY)
    assert copy.key == ""
    assert not hers.get(copy.remote_id).organizes


def calendar_as(world: MicrosoftWorld, address: str) -> MicrosoftCalendar:
    tokens = replace(world.tokens, owner=address, _token="")
    graph = Graph(world.http, world.sandbox.url, tokens, places(4))
    return MicrosoftCalendar(graph, owner_zone="Asia/Tokyo")


def test_a_persons_words_in_the_text_survive_our_change(microsoft: MicrosoftWorld) -> None:
    event = create(microsoft, draft(web_meeting=True, body_html="<p>一</p>"))
    body = microsoft.body_of(event.remote_id).replace("</body>", "<p>持ち物: 資料</p></body>")
    microsoft.person_writes(event.remote_id, body)
    [after] = write(microsoft, UpdateEvent(event.remote_id, draft(web_meeting=True, body_html="<p>二</p>")))
    text = microsoft.body_of(event.remote_id)
    assert "持ち物: 資料" in text
    assert "<p>二</p>" in text
    assert "<p>一</p>" not in text
    assert httpx2.get(after.join_url, trust_env=False).status_code == 200
