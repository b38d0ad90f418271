"""The measurements' company still fits the tables."""

from __future__ import annotations

import sys

import pytest
from django.utils import timezone

from chosei.actions.offers import page_offer
from chosei.ops.config import ROOT
from chosei.records.gates import booking_page_for_guest
from chosei.records.models import MirroredEvent


@pytest.mark.django_db
def test_a_small_company_can_be_filled_in_and_has_times_to_offer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [str(ROOT / "bench"), *sys.path])
    from filling import Size, fill

    now = timezone.now()
    monkeypatch.setattr("filling.VACUUM", "SELECT 1")  # not within a test's transaction
    links = fill(Size(members=3, pages=4, events=300), now=now)
    assert len(links) == 4
    assert MirroredEvent.objects.count() == 300
    page = booking_page_for_guest(links[3])
    assert page_offer(page, now.date(), now.date().replace(year=now.year + 1), now=now).slots
