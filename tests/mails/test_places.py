"""Where or how to meet: each form of meeting in its own words, in the invitation and in the confirmation."""

from __future__ import annotations

from uuid import uuid4

import pytest

from chosei.actions.confirm import confirm_candidate
from chosei.core.language import Language
from chosei.mails.facts import Reader, place_facts
from chosei.mails.letters.offered_again import offered_again
from chosei.records.models import Readjustment
from tests.support.company import GUEST, NOW, meeting, member, propose

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("shape", "place", "label"),
    [
        ("visit", "東京都中央区八重洲1-1", "場所"),
        ("outing", "お客様の本社", "場所"),
        ("phone", "03-1234-5678", "お電話番号"),
        ("other", "展示会場", "場所"),
        ("web", "https://zoom.example/j/1", "Web会議URL"),
    ],
)
def test_each_form_in_its_own_words(shape, place, label):
    wanted = meeting(format=shape, location=place, web_meeting=False)
    proposal = propose(member(), meeting=wanted)
    assert [(fact.label, fact.value) for fact in place_facts(proposal)] == [(label, place)]
    candidate = proposal.candidates.earliest("id")
    appointment = confirm_candidate(proposal, candidate.pk, GUEST, submission=uuid4(), now=NOW)
    said = [(fact.label, fact.value) for fact in place_facts(appointment)]
    if shape == "web":
        assert appointment.join_url == place, "the customer joins by it"
        assert said == [], "it is said as the meeting's link already"
    else:
        assert (appointment.join_url, said) == ("", [(label, place)])


def test_a_changed_offer_thanks_for_wishes_only_where_there_were_any():
    proposal = propose(member())
    reader = Reader("三田花子", Language.JA)
    changed = offered_again(proposal, reader, NOW)
    Readjustment.objects.create(proposal=proposal, text="午後を希望します", asked_at=NOW)
    asked = offered_again(proposal, reader, NOW)
    assert "改めました" in str(changed)
    assert "ご希望をお知らせいただき" in str(asked)
