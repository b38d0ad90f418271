"""Colleagues without a connection, seen through the viewer's own eyes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from chosei.actions.colleagues import colleague_schedule
from chosei.actions.composing import days_between, seen_in_outlook
from chosei.core.availability import Known, Unknown, UnknownReason
from chosei.core.intervals import Interval
from chosei.core.walltime import local_date
from chosei.records.models import Connection, Member
from chosei.sandbox.faults import FaultKind
from tests.support.times import late

pytestmark = pytest.mark.django_db(transaction=True)
SATO, SUZUKI, NOBODY = "sato@sample.example", "suzuki@sample.example", "nobody@sample.example"


def enters(tenant, address, time, **values):
    return tenant.store.create_as(tenant.mailbox(address), "人事面談", time.start, time.end, **values)


def test_free_busy_is_shown_without_what_the_colleague_does_not_share(tenant, linked, sato):
    enters(tenant, SUZUKI, late(1))
    enters(tenant, SUZUKI, late(2), show_as="workingElsewhere")
    seen = colleague_schedule(sato, [SUZUKI, NOBODY], _days(1, 3))
    blocks = [(one.start, one.show_as, one.title) for one in seen[SUZUKI].blocks]
    assert (late(1).start, "busy", "") in blocks
    assert (late(2).start, "workingElsewhere", "") in blocks
    assert isinstance(seen[SUZUKI].availability, Known)
    assert late(1) in seen[SUZUKI].availability.busy
    assert late(2) not in seen[SUZUKI].availability.busy
    assert seen[NOBODY].availability == Unknown(UnknownReason.READ_FAILED)


def test_whole_days_of_the_colleague_are_shown_as_such(tenant, linked, sato):
    suzuki = Member.objects.create(organization=sato.organization, email=SUZUKI, name="鈴木 美咲")
    day = local_date(late(2).start, suzuki.zone)
    whole = days_between(day, day + timedelta(days=1), suzuki.zone)
    enters(tenant, SUZUKI, whole)
    enters(tenant, SUZUKI, late(3))
    seen = {one.start: one.all_day for one in seen_in_outlook(sato, [suzuki], _days(1, 4))[suzuki.pk].blocks}
    assert seen[whole.start]
    assert not seen[late(3).start]


@pytest.mark.parametrize("fault", [FaultKind.UNAVAILABLE, FaultKind.THROTTLED, FaultKind.SLOW])
def test_what_cannot_be_asked_is_unknown_within_seconds(tenant, linked, sato, fault):
    tenant.fault(fault, SATO, seconds=20)
    begun = timezone.now()
    seen = colleague_schedule(sato, [SUZUKI], _days(1, 3))
    assert seen[SUZUKI].availability == Unknown(UnknownReason.READ_FAILED)
    assert timezone.now() - begun < timedelta(seconds=4.5)


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        ("needs_reconnect", UnknownReason.NEEDS_RECONNECT),
        ("address_mismatch", UnknownReason.ADDRESS_MISMATCH),
        ("ended", UnknownReason.NOT_CONNECTED),
    ],
)
def test_without_a_connection_of_ones_own_nothing_is_seen(tenant, linked, sato, state, reason):
    Connection.objects.update(state=state)
    assert colleague_schedule(sato, [SUZUKI], _days(1, 3))[SUZUKI].availability == Unknown(reason)


def test_never_inside_a_transaction(tenant, linked, sato):
    with transaction.atomic(), pytest.raises(RuntimeError):
        colleague_schedule(sato, [SUZUKI], _days(1, 3))


def test_too_much_at_once_is_refused(sato):
    with pytest.raises(ValueError, match="too much"):
        colleague_schedule(sato, [SUZUKI] * 101, _days(1, 3))


def _days(first, last):
    return Interval(late(first).start - timedelta(hours=12), late(last).end)
