"""受付 in the settings: tablets, rules and the visit log, for administrators alone."""

from __future__ import annotations

from bs4 import BeautifulSoup
from django.test import Client
from django.utils import timezone

from chosei.actions.front_desk import pair
from chosei.actions.visits import receive
from chosei.records.models import FrontDesk, Reception
from tests.actions.test_reception_codes import visit as confirmed_visit
from tests.support.company import at
from tests.web.console.conftest import Company, signed_in


def text(response) -> str:
    return BeautifulSoup(response.content, "html.parser").select_one("main").get_text(" ", strip=True)


def test_a_tablet_is_added_paired_renamed_and_let_go(people: Company) -> None:
    client = signed_in(people.administrator)
    assert "受付端末はまだありません" in text(client.get("/settings/reception"))
    shown = client.post("/settings/reception/desks/new", {"name": "1F受付"}, follow=True)
    desk = FrontDesk.objects.get()
    assert desk.pairing_code in text(shown)
    pair(desk.pairing_code, now=timezone.now())
    address = f"/settings/reception/desks/{desk.pk}"
    assert desk.pairing_code not in text(client.get(address))
    assert "登録済み" in text(client.post(address, {"name": "2F受付"}, follow=True))
    client.post(f"{address}/removal")
    desk.refresh_from_db()
    assert (desk.name, desk.secret_hash, desk.revoked_at is None) == ("2F受付", "", False)


def test_a_code_that_ran_out_is_issued_anew(people: Company, clock) -> None:
    client = signed_in(people.administrator)
    client.post("/settings/reception/desks/new", {"name": "1F受付"})
    desk = FrontDesk.objects.get()
    clock.shift(31 * 60)
    address = f"/settings/reception/desks/{desk.pk}"
    assert "期限が切れました" in text(client.get(address))
    again = client.post(f"{address}/pairing", follow=True)
    desk.refresh_from_db()
    assert desk.pairing_code in text(again)


def test_the_rules_are_kept_and_bounded(people: Company) -> None:
    client = signed_in(people.administrator)
    refused = client.post("/settings/reception", {"days_before": "31", "days_after": "0"})
    assert BeautifulSoup(refused.content, "html.parser").select_one(".errorlist") is not None
    client.post("/settings/reception", {"days_before": "0", "days_after": "2", "guidance": "ロビーへ"})
    rules = Reception.objects.get()
    assert (rules.days_after, rules.guidance, rules.shows_hosts) == (2, "ロビーへ", False)


def test_the_visit_log_and_the_timeline(people: Company) -> None:
    client = signed_in(people.administrator)
    client.post("/settings/reception/desks/new", {"name": "1F受付"})
    desk, _ = pair(FrontDesk.objects.get().pairing_code, now=timezone.now())
    appointment = confirmed_visit(people.colleague)
    receive(desk, appointment.code.number, now=at(1, 9, 55))
    assert "三田花子" in text(client.get("/settings/reception/visits"))
    page = text(client.get(f"/appointments/{appointment.pk}"))
    assert "お客様が受付にいらっしゃいました" in page
    assert appointment.code.digits in page


def test_nobody_else_sees_any_of_it(people: Company, client: Client) -> None:
    signed_in(people.administrator).post("/settings/reception/desks/new", {"name": "1F受付"})
    desk = FrontDesk.objects.get()
    stranger = signed_in(people.stranger)
    for path in ("", "/desks/new", "/visits"):
        assert client.get(f"/settings/reception{path}").status_code == 404
    address = f"/settings/reception/desks/{desk.pk}"
    assert stranger.get(address).status_code == 404
    assert stranger.post(f"{address}/removal").status_code == 404
    assert client.post(f"{address}/pairing").status_code == 404
