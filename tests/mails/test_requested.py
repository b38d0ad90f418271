"""A booking that waits for approval, and who is told what its form asked."""

from __future__ import annotations

import pytest

from chosei.records.models import Answer, Companion, MailKind
from tests.mails.scene import NOW, Scene, make_scene

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene() -> Scene:
    return make_scene()


def test_whoever_decides_reads_what_the_customer_answered(scene):
    asked = scene.appointment(state="pending", format="visit", location="本社 3階", approve_until=NOW)
    Answer.objects.create(appointment=asked, key="phone", kind="phone", text="03-1234-5678")
    Answer.objects.create(appointment=asked, key="q1", kind="date", label="導入希望日", text="2027-01-15")
    letter = scene.letter(MailKind.REQUESTED_HOST, asked, scene.host)
    for said in ("株式会社テスト", "三田花子", "03-1234-5678", "2027年1月15日(金)", "本社 3階", "来訪"):
        assert said in letter.text, said
        assert said in letter.html, said
    assert "Web会議URL" not in letter.text, "there is none before it stands"


def test_companions_are_not_told_what_the_customer_said_of_themselves(scene):
    appointment = scene.appointment()
    Answer.objects.create(appointment=appointment, key="phone", kind="phone", text="03-1234-5678")
    companion = Companion.objects.create(appointment=appointment, name="三田次郎", email="jiro@test.example")
    theirs = scene.letter(
        MailKind.CONFIRMED_GUEST,
        appointment,
        recipient=companion.email,
        recipient_name=companion.name,
        companion=companion,
    )
    assert "03-1234-5678" not in theirs.text + theirs.html
    assert "03-1234-5678" in scene.letter(MailKind.CONFIRMED_GUEST, appointment).text


@pytest.mark.parametrize(
    ("state", "kind"),
    [("declined", MailKind.DECLINED_GUEST), ("cancelled", MailKind.CANCELLED_GUEST)],
)
@pytest.mark.parametrize(("visibility", "leads_on"), [("unlisted", True), ("one_time", False)])
def test_whoever_lost_a_time_gets_a_link_only_where_it_opens(scene, visibility, leads_on, state, kind):
    page = scene.page(visibility=visibility)
    letter = scene.letter(kind, scene.appointment(booking_page=page, state=state))
    assert (f"/b/{page.link_token}" in letter.text) is leads_on
    assert ("あらためて日時を選ぶ" in letter.html) is leads_on
