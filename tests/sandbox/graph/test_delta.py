"""Change tracking of a calendar view."""

from __future__ import annotations

from typing import Any

import pytest

from chosei.sandbox.graph.calendars import PERSONAL_CALENDAR
from tests.sandbox.graph.conftest import Graph, World
from tests.sandbox.graph.test_series import weekly

pytestmark = pytest.mark.contract

FIRST = "/me/calendarView/delta?startDateTime=2027-03-02T00:00:00Z&endDateTime=2027-03-30T00:00:00Z"


def follow(graph: Graph, link: str, **headers: str) -> tuple[list[Any], str]:
    """All of a round, and the link to the next."""
    found: list[Any] = []
    while True:
        page = graph.get(link, **headers)
        found += page["value"]
        if "@odata.deltaLink" in page:
            return found, page["@odata.deltaLink"]
        link = page["@odata.nextLink"]


def only(items: list[Any], subject: str) -> list[Any]:
    return [one for one in items if one.get("subject") == subject]


def test_first_round_pages_and_later_rounds_tell_changes(sato: Graph) -> None:
    kept = [sato.create(f"予定{n}", start=f"2027-03-{n + 2:02d}T13:00:00") for n in range(5)]
    found, link = follow(sato, FIRST, Prefer='odata.maxpagesize=2, IdType="ImmutableId"')
    assert {one["id"] for one in found} >= {one["id"] for one in kept}
    assert follow(sato, link)[0] == []
    sato.call("PATCH", f"/me/events/{kept[0]['id']}", {"subject": "変更"})
    sato.call("DELETE", f"/me/events/{kept[1]['id']}")
    new = sato.create("新規", start="2027-03-20T10:00:00")
    changes, following = follow(sato, link)
    assert len(changes) == 3
    assert {one["id"]: one["@removed"] for one in changes if "@removed" in one} == {
        kept[1]["id"]: {"reason": "deleted"}
    }
    assert {one["id"] for one in changes} == {kept[0]["id"], kept[1]["id"], new["id"]}
    assert follow(sato, following)[0] == []
    # a link may be followed again
    assert len(follow(sato, link)[0]) == 3


def test_leaving_the_window_looks_like_a_deletion(sato: Graph) -> None:
    event = sato.create(start="2027-03-05T10:00:00")
    _, link = follow(sato, FIRST)
    change = {
        "start": {"dateTime": "2027-05-05T10:00:00", "timeZone": "Tokyo Standard Time"},
        "end": {"dateTime": "2027-05-05T11:00:00", "timeZone": "Tokyo Standard Time"},
    }
    sato.call("PATCH", f"/me/events/{event['id']}", change)
    changes, _ = follow(sato, link)
    assert [(one["id"], one["@removed"]) for one in changes] == [(event["id"], {"reason": "deleted"})]
    assert sato.event(event["id"])["start"]["dateTime"].startswith("2027-05-05")


def test_what_happens_outside_the_window_comes_as_removed(sato: Graph) -> None:
    _, link = follow(sato, FIRST)
    far = sato.create(start="2027-06-05T10:00:00")
    changes, _ = follow(sato, link)
    assert [(one["id"], "@removed" in one) for one in changes] == [(far["id"], True)]


def test_moving_to_another_calendar_is_leaving(world: World, sato: Graph) -> None:
    event = sato.create()
    _, link = follow(sato, FIRST)
    owner = world.store.mailbox("sato@sample.example")
    assert owner is not None
    world.store.move_to_calendar_as(owner, event["id"], PERSONAL_CALENDAR)
    changes, following = follow(sato, link)
    assert [(one["id"], "@removed" in one) for one in changes] == [(event["id"], True)]
    world.store.change_as(owner, event["id"], subject="個人")
    assert follow(sato, following)[0] == []


def test_occurrences_come_nearly_empty(sato: Graph) -> None:
    master = weekly(sato)
    found, _ = follow(sato, FIRST)
    mine = [one for one in found if one.get("seriesMasterId") == master["id"]]
    assert len(mine) == 4
    assert all(
        set(one) == {"@odata.type", "@odata.etag", "id", "seriesMasterId", "type", "start", "end"}
        for one in mine
    )
    assert [one["type"] for one in only(found, "定例")] == ["seriesMaster"]


def test_a_cancelled_occurrence_is_removed(sato: Graph) -> None:
    weekly(sato)
    second = sato.view("2027-03-10T00:00:00Z", "2027-03-11T00:00:00Z")[0]
    _, link = follow(sato, FIRST)
    sato.call("DELETE", f"/me/events/{second['id']}")
    changes, _ = follow(sato, link)
    assert [one["id"] for one in changes if "@removed" in one] == [second["id"]]
    assert [one["type"] for one in changes if "@removed" not in one] == ["seriesMaster"] + ["occurrence"] * 3


def test_an_exception_comes_whole(sato: Graph) -> None:
    weekly(sato)
    second = sato.view("2027-03-10T00:00:00Z", "2027-03-11T00:00:00Z")[0]
    _, link = follow(sato, FIRST)
    sato.call("PATCH", f"/me/events/{second['id']}", {"subject": "特別回", "showAs": "oof"})
    changes, _ = follow(sato, link)
    (exception,) = only(changes, "特別回")
    assert (exception["type"], exception["showAs"], exception["id"]) == ("exception", "oof", second["id"])


def test_changes_while_paging_come_again(sato: Graph) -> None:
    for number in range(3):
        sato.create(f"予定{number}", start=f"2027-03-{number + 2:02d}T13:00:00")
    page = sato.get(FIRST, Prefer='odata.maxpagesize=2, IdType="ImmutableId"')
    new = sato.create("途中", start="2027-03-20T10:00:00")
    _, link = follow(sato, page["@odata.nextLink"])
    changes, _ = follow(sato, link)
    assert [one["id"] for one in changes] == [new["id"]]


@pytest.mark.parametrize(
    "option", ["$select=subject", "$filter=subject eq 'x'", "$orderby=start", "$expand=x", "$top=5"]
)
def test_query_options_are_refused(world: World, sato: Graph, option: str) -> None:
    assert world.refused(sato, "GET", f"{FIRST}&{option}")["status"] == 400


def test_the_window_is_frozen_in_the_token(world: World, sato: Graph) -> None:
    _, link = follow(sato, FIRST)
    assert world.refused(sato, "GET", f"{link}&startDateTime=2027-01-01T00:00:00Z")["status"] == 400
    assert world.refused(sato, "GET", link[:-3] + "AAA")["code"] == "ErrorInvalidSyncStateData"


def test_lost_sync_state_answers_410(world: World, sato: Graph) -> None:
    _, link = follow(sato, FIRST)
    world.store.lose_sync_state(world.key("sato@sample.example"))
    answer = sato.call("GET", link)
    assert answer.status_code == 410
    assert answer.json()["error"]["code"] == "syncStateNotFound"
    assert "Location" in answer.headers
    assert follow(sato, FIRST)[0] is not None


def test_a_link_belongs_to_its_mailbox(world: World, sato: Graph, suzuki: Graph) -> None:
    _, link = follow(sato, FIRST)
    assert world.refused(suzuki, "GET", link)["status"] == 410


def test_the_window_is_required(world: World, sato: Graph) -> None:
    assert world.refused(sato, "GET", "/me/calendarView/delta")["code"] == "ErrorInvalidParameter"


def test_people_acting_in_outlook_show_up(world: World, sato: Graph) -> None:
    event = sato.create()
    _, link = follow(sato, FIRST)
    owner = world.store.mailbox("sato@sample.example")
    assert owner is not None
    world.store.change_as(owner, event["id"], subject="手で変えた")
    assert [one["subject"] for one in follow(sato, link)[0]] == ["手で変えた"]
    world.store.delete_as(owner, event["id"])
    assert ["@removed" in one for one in follow(sato, link)[0]] == [True]
