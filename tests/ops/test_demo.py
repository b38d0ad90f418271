"""The demo company's booking pages."""

from __future__ import annotations

import pytest

from chosei.ops import demo
from chosei.records.models import BookingPage

pytestmark = pytest.mark.django_db


def test_the_demo_has_a_team_page_and_a_visit_with_rooms():
    assert demo.load()
    assert not demo.load()
    team, visit = BookingPage.objects.order_by("pk")
    assert (team.participation, team.pick, team.hosts.count(), team.format) == ("any", "even", 3, "web")
    assert (visit.format, visit.rooms.count(), visit.reception_code) == ("visit", len(demo.ROOMS), True)
