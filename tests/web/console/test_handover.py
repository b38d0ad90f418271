"""引き継ぎ on the pages: with a removal, and by itself."""

from __future__ import annotations

from typing import Any

import pytest

from chosei.records.models import Appointment, Member
from tests.support import company
from tests.web.browsing import complaints, picture, scrolls_sideways
from tests.web.console.conftest import Company, confirmed, signed_in, visit


def hosts(appointment: Appointment) -> list[str]:
    rows = appointment.promises.filter(standing=True, host__isnull=False)
    return list(rows.values_list("host__name", flat=True))


def test_a_removal_hands_over_to_the_colleague_named(people: Company) -> None:
    appointment = confirmed(people)
    chief = signed_in(people.administrator)
    path = f"/members/{people.author.pk}/removal"
    page = chief.get(path).content.decode()
    assert "引き継ぐ方を選んでください" in page
    assert "引き継がない予定はOutlookに残し" in page
    company.connect(people.author, provider="google", account_object="old", state="ending")
    page = chief.get(path).content.decode()
    assert "引き継がない予定はGoogleカレンダーとOutlookに残し" in page, "also the one that finishes its own"

    wrong = chief.post(path, {"to": "nobody@sample.example"}).content.decode()
    assert "このアドレスの社員は見つかりません。" in wrong
    assert Member.objects.get(pk=people.author.pk).is_active

    done = chief.post(path, {"to": people.colleague.email}, follow=True).content.decode()
    assert "社員情報から外しました" in done
    assert hosts(appointment) == ["鈴木 美咲"]
    assert not Member.objects.get(pk=people.author.pk).is_active


def test_what_could_not_be_handed_over_is_said(people: Company) -> None:
    appointment = confirmed(people)
    chief = signed_in(people.administrator)
    done = chief.post(f"/members/{people.author.pk}/removal", {"to": ""}, follow=True).content.decode()
    assert "アポイントメント1件は引き継げませんでした。" in done
    assert hosts(appointment) == ["佐藤 健一"]


def test_a_handover_leaves_the_employee_as_they_are(people: Company) -> None:
    appointment = confirmed(people)
    chief = signed_in(people.administrator)
    path = f"/members/{people.author.pk}/handover"
    assert "さんの予定を引き継ぎますか" in chief.get(path).content.decode()
    done = chief.post(path, {"to": people.colleague.email}, follow=True).content.decode()
    assert "1件を引き継ぎました。" in done
    assert hosts(appointment) == ["鈴木 美咲"]
    assert Member.objects.get(pk=people.author.pk).is_active
    assert signed_in(people.colleague).get(path).status_code == 404
    assert signed_in(people.stranger).post(path, {"to": ""}).status_code == 404


def test_proposals_and_pages_are_handed_over_ended_or_listed(people: Company) -> None:
    proposal = company.propose(people.author, [company.span(8, 10)])
    chief = signed_in(people.administrator)
    removal = f"/members/{people.author.pk}/removal"
    assert (
        "お客様は候補を選べなくなります。引き継ぐ方を選んでください。" in chief.get(removal).content.decode()
    )
    done = chief.post(removal, {"to": ""}, follow=True).content.decode()
    assert "日程調整1件は引き継げませんでした。" in done
    listed = chief.get("/members/connections").content.decode()
    assert "利用を停止した方に残っているもの" in listed
    assert "日程調整1件" in listed

    path = f"/members/{people.author.pk}/handover"
    done = chief.post(path, {"to": people.colleague.email}, follow=True).content.decode()
    assert "日程調整1件を引き継ぎました。" in done
    proposal.refresh_from_db()
    assert proposal.author == people.colleague
    assert "利用を停止した方に残っているもの" not in chief.get("/members/connections").content.decode()

    colleague = f"/members/{people.colleague.pk}/handover"
    done = chief.post(colleague, {"to": "", "end_rest": "on"}, follow=True).content.decode()
    assert "日程調整1件を終了しました。" in done
    proposal.refresh_from_db()
    assert proposal.state == "withdrawn"


@pytest.mark.django_db(transaction=True)
def test_the_page_of_a_handover(live_server: Any, people: Company, browser: Any) -> None:
    confirmed(people)
    company.propose(people.author, [company.span(8, 10)])
    seen = visit(browser, live_server.url, people.administrator, phone=True)
    for name in ("handover", "removal"):
        seen.open(f"/members/{people.author.pk}/{name}")
        picture(seen.page, f"console-{name}-phone-ja")
        assert [*seen.complaints, *complaints(seen.page)] == []
        assert not scrolls_sideways(seen.page), name
