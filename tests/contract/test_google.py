"""What only Google does, and Chosei has to bear."""

from __future__ import annotations

from datetime import timedelta
from time import monotonic, sleep

import pytest

from chosei.adapters.google import events, places
from chosei.adapters.google.client import Api
from chosei.adapters.google.problems import MINUTE_QUOTA_SECONDS
from chosei.ports.calendar import Attendee, AttendeeKind, AttendeeResponse, ShowAs, UpdateEvent
from chosei.ports.directory import ADMINISTRATOR_NEEDED, CONSENT_MISSING
from chosei.ports.errors import Misconfigured, Missing, NeedsReconnect, Rejected, Throttled, Transient
from chosei.sandbox.google import clients
from chosei.sandbox.google.faults import FaultKind
from tests.contract.drafts import DAY, HOUR, ROOM_GUEST, TEN, create, draft, titles, write
from tests.contract.google_world import GoogleWorld
from tests.contract.test_calendar_changes import MONTH, mirrored, whole
from tests.contract.worlds import COLLEAGUE, OWNER, PersonsEvent

pytestmark = pytest.mark.contract


def meeting(title: str = "定例") -> PersonsEvent:
    return PersonsEvent(title, TEN, TEN + HOUR)


# --- quotas and refusals ---


@pytest.mark.parametrize("kind", [FaultKind.USER_RATE, FaultKind.PROJECT_RATE, FaultKind.QUOTA])
def test_a_quota_is_waited_for_although_nobody_says_how_long(google: GoogleWorld, kind: FaultKind) -> None:
    google.google.faults.add(kind)
    with pytest.raises(Throttled) as refused:
        google.calendar.read_busy(DAY)
    shortest, longest = MINUTE_QUOTA_SECONDS
    assert shortest <= refused.value.retry_after <= longest
    assert google.account.pauses == [refused.value.retry_after], "everybody who uses the account waits"


def test_an_api_that_was_never_switched_on_is_the_operators(google: GoogleWorld) -> None:
    google.google.faults.add(FaultKind.API_DISABLED)
    with pytest.raises(Misconfigured) as refused:
        google.calendar.read_busy(DAY)
    assert refused.value.code == "accessNotConfigured"


def test_a_permission_that_was_unticked_needs_its_owner(google: GoogleWorld) -> None:
    google.account.scopes = frozenset({clients.CALENDAR_LIST})
    with pytest.raises(NeedsReconnect) as refused:
        google.calendar.read_busy(DAY)
    assert refused.value.trouble == "consent_withdrawn"
    assert google.account.refusals == [], "the account itself is signed in"


def test_a_torn_answer_is_no_calendar(google: GoogleWorld) -> None:
    google.person_adds(meeting())
    google.google.faults.add(FaultKind.TORN)
    with pytest.raises(Transient):
        google.calendar.read_busy(DAY)


def test_one_calendar_that_could_not_be_read_is_unknown_and_not_free(google: GoogleWorld) -> None:
    google.google.faults.add(FaultKind.FREE_BUSY, COLLEAGUE)
    mine, colleague, stranger = google.calendar.schedules([OWNER, COLLEAGUE, "mita@test.example"], DAY)
    assert (mine.error, colleague.error, stranger.error) == ("", "internalError", "notFound")
    assert colleague.busy == ()


# --- Google Meet ---


def test_a_meeting_still_being_made_is_read_again_until_it_is_there(google: GoogleWorld) -> None:
    google.google.faults.add(FaultKind.MEET_PENDING, seconds=5, count=1)
    event = create(google, draft(web_meeting=True))
    assert event.join_url == ""
    google.let_time_pass(timedelta(seconds=6))
    found = _awaited(google, event.remote_id)
    assert google.is_meeting_alive(found)
    [again] = write(google, UpdateEvent(event.remote_id, draft(web_meeting=True)))
    assert again.join_url == found, "nothing is asked for twice"


def test_a_meeting_that_fails_late_leaves_the_event_and_is_asked_for_anew(google: GoogleWorld) -> None:
    google.google.faults.add(FaultKind.MEET_FAILURE, seconds=5, count=1)
    event = create(google, draft(web_meeting=True))
    google.let_time_pass(timedelta(seconds=6))
    _until(google, event.remote_id, "failure")
    assert google.calendar.get(event.remote_id).join_url == ""
    [again] = write(google, UpdateEvent(event.remote_id, draft(web_meeting=True)))
    assert google.is_meeting_alive(again.join_url)


def _until(google: GoogleWorld, remote_id: str, status: str) -> None:
    end = monotonic() + 30
    while events.meeting_asked(google.by_hand("GET", f"/{remote_id}")) != status:
        assert monotonic() < end, f"never came to {status}"
        sleep(0.02)


def _awaited(google: GoogleWorld, remote_id: str) -> str:
    _until(google, remote_id, "success")
    return google.calendar.get(remote_id).join_url


# --- events ---


def test_google_mails_nobody_about_what_chosei_writes(google: GoogleWorld) -> None:
    guest = Attendee(COLLEAGUE, "鈴木 美咲", AttendeeKind.PERSON)
    event = create(google, draft(attendees=(guest, ROOM_GUEST)))
    write(google, UpdateEvent(event.remote_id, draft(title="商談", attendees=(guest, ROOM_GUEST))))
    assert google.google.store.mails() == []


def test_a_colleague_accepts_the_copy_without_a_word(google: GoogleWorld) -> None:
    guest = Attendee(COLLEAGUE, "鈴木 美咲", AttendeeKind.PERSON)
    event = create(google, draft(attendees=(guest,), show_as=ShowAs.BUSY))
    colleague = google.calendar_of(google.account_of(COLLEAGUE))
    with pytest.raises(Missing):
        colleague.accept("nothing@google.com")
    [waiting] = colleague.read_busy(DAY)
    assert waiting.show_as is ShowAs.TENTATIVE, "an invitation without an answer"
    copy = colleague.accept(event.ical_uid)
    assert (copy.organizes, copy.title) == (False, event.title)
    assert colleague.accept(event.ical_uid) == copy
    [person] = google.calendar.get(event.remote_id).attendees
    assert person.response is AttendeeResponse.ACCEPTED
    assert [one.show_as for one in colleague.read_busy(DAY)] == [ShowAs.BUSY]
    assert google.google.store.mails() == []


def test_what_a_person_writes_beside_our_text_stays(google: GoogleWorld) -> None:
    event = create(google, draft(body_html="<p>はじめ</p>"))
    google.person_changes(event.remote_id, description=f"{google.body_of(event.remote_id)}<br>自分のメモ")
    write(google, UpdateEvent(event.remote_id, draft(body_html="<p>あと</p>")))
    body = google.body_of(event.remote_id)
    assert ("あと" in body, "自分のメモ" in body, "はじめ" in body) == (True, True, False)


def test_an_event_made_whole_day_by_hand_gets_its_hour_back(google: GoogleWorld) -> None:
    event = create(google, draft())
    days = {
        "start": {"date": "2027-03-03", "dateTime": None},
        "end": {"date": "2027-03-04", "dateTime": None},
    }
    google.by_hand("PATCH", f"/{event.remote_id}", days)
    [after] = write(google, UpdateEvent(event.remote_id, draft()))
    assert (after.start, after.end) == (TEN, TEN + HOUR)


def test_a_series_is_read_unfolded_with_its_exceptions(google: GoogleWorld) -> None:
    series = google.person_repeats(meeting(), 4)
    before = google.calendar.read_busy(MONTH)
    assert [event.title for event in before] == ["定例"] * 4
    assert {event.series for event in before} == {series}
    token = google.calendar.track(MONTH)
    first, second, third, _ = (event.remote_id for event in before)
    google.person_renames(first, "休み")
    google.person_moves(second, TEN + timedelta(days=8), TEN + timedelta(days=8) + HOUR)
    google.person_deletes(third)
    told = google.calendar.changes(MONTH, token)
    assert third in told.gone
    assert mirrored(before, told) == whole(google)
    google.person_deletes(series)
    over = google.calendar.changes(MONTH, told.token)
    assert over.events == ()
    assert series in over.gone
    assert titles(google, MONTH) == []


# --- rooms ---


def test_rooms_come_from_the_directory_of_an_administrator_alone(google: GoogleWorld) -> None:
    chief, sato = google.account_of("admin@sample.example"), google.account_of(OWNER)
    for account in (chief, sato):
        account.scopes = frozenset({clients.ROOMS})
    listed = _directory(google, chief).rooms()
    assert {room.name for room in listed} >= {"会議室 日本橋A", "会議室 日本橋B", "セミナールーム 神田"}
    [room] = [one for one in listed if one.name == "会議室 日本橋B"]
    assert (room.building, room.floor, room.capacity) == ("日本橋オフィス", "6F", 10)
    assert room.equipment == ("ディスプレイ",)
    lists = {one.name: one.rooms for one in _directory(google, chief).room_lists()}
    assert lists["神田オフィス"] == ("c_kanda-seminar@resource.calendar.google.com",)
    with pytest.raises(Rejected) as refused:
        _directory(google, sato).rooms()
    assert refused.value.code == ADMINISTRATOR_NEEDED


def test_a_room_is_not_read_without_the_permission(google: GoogleWorld) -> None:
    with pytest.raises(Rejected) as refused:
        _directory(google, google.account_of("admin@sample.example")).rooms()
    assert refused.value.code == CONSENT_MISSING


def _directory(google: GoogleWorld, account: object) -> places.GoogleDirectory:
    api = Api(google.http, f"{google.sandbox.url}/google", account)  # type: ignore[arg-type]
    return places.GoogleDirectory(api, page_size=2)


# --- channels ---


def test_a_channel_is_replaced_before_it_ends_and_only_one_is_left(google: GoogleWorld) -> None:
    url = "http://127.0.0.1:1/hooks/google"
    begun = google.calendar.watch(url, "secret")
    assert [one.token for one in google.google.channels.all()] == ["secret"]
    second = google.calendar.extend_watch(begun.remote_id, url, "second")
    assert second.remote_id != begun.remote_id
    assert [one.token for one in google.google.channels.all()] == ["second"]


def test_a_channel_that_has_stopped_is_noticed_at_the_next_renewal(google: GoogleWorld) -> None:
    url = "http://127.0.0.1:1/hooks/google"
    begun = google.calendar.watch(url, "secret")
    google.google.channels.drop(begun.remote_id.split(" ")[0])
    with pytest.raises(Missing):
        google.calendar.extend_watch(begun.remote_id, url, "second")
    assert google.google.channels.all() == [], "whoever noticed begins anew, and reads"
