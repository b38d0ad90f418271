"""会社の設定: what customers may do themselves, and reminders."""

from __future__ import annotations

import pytest

from chosei.records.models import Appointment
from tests.web.console.conftest import signed_in
from tests.web.console.test_lists import two  # noqa: F401 (a fixture)

SENT = {
    "may_cancel": "on",
    "until_hours": "24",
    "guest_reminders": "1、48",
    "host_reminders": "",
    "deadline_reminders": "72",
}


def test_an_administrator_sets_them_for_everybody(people, two):  # noqa: F811
    browser = signed_in(people.administrator)
    assert browser.post("/settings/guests", SENT).status_code == 302
    people.administrator.organization.refresh_from_db()
    kept = people.administrator.organization
    assert (kept.guest_may_change, kept.guest_may_cancel, kept.guest_until_hours) == (False, True, 24)
    assert (kept.guest_reminder_hours, kept.host_reminder_hours, kept.deadline_reminder_hours) == (
        [48, 1],
        [],
        [72],
    )
    assert Appointment.objects.filter(next_reminder_at__isnull=True).count() == 0, "planned anew"
    assert 'value="48, 1"' in browser.get("/settings/guests").content.decode()


@pytest.mark.parametrize(
    "wrong",
    [
        {"guest_reminders": "morgen"},
        {"guest_reminders": "0"},
        {"guest_reminders": "9999"},
        {"host_reminders": "1,2,3,4,5,6"},
        {"until_hours": "-1"},
        {"until_hours": ""},
    ],
)
def test_what_cannot_be_is_refused_at_the_field(people, wrong):
    answer = signed_in(people.administrator).post("/settings/guests", {**SENT, **wrong})
    assert answer.status_code == 200
    assert "errorlist" in answer.content.decode()
    people.administrator.organization.refresh_from_db()
    assert people.administrator.organization.guest_until_hours == 0


def test_for_administrators_alone(people):
    assert signed_in(people.author).get("/settings/guests").status_code == 404
    assert signed_in(people.author).post("/settings/guests", SENT).status_code == 404
