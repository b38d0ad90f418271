"""A booking page that lets its guests choose the length and the form of the meeting, and asks for consent."""

from __future__ import annotations

import pytest

from chosei.actions.inputs import FormatOption
from chosei.records.models import Appointment
from tests.support.company import connect, meeting, member, publish
from tests.web.public.walking import main_form, parsed, send, text_of, times_on

GUEST = {"name": "三田花子", "email": "hanako@test.example"}


@pytest.fixture
def choosing(transactional_db, tuesday):
    """30 or 60 minutes, on the web or at our place, with consent."""
    owner = member()
    connect(owner)
    owner.organization.privacy_notice = "お預かりした情報は、日程の調整だけに使います。"
    owner.organization.save()
    return publish(
        owner,
        meeting=meeting(title="ご相談"),
        other_durations=(60,),
        other_formats=(FormatOption("visit", "本社 3階"),),
        consent_required=True,
    )


def test_the_length_is_chosen_first_and_goes_all_the_way(client, choosing):
    page = client.get(f"/b/{choosing.link_token}?week=2026-12-01")
    assert "Web会議 / ご来訪(本社 3階)" in text_of(page)
    assert times_on(page, "start")[0] == "2026-11-30T00:00Z"
    longer = client.get(parsed(page).select_one(".lengths a:not([aria-current])")["href"])
    starts = times_on(longer, "start")
    assert starts[0] == "2026-11-30T00:00Z+60"
    assert "2026-11-30T08:30Z+60" not in starts, "an hour from 17:30 would end after hours"
    details = send(client, longer, start="2026-12-03T05:00Z+60")
    assert "14:00〜15:00" in text_of(details)
    back = send(client, details, "back", **GUEST, format="visit")
    assert parsed(back).select_one("input[name=start][checked]")["value"] == "2026-12-03T05:00Z+60"
    shorter = send(client, back, "relength", relength="30")
    assert "2026-11-30T00:00Z" in times_on(shorter, "start")
    again = send(client, send(client, shorter, "relength", relength="60"), start="2026-12-03T06:00Z+60")
    soup, _form = main_form(again)
    assert soup.select_one("[name=format][checked]")["value"] == "visit"
    done = send(client, again, consented="on")
    assert done.status_code == 302
    appointment = Appointment.objects.get()
    assert appointment.ends_at.isoformat() == "2026-12-03T07:00:00+00:00"
    assert (appointment.format, appointment.location) == ("visit", "本社 3階")


def test_without_consent_nothing_is_booked_and_the_notice_stands_there(client, choosing):
    details = client.get(f"/b/{choosing.link_token}/confirm?start=2026-12-03T05:00Z")
    assert "お預かりした情報は" in text_of(details)
    refused = send(client, details, **GUEST)
    assert refused.status_code == 422
    assert "個人情報の取り扱いへの同意が必要です" in text_of(refused)
    assert not Appointment.objects.exists()


def test_a_length_that_is_not_offered_leads_back_to_the_times(client, choosing):
    answer = client.get(f"/b/{choosing.link_token}/confirm", {"start": "2026-12-03T05:00Z+45"})
    assert "日時をお選びのうえ、お進みください。" in text_of(answer)


@pytest.mark.parametrize("end", ["+0", "+x", "+", "+-60"])
def test_what_is_no_length_means_the_usual_one(client, choosing, end):
    answer = client.get(f"/b/{choosing.link_token}/confirm", {"start": f"2026-12-03T05:00Z{end}"})
    assert "14:00〜14:30" in text_of(answer)


def test_a_form_that_is_not_offered_is_refused(client, choosing):
    details = client.get(f"/b/{choosing.link_token}/confirm?start=2026-12-03T05:00Z")
    refused = send(client, details, **GUEST, format="phone", consented="on")
    assert refused.status_code == 422
    assert not Appointment.objects.exists()
