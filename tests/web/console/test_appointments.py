"""Appointments: the list, page after page, one with its state, and cancelling it."""

from __future__ import annotations

from datetime import timedelta

from bs4 import BeautifulSoup
from django.test import Client
from django.utils import timezone

from chosei.actions.cancellation import cancel_by_host
from chosei.actions.room_booking import lack_room
from chosei.mails.compose import compose
from chosei.records.models import Appointment, MailMessage, Room
from chosei.records.places import rooms_of
from tests.web.console.conftest import Company, confirmed


def test_cancelling_tells_the_customer_and_keeps_the_reason(client: Client, people: Company) -> None:
    appointment = confirmed(people)
    asked = client.get(f"/appointments/{appointment.pk}/cancellation").content.decode()
    assert "11月30日(月) 10:00〜11:00" in asked

    done = client.post(f"/appointments/{appointment.pk}/cancellation", {"reason": "日程の都合"}, follow=True)

    appointment.refresh_from_db()
    assert (appointment.state, appointment.cancel_reason) == ("cancelled", "日程の都合")
    assert MailMessage.objects.filter(kind="cancelled_guest").count() == 1
    page = done.content.decode()
    assert "キャンセルしました。お客様にお知らせします。" in page
    assert "日程の都合" in page
    assert "/cancellation" not in page


def test_cancelling_twice_is_said_calmly(client: Client, people: Company) -> None:
    appointment = confirmed(people)
    address = f"/appointments/{appointment.pk}/cancellation"
    client.post(address)
    again = client.post(address, follow=True)
    assert "すでにキャンセルされています" in again.content.decode()
    assert client.get(address).headers["Location"] == f"/appointments/{appointment.pk}"
    assert MailMessage.objects.filter(kind="cancelled_guest").count() == 1


def test_a_reason_that_is_too_long_stays_in_its_field(client: Client, people: Company) -> None:
    appointment = confirmed(people)
    answer = client.post(f"/appointments/{appointment.pk}/cancellation", {"reason": "あ" * 2001})
    page = BeautifulSoup(answer.content, "html.parser")
    assert page.select_one(".errorlist") is not None
    assert "あ" * 2001 in page.select_one("textarea").text  # type: ignore[union-attr]
    appointment.refresh_from_db()
    assert appointment.state == "confirmed"


def test_what_is_on_its_way_is_asked_for_again_until_it_has_arrived(client: Client, people: Company) -> None:
    appointment = confirmed(people)
    assert "hx-get" in client.get(f"/appointments/{appointment.pk}").content.decode()
    MailMessage.objects.update(state="sent")
    part = client.get(f"/appointments/{appointment.pk}/progress").content.decode()
    assert "hx-get" not in part
    assert "登録済み" in part
    assert "<html" not in part


def test_the_list_goes_on_page_by_page_and_misses_none(client: Client, people: Company) -> None:
    first = confirmed(people)
    copies = []
    for number in range(1, 65):
        copy = Appointment.objects.get(pk=first.pk)
        copy.pk, copy.proposal, copy.candidate, copy.ics_uid = None, None, None, f"uid-{number}"
        copy.submission = f"00000000-0000-4000-8000-{number:012}"
        copy.starts_at += timedelta(hours=number // 2)  # pairs that begin at the same time
        copy.ends_at = copy.starts_at + timedelta(minutes=30)
        copy.make_link()
        copy.save()
        copy.promises.create(host=people.author, during=(copy.starts_at, copy.ends_at), standing=False)
        copies.append(copy.pk)
    seen: list[str] = []
    address = "/appointments/"
    for _ in range(3):
        page = BeautifulSoup(client.get(address).content, "html.parser")
        seen += [str(link["href"]) for link in page.select("tbody th a")]
        following = page.select_one('a[rel="next"]')
        address = f"/appointments/{following['href']}" if following else ""
    assert address == ""
    assert sorted(seen) == sorted(f"/appointments/{pk}" for pk in [first.pk, *copies])


def test_past_and_upcoming_are_two_lists(client: Client, people: Company, clock) -> None:
    appointment = confirmed(people)
    link = f"/appointments/{appointment.pk}"
    assert link in client.get("/appointments/").content.decode()
    clock.move_to(appointment.ends_at + timedelta(minutes=1))
    assert f'href="{link}"' not in client.get("/appointments/").content.decode()
    assert f'href="{link}"' in client.get("/appointments/?show=past").content.decode()


def test_a_bad_key_begins_at_the_top(client: Client, people: Company) -> None:
    appointment = confirmed(people)
    for key in (
        "x",
        "_",
        "2026-13-40T00:00:00Z_1",
        "2026-11-30T00:00:00_1",
        "2026-11-30T00:00:00Z_x",
        "\u0000",
    ):
        answer = client.get("/appointments/", {"after": key})
        assert f"/appointments/{appointment.pk}" in answer.content.decode()


def test_a_room_that_is_missing_is_told_by_mail_and_chosen_on_the_page(
    client: Client, people: Company
) -> None:
    organization = people.author.organization
    room = Room.objects.create(organization=organization, name="八重洲A", building="本社", floor="12F")
    appointment = confirmed(people)
    read = {
        "mirror_from": timezone.now() - timedelta(days=9),
        "mirror_until": timezone.now() + timedelta(days=400),
    }
    abroad = {"provider": "google", "tenant_id": "sample.example", "address": "room@sample.example"}
    Room.objects.create(
        organization=organization, name="梅田", mirror_read_at=timezone.now(), **read, **abroad
    )
    lack_room(appointment)
    letter = compose(appointment.mails.get(kind="room_missing"), now=timezone.now())
    assert letter.subject == "【会議室】株式会社テスト 三田花子様の会議室をお選びください"
    assert f"/appointments/{appointment.pk}#choose-room" in letter.text
    assert "\n\n\n" not in letter.text, "no declined room is named, and no gap stands for it"

    page = BeautifulSoup(client.get(f"/appointments/{appointment.pk}").content, "html.parser")
    assert page.select_one('.notice a[href="#choose-room"]')
    assert [one.get_text() for one in page.select("main .button.primary")] == ["この会議室を予約する"]
    offered = {one.get_text().split(" ")[0]: one.get_text() for one in page.select("#room option")}
    assert {name: "予約はご自身で" in text for name, text in offered.items()} == {
        "八重洲A(本社": False,
        "梅田": True,  # another provider's: the host's calendar cannot invite it
    }
    client.post(f"/appointments/{appointment.pk}/room", {"room": str(room.pk)})
    assert rooms_of(appointment) == [room]
    page = client.get(f"/appointments/{appointment.pk}").content.decode()
    assert "確保済み" in page
    cancel_by_host(people.author, appointment, reason="", now=timezone.now())
    page = client.get(f"/appointments/{appointment.pk}").content.decode()
    assert "取り消し済み" in page, "the room of a cancelled appointment is booked no more"
    assert "確保済み" not in page
    after = client.get(f"/appointments/{appointment.pk}").content.decode()
    assert "別の会議室を選ぶか、会議室なしで進めてください。" not in after
