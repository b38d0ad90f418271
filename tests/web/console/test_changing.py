"""Changing an appointment and answering a customer, in the console."""

from __future__ import annotations

from uuid import uuid4

import pytest
from bs4 import BeautifulSoup

from chosei.actions.confirm import confirm_candidate
from chosei.actions.readjusting import WishInput, ask_for_other_times, ask_to_move
from chosei.records.models import Appointment, MailMessage, Readjustment
from tests.support.company import GUEST, NOW, at, busy, propose, span
from tests.web.console.conftest import signed_in


@pytest.fixture
def appointment(people) -> Appointment:
    proposal = propose(people.colleague, [span(1, 10)])
    pk = proposal.candidates.get().pk
    return confirm_candidate(proposal, pk, GUEST, submission=uuid4(), now=NOW)


@pytest.fixture
def host(people, appointment):
    return signed_in(people.colleague)


def as_shown(response) -> dict[str, str | list[str]]:
    form = BeautifulSoup(response.content, "html.parser").select_one("main form.split")
    sent: dict[str, str | list[str]] = {}
    for control in form.find_all(["input", "textarea", "select"]):
        if control.get("type") == "checkbox":
            if control.has_attr("checked"):
                sent.setdefault(control["name"], []).append(control.get("value", "on"))
        elif control.name == "select":
            sent[control["name"]] = control.find("option", selected=True)["value"]
        else:
            sent[control["name"]] = (
                control.text.removeprefix("\n") if control.name == "textarea" else control.get("value", "")
            )
    return sent


def text(response) -> str:
    return " ".join(BeautifulSoup(response.content, "html.parser").get_text(" ").split())


def test_the_form_moves_the_appointment_and_adds_a_host(people, appointment, host):
    url = f"/appointments/{appointment.pk}/change"
    assert "変更する" in text(host.get(f"/appointments/{appointment.pk}"))
    sent = as_shown(host.get(url)) | {
        "day": "2026-11-26", "start": "15:00", "end": "16:00", "add_host": "佐藤", "location": "八重洲"
    }  # fmt: skip
    done = host.post(url, sent | {"over_conflicts": "on"}, follow=True)
    assert "変更しました。" in text(done)
    assert "アポイントメントの日時、担当者、場所を変更し" in text(done)
    appointment.refresh_from_db()
    assert appointment.starts_at == at(2, 15)
    assert [promise.host for promise in appointment.promises.all()] == [people.colleague, people.author]
    assert MailMessage.objects.filter(appointment=appointment, kind="changed_guest").count() == 1


def test_an_unchanged_form_changes_nothing(appointment, host):
    url = f"/appointments/{appointment.pk}/change"
    assert "変更はありませんでした。" in text(host.post(url, as_shown(host.get(url)), follow=True))


def test_conflicts_are_shown_while_typing_and_ask_for_a_word(people, appointment, host):
    busy(people.connection, at(2, 15), 30)
    url = f"/appointments/{appointment.pk}/change"
    wish = {
        "day": "2026-11-26", "start": "15:00", "end": "16:00",
        "hosts": [str(people.colleague.pk), str(people.author.pk)],
    }  # fmt: skip
    shown = host.get(f"/appointments/{appointment.pk}/conflicts", as_shown(host.get(url)) | wish)
    assert "佐藤 健一 15:00〜15:30 予定があります" in text(shown)
    assert "鈴木 美咲 カレンダーを確認できません" in text(shown)
    assert 'name="over_conflicts"' in shown.content.decode()
    alone = {**wish, "start": "17:00", "end": "18:00", "hosts": [str(people.author.pk)]}
    clear = host.get(f"/appointments/{appointment.pk}/conflicts", as_shown(host.get(url)) | alone)
    assert "佐藤 健一 空いています" in text(clear)
    assert 'name="over_conflicts"' not in clear.content.decode(), "there is nothing to lie over"
    other = propose(people.colleague, [span(2, 15)])
    confirm_candidate(other, other.candidates.get().pk, GUEST, submission=uuid4(), now=NOW)
    refused = host.post(url, as_shown(host.get(url)) | {**wish, "hosts": [str(people.colleague.pk)]})
    assert "ほかのお客様とのお約束があるため選べません" in text(refused)
    appointment.refresh_from_db()
    assert appointment.revision == 0


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"start": "16:00", "end": "15:00"}, "終了は開始より後にしてください。"),
        ({"day": "2026-11-01"}, "これからの日時を指定してください。"),
        ({"hosts": []}, "担当者を1人以上お選びください。"),
        ({"add_host": "いない人"}, "この社員は見つかりませんでした。"),
    ],
)
def test_mistakes_are_said_at_the_field(appointment, host, typed, said):
    url = f"/appointments/{appointment.pk}/change"
    assert said in text(host.post(url, as_shown(host.get(url)) | typed))


def test_only_who_may_see_it_may_change_it(people, appointment):
    for path in ("change", "conflicts"):
        url = f"/appointments/{appointment.pk}/{path}"
        assert signed_in(people.author).get(url).status_code == 404
        assert signed_in(people.stranger).get(url).status_code == 404
    assert signed_in(people.stranger).post(f"/appointments/{appointment.pk}/kept").status_code == 404
    assert signed_in(people.administrator).get(f"/appointments/{appointment.pk}/change").status_code == 200


def test_a_request_for_another_time_is_shown_and_can_be_settled(appointment, host):
    ask_to_move(appointment, WishInput("午後を希望します。", (span(2, 15),)), now=NOW)
    page = host.get(f"/appointments/{appointment.pk}")
    assert "お客様から再調整の依頼があります" in text(page)
    assert "午後を希望します。" in text(page)
    assert "11月26日(木) 15:00〜16:00" in text(page)
    host.post(f"/appointments/{appointment.pk}/kept")
    assert "午後を希望します。" not in text(host.get(f"/appointments/{appointment.pk}"))
    assert Readjustment.objects.get().answer == "kept"


def test_an_afternoon_wished_for_begins_the_answer_with_its_first_free_hour(people, client):
    proposal = propose(people.author, [span(1, 10), span(2, 14)])
    busy(people.connection, at(9, 13), 60)
    ask_for_other_times(proposal, WishInput("", (span(9, 13, 240), span(10, 9, 30))), now=NOW)
    page = BeautifulSoup(client.get(f"/proposals/{proposal.pk}/answer").content, "html.parser")
    rows = page.select(".candidate-row")[:2]
    times = [[field["value"] for field in row.select(".candidate-times input")] for row in rows]
    assert times == [["2026-12-03", "14:00", "15:00"], ["2026-12-04", "09:00", "09:30"]]


def test_a_time_that_cannot_be_is_said_at_its_row(people, client):
    proposal = propose(people.author, [span(1, 10)])
    ask_for_other_times(proposal, WishInput("別の日を", ()), now=NOW)
    sent = {
        "candidates-TOTAL_FORMS": "2", "candidates-INITIAL_FORMS": "0",
        "candidates-0-day": "2026-12-03", "candidates-0-start": "15:00", "candidates-0-end": "16:00",
        "candidates-1-day": "2026-11-20", "candidates-1-start": "15:00", "candidates-1-end": "16:00",
        "deadline": "2026-12-02",
    }  # fmt: skip
    refused = client.post(f"/proposals/{proposal.pk}/answer", sent)
    rows = BeautifulSoup(refused.content, "html.parser").select(".candidate-row")
    assert ["これからの日時を指定してください。" in row.get_text() for row in rows] == [False, True]
    sent |= {"candidates-1-day": "2026-12-03"}
    again = client.post(f"/proposals/{proposal.pk}/answer", sent)
    rows = BeautifulSoup(again.content, "html.parser").select(".candidate-row")
    assert [bool(row.select(".errorlist")) for row in rows] == [False, True]


def test_wishes_begin_the_answer_with_new_candidates(people, client):
    proposal = propose(people.author, [span(1, 10), span(2, 14)])
    ask_for_other_times(proposal, WishInput("3日の午後なら", (span(9, 15),)), now=NOW)
    page = client.get(f"/proposals/{proposal.pk}")
    assert "3日の午後なら" in text(page)
    answer = client.get(f"/proposals/{proposal.pk}/answer")
    assert 'value="2026-12-03"' in answer.content.decode()
    sent = {
        "candidates-TOTAL_FORMS": "1", "candidates-INITIAL_FORMS": "0",
        "candidates-0-day": "2026-12-03", "candidates-0-start": "15:00", "candidates-0-end": "16:00",
        "keep": "on", "deadline": "2026-12-02",
    }  # fmt: skip
    done = client.post(f"/proposals/{proposal.pk}/answer", sent, follow=True)
    assert "新しい候補日時をお客様にご案内します。" in text(done)
    proposal.refresh_from_db()
    assert proposal.state == "open"
    assert proposal.candidates.filter(state="open").count() == 3
    assert "お客様から再調整の依頼があります" not in text(done)
