"""Administrators at the same moment: somebody can always administer."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from chosei.actions.errors import Closed, InvalidInput
from chosei.actions.members import MemberInput, change_member, remove_member
from chosei.records.models import Member
from tests.actions.test_races import together
from tests.support import company

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 11, 24, tzinfo=UTC)


def two_administrators() -> tuple[Member, Member]:
    ours = company.organization()
    one = ours.members.get()
    return one, company.member(ours, administrator=True)


def administrators(of: Member) -> int:
    rows = Member.objects.filter(organization_id=of.organization_id, is_active=True)
    return rows.filter(role="administrator").count()


def demote(by: Member, whom: Member):
    wanted = MemberInput(whom.name, whom.email, False, whom.language, whom.zone)
    return lambda: change_member(by, whom, wanted)


def remove(by: Member, whom: Member):
    return lambda: remove_member(by, whom, now=NOW)


@pytest.mark.parametrize(("first", "second"), [(demote, demote), (remove, remove), (demote, remove)])
def test_two_administrators_after_each_other(first, second):
    for _ in range(3):
        one, other = two_administrators()
        outcomes = together(first(one, other), second(other, one))
        assert administrators(one) == 1
        assert sum(isinstance(outcome, Closed) for outcome in outcomes) == 1


def test_two_administrators_who_each_step_down():
    one, other = two_administrators()
    outcomes = together(demote(one, one), demote(other, other))
    assert administrators(one) == 1
    assert sum(isinstance(outcome, InvalidInput) for outcome in outcomes) == 1
