"""会議室 on the composing page: what is free for each candidate, one choice for all, nothing dropped."""

from __future__ import annotations

from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.test import Client

from chosei.actions.inputs import RoomWish
from chosei.actions.readjusting import WishInput, ask_for_other_times
from chosei.records.models import Proposal, ProposalTemplate, Room, RoomList
from chosei.records.places import rooms_of
from tests.support import company
from tests.web.browsing import complaints, picture, scrolls_sideways
from tests.web.console.conftest import Company, confirmed, signed_in, visit
from tests.web.console.test_compose import form

DAYS = (("2026-12-01", "10:00", "11:00"), ("2026-12-03", "14:00", "15:00"))


@pytest.fixture
def rooms(people: Company) -> list[Room]:
    organization = people.author.organization
    return [
        Room.objects.create(
            organization=organization, name=name, capacity=seats, building="本社", floor="12F"
        )
        for name, seats in (("八重洲A", 8), ("八重洲B", 4))
    ]


def taken(people: Company, room: Room) -> Proposal:
    """A colleague holds the room at the first of the times."""
    wish = (RoomWish(room_id=room.pk),)
    return company.propose(people.colleague, [company.span(7, 10)], rooms=wish, guest_email="")


def offered(answer: Any, row: int) -> dict[str, str]:
    page = BeautifulSoup(answer.content, "html.parser")
    options = page.select(f"[name=candidates-{row}-room] option")
    return {str(one["value"]): one.get_text() for one in options if one["value"]}


def key(room: Room) -> str:
    return f"room-{room.pk}"


def candidates() -> list[Room | None]:
    return [one.room for one in Proposal.objects.latest("pk").candidates.all()]


def test_each_candidate_offers_what_is_free_then_and_large_enough(
    client: Client, people: Company, rooms: list[Room]
) -> None:
    taken(people, rooms[0])
    answer = client.post("/proposals/rooms", form())
    assert offered(answer, 0) == {key(rooms[1]): "本社 12F 八重洲B(4名)"}
    assert set(offered(answer, 1)) == {key(room) for room in rooms}
    larger = client.post("/proposals/rooms", form(room_min_capacity="5"))
    assert (offered(larger, 0), set(offered(larger, 1))) == ({}, {key(rooms[0])})
    theirs = signed_in(people.stranger).post("/proposals/rooms", form())
    assert offered(theirs, 0) == {}


def test_one_button_gives_every_candidate_the_room(
    client: Client, people: Company, rooms: list[Room]
) -> None:
    typed = form(rooms=key(rooms[0]), rooms_apply="1")
    for path in ("/proposals/new", "/proposals/rooms"):
        page = BeautifulSoup(client.post(path, typed).content, "html.parser")
        for row in (0, 1):
            assert page.select_one(f"[name=candidates-{row}-room] option[selected]")["value"] == key(rooms[0])
    client.post("/proposals/new", form(rooms=key(rooms[0])))
    assert candidates() == [rooms[0]] * 2, "chosen for all, though the button was not pressed"


def test_a_room_taken_meanwhile_is_shown_at_its_candidate(
    client: Client, people: Company, rooms: list[Room]
) -> None:
    taken(people, rooms[0])
    choice = {"candidates-0-room": key(rooms[0]), "candidates-1-room": key(rooms[1])}
    answer = client.post("/proposals/new", form(**choice))
    page = BeautifulSoup(answer.content, "html.parser")
    told = page.select_one("#id_candidates-0-room-part")
    assert "空いていません" in told.get_text()
    assert told.select_one("option[selected]")["value"] == key(rooms[0])
    assert not page.select("#id_candidates-1-room-part .errorlist")
    assert Proposal.objects.count() == 1
    refreshed = BeautifulSoup(client.post("/proposals/rooms", form(**choice)).content, "html.parser")
    told = refreshed.select_one("#id_candidates-0-room-part")
    assert "この日時には予約できません" in told.get_text()
    assert "予約できません" in told.select_one("option[selected]").get_text()


def test_rooms_stay_in_drafts_and_follow_a_change_while_it_runs(
    client: Client, people: Company, rooms: list[Room]
) -> None:
    group = RoomList.objects.create(organization=people.author.organization, name="東京")
    group.places.create(room=rooms[0])
    choice = {"candidates-0-room": f"list-{group.pk}", "candidates-1-room": key(rooms[1])}
    client.post("/proposals/new", form(outcome="draft", room_min_capacity="4", **choice))
    draft = Proposal.objects.get()
    page = BeautifulSoup(client.get(f"/proposals/{draft.pk}/edit").content, "html.parser")
    kept = [page.select_one(f"[name=candidates-{row}-room] option[selected]")["value"] for row in (0, 1)]
    assert kept == list(choice.values())
    assert page.select_one("[name=room_min_capacity]")["value"] == "4"
    client.post(f"/proposals/{draft.pk}/edit", form(room_min_capacity="4", **choice))
    assert candidates() == rooms
    other = {"candidates-0-room": key(rooms[1]), "candidates-1-room": "", "seen": "0"}
    client.post(f"/proposals/{draft.pk}/edit", form(outcome="save", room_min_capacity="4", **other))
    assert candidates() == [rooms[1], None]


def test_a_template_keeps_the_usual_room_and_how_many_it_holds(
    client: Client, people: Company, rooms: list[Room]
) -> None:
    group = RoomList.objects.create(organization=people.author.organization, name="東京")
    group.places.create(room=rooms[0])
    chosen = f"list-{group.pk}"
    kept = {"outcome": "template", "kept_as": "来社のご相談", "room_min_capacity": "6"}
    client.post("/proposals/new", form(rooms=chosen, **kept))
    template = ProposalTemplate.objects.get()
    assert (template.room, template.room_list, template.room_min_capacity) == (None, group, 6)
    page = BeautifulSoup(client.get(f"/proposals/new?template={template.pk}").content, "html.parser")
    assert page.select_one("[name=rooms] option[selected]")["value"] == chosen
    assert page.select_one("[name=room_min_capacity]")["value"] == "6"
    assert (
        page.select_one("[name=candidates-0-room] option").get_text() == "「すべての候補日時の会議室」と同じ"
    )

    # Chosen candidate by candidate: what most of them have.
    each = {f"candidates-{row}-room": key(room) for row, room in enumerate(rooms)}
    each |= {"candidates-2-room": key(rooms[1]), "room_min_capacity": "4"}
    three = (*DAYS, ("2026-12-04", "10:00", "11:00"))
    client.post("/proposals/new", form(*three, **{**kept, **each}))
    assert ProposalTemplate.objects.get().room == rooms[1]
    assert not Proposal.objects.exists()


def test_a_templates_room_that_is_gone_is_shown_and_refused(
    client: Client, people: Company, rooms: list[Room]
) -> None:
    template = ProposalTemplate.objects.create(owner=people.author, name="来社", room=rooms[0])
    Room.objects.filter(pk=rooms[0].pk).update(in_use=False)
    page = BeautifulSoup(client.get(f"/proposals/new?template={template.pk}").content, "html.parser")
    assert "予約できません" in page.select_one("[name=rooms] option[selected]").get_text()
    answer = client.post("/proposals/new", form(rooms=key(rooms[0])))
    assert "使えなくなった会議室" in answer.content.decode()
    answer = client.post("/proposals/new", form(rooms=key(rooms[0]), outcome="template", kept_as="別"))
    assert "使えなくなった会議室" in answer.content.decode()
    assert ProposalTemplate.objects.count() == 1


def test_a_copy_keeps_the_room_that_most_candidates_had(
    client: Client, people: Company, rooms: list[Room]
) -> None:
    wishes = [RoomWish(room_id=room.pk) for room in (rooms[0], rooms[1], rooms[1])]
    times = [company.span(day, 10) for day in (7, 8, 9)]
    copied = company.propose(people.author, times, rooms=tuple(wishes), room_min_capacity=3)
    page = BeautifulSoup(client.get(f"/proposals/new?copy={copied.pk}").content, "html.parser")
    assert page.select_one("[name=rooms] option[selected]")["value"] == key(rooms[1])
    assert page.select_one("[name=room_min_capacity]")["value"] == "3"
    Proposal.objects.update(room_min_capacity=0)
    page = BeautifulSoup(client.get(f"/proposals/new?copy={copied.pk}").content, "html.parser")
    assert "value" not in page.select_one("[name=room_min_capacity]").attrs, "nobody typed a 0"


def test_an_answer_to_a_request_offers_rooms_and_holds_them(
    client: Client, people: Company, rooms: list[Room]
) -> None:
    taken(people, rooms[0])
    proposal = company.propose(
        people.author, [company.span(9, 10)], rooms=(RoomWish(room_id=rooms[1].pk),), room_min_capacity=3
    )
    ask_for_other_times(proposal, WishInput("", (company.span(7, 10), company.span(8, 10))), now=company.NOW)
    path = f"/proposals/{proposal.pk}/answer"
    shown = client.get(path)
    assert offered(shown, 0) == {key(rooms[1]): "本社 12F 八重洲B(4名)"}, "the other is taken at that time"
    assert set(offered(shown, 1)) == {key(room) for room in rooms}

    answer = form(*DAYS, keep="on", **{"candidates-0-room": key(rooms[0])})
    looked = client.post(path, {**answer, "rooms_asked": "1"}, headers={"HX-Request": "true"})
    assert "この日時には予約できません" in looked.content.decode()
    refused = client.post(path, answer)
    told = BeautifulSoup(refused.content, "html.parser").select_one("#id_candidates-0-room-part")
    assert "空いていません" in told.get_text()
    assert proposal.candidates.count() == 1

    answer = form(*DAYS, keep="on", rooms=key(rooms[1]), **{"candidates-1-room": key(rooms[0])})
    client.post(path, answer)
    standing = proposal.candidates.filter(state="open")
    assert [(one.starts_at.day, one.room) for one in standing] == [
        (1, rooms[1]),
        (3, rooms[1]),
        (3, rooms[0]),
    ]


def test_a_garbled_room_is_refused_and_changes_nothing(
    client: Client, people: Company, rooms: list[Room]
) -> None:
    appointment = confirmed(people)
    path = f"/appointments/{appointment.pk}/room"
    client.post(path, {"room": str(rooms[0].pk)})
    for garbled in ("x", "1²", "-1", "room-1", "9" * 12, None):
        data = {} if garbled is None else {"room": garbled}
        told = client.post(path, data, follow=True).content.decode()
        assert "会議室を選び直してください。" in told
        assert rooms_of(appointment) == [rooms[0]], garbled
    client.post(path, {"room": ""})
    assert rooms_of(appointment) == []


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_rooms_on_the_composing_page(
    live_server: Any, people: Company, rooms: list[Room], browser: Any
) -> None:
    taken(people, rooms[0])
    for phone, language in ((False, "ja"), (True, "ja"), (False, "en")):
        seen = visit(browser, live_server.url, people.author, phone=phone, language=language)
        seen.open("/proposals/new")
        seen.page.locator("[data-add]").click()
        row = seen.page.locator(".candidate-row").first
        row.locator('input[type="date"]').fill("2026-12-01")
        row.locator('input[type="time"]').nth(0).fill("10:00")
        row.locator('input[type="time"]').nth(1).fill("11:00")
        row.locator('input[type="time"]').nth(1).dispatch_event("change")
        gone = row.locator(f'option[value="{key(rooms[0])}"]')
        gone.wait_for(state="detached")
        seen.page.locator("[name=rooms]").select_option(key(rooms[1]))
        seen.page.locator("#rooms-apply").click()
        row.locator(f'option[value="{key(rooms[1])}"][selected]').wait_for(state="attached")
        picture(seen.page, f"compose-rooms-{'phone' if phone else 'desk'}-{language}")
        assert complaints(seen.page) == []
        assert not scrolls_sideways(seen.page)
        assert seen.complaints == []
