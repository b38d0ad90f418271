"""The contract of the MeetingPort, the same against Zoom, Teams and Meet."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from starlette.types import ASGIApp

from chosei.ports.errors import Missing, NeedsReconnect, Throttled, Transient
from chosei.ports.meetings import MeetingDraft
from chosei.sandbox.clock import ManualClock
from tests.contract.conftest import START
from tests.contract.meeting_worlds import EventWorld, MeetingWorld, ZoomMeetingWorld
from tests.support.sandbox import running_sandbox

pytestmark = pytest.mark.contract
SERVICES = {"zoom": "zoom", "teams": "microsoft", "meet": "google"}


@pytest.fixture
def zoom(checked: Callable[[ASGIApp], ASGIApp]) -> Iterator[ZoomMeetingWorld]:
    with running_sandbox(wrap=checked, clock=ManualClock(START)) as sandbox:
        world = ZoomMeetingWorld(sandbox)
        yield world
        world.close()


@pytest.fixture(params=list(SERVICES))
def service(request: pytest.FixtureRequest) -> MeetingWorld:
    made = request.getfixturevalue(SERVICES[request.param])
    return made if isinstance(made, MeetingWorld) else EventWorld(made)


def draft(**values: object) -> MeetingDraft:
    start = datetime(2026, 12, 3, 1, 0, tzinfo=UTC)
    usual = MeetingDraft(uuid4().hex, "導入のご相談", start, start + timedelta(minutes=45), "Asia/Tokyo")
    return replace(usual, **values)  # type: ignore[arg-type]


def test_an_account_that_may(service: MeetingWorld) -> None:
    assert service.meetings.able()


def test_a_meeting_is_made_found_and_read(service: MeetingWorld) -> None:
    wanted = draft()
    made = service.meetings.create(wanted)
    seen = service.meetings.get(made.remote_id)
    assert [one.remote_id for one in service.meetings.find(wanted.key)] == [made.remote_id]
    assert (seen.key, seen.title, seen.start, seen.end) == (
        wanted.key,
        wanted.title,
        wanted.start,
        wanted.end,
    )
    assert service.is_alive(made.join_url or seen.join_url)
    assert service.meetings.find(uuid4().hex) == []


def test_a_change_keeps_the_link(service: MeetingWorld) -> None:
    wanted = draft()
    made = service.meetings.create(wanted)
    link = made.join_url or service.meetings.get(made.remote_id).join_url
    later = replace(
        wanted,
        title="二回目のご相談",
        start=wanted.start + timedelta(days=1),
        end=wanted.end + timedelta(days=1),
    )
    for _ in range(2):
        service.meetings.update(made.remote_id, later)
    seen = service.meetings.get(made.remote_id)
    assert (seen.title, seen.start, seen.end, seen.key) == (later.title, later.start, later.end, wanted.key)
    assert seen.join_url == link
    assert service.is_alive(link)


def test_a_removed_meeting_is_gone_and_its_link_dead(service: MeetingWorld) -> None:
    wanted = draft()
    made = service.meetings.create(wanted)
    link = made.join_url or service.meetings.get(made.remote_id).join_url
    for _ in range(2):
        service.meetings.delete(made.remote_id)
    assert service.meetings.find(wanted.key) == []
    assert not service.is_alive(link)


def test_what_a_person_removed_is_missing(service: MeetingWorld) -> None:
    made = service.meetings.create(draft())
    service.person_deletes(made.remote_id)
    for act in (
        lambda: service.meetings.get(made.remote_id),
        lambda: service.meetings.update(made.remote_id, draft()),
        lambda: service.meetings.start_url(made.remote_id),
    ):
        with pytest.raises(Missing):
            act()
    service.meetings.delete(made.remote_id)


def test_a_creation_whose_answer_was_lost_is_found(service: MeetingWorld) -> None:
    wanted = draft()
    service.lose_replies(1)
    try:
        service.meetings.create(wanted)
    except Transient:
        service.heal()
    assert len(service.meetings.find(wanted.key)) == 1


def test_the_link_of_everybody_is_not_the_hosts(service: MeetingWorld) -> None:
    made = service.meetings.create(draft())
    link = made.join_url or service.meetings.get(made.remote_id).join_url
    own = service.meetings.start_url(made.remote_id)
    assert own != link
    if own:
        assert service.meetings.start_url(made.remote_id) != own, "made anew each time"


def test_a_limit_says_how_long_to_wait(service: MeetingWorld) -> None:
    service.throttle()
    with pytest.raises(Throttled) as refused:
        service.meetings.find(uuid4().hex)
    assert 0 < refused.value.retry_after <= 86_400


def test_a_service_that_is_away(service: MeetingWorld) -> None:
    service.break_down()
    with pytest.raises(Transient):
        service.meetings.find(uuid4().hex)


def test_a_permission_that_is_gone(service: MeetingWorld) -> None:
    service.revoke()
    with pytest.raises(NeedsReconnect):
        service.meetings.find(uuid4().hex)


def test_zoom_knows_no_repetition_and_its_key_survives_a_long_list(zoom: ZoomMeetingWorld) -> None:
    wanted = draft()
    zoom.meetings.create(wanted)
    zoom.meetings.create(wanted)
    assert len(zoom.meetings.find(wanted.key)) == 2, "which is why a creation is announced first"
    assert zoom.meetings.daily_limit == 100
