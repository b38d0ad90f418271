"""Which web conference, how far its link is, and who may start it, on the console's pages."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from chosei.actions.cancellation import cancel_by_guest
from chosei.actions.confirm import confirm_candidate
from chosei.records.models import Appointment, BookingPage, Member, WebMeeting
from tests.support.company import GUEST, connect, meeting, member, propose, publish
from tests.support.times import late

pytestmark = pytest.mark.django_db


def zoom(owner: Member, **values: object):
    return connect(
        owner, provider="zoom", kind="meetings", account_tenant="a", account_object=f"u{owner.pk}", **values
    )


def client_of(somebody: Member) -> Client:
    client = Client()
    client.force_login(somebody)
    return client


def agreed(author: Member, *, day: int = 2, **values: object) -> Appointment:
    wanted = meeting(web_service="zoom")
    proposal = propose(author, [late(day)], now=timezone.now(), guest_email="", meeting=wanted, **values)
    candidate = proposal.candidates.get().pk
    return confirm_candidate(proposal, candidate, GUEST, submission=uuid4(), now=timezone.now())


def test_what_the_hosts_have_connected_can_be_chosen() -> None:
    author = member()
    connect(author, now=timezone.now())
    page = client_of(author).get("/proposals/new").content.decode()
    assert "担当者のカレンダーに合わせる(Teams)" in page
    assert 'value="zoom"' not in page
    zoom(author)
    page = client_of(author).get("/proposals/new").content.decode()
    assert '<option value="zoom">Zoom</option>' in page
    assert '<option value="google">' not in page


def test_a_booking_page_takes_a_tool_or_a_url_of_ones_own() -> None:
    author = member()
    connect(author, now=timezone.now())
    zoom(author)
    page = publish(author)
    client, address = client_of(author), f"/pages/{page.pk}"
    form = {"title": page.title, "format": "web", "duration_minutes": 30, "location": "", "description": ""}
    assert client.post(address, {**form, "web_service": "zoom"}).status_code == 302
    page = BookingPage.objects.get(pk=page.pk)
    assert (page.web_meeting, page.web_service) == (True, "zoom")
    assert client.post(address, {**form, "web_service": "own"}).status_code == 422, "a URL is needed"
    own = {**form, "web_service": "own", "location": "https://meet.example/room"}
    assert client.post(address, own).status_code == 302
    page.refresh_from_db()
    assert (page.web_meeting, page.web_service, page.location) == (False, "", "https://meet.example/room")
    assert '<option value="own" selected>' in client.get(address).content.decode()
    assert client.post(address, {**form, "web_service": "toy"}).status_code == 422


def test_only_the_host_of_the_meeting_may_start_it() -> None:
    author = member()
    colleague = member(author.organization, name="鈴木 美咲")
    zoom(author)
    appointment = agreed(author, hosts=[author, colleague])
    WebMeeting.objects.update(remote_id="81000000001", join_url="https://zoom.example/j/1", state="written")
    address = f"/appointments/{appointment.pk}/web-meeting/start"
    assert address in client_of(author).get(f"/appointments/{appointment.pk}").content.decode()
    assert address not in client_of(colleague).get(f"/appointments/{appointment.pk}").content.decode()
    refused = client_of(colleague).get(address)
    assert refused.headers["Location"] == f"/appointments/{appointment.pk}"
    assert client_of(member()).get(address).status_code == 404


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"state": "retrying", "problem": "daily_limit"}, "1日に作成・変更できる会議の数"),
        ({"state": "retrying", "problem": "timeout"}, "自動で再試行しています"),
        ({"state": "parked", "problem": "deauthorised"}, "連携が解除されました"),
        ({"state": "parked", "problem": "zoom:300"}, "受け付けませんでした(zoom:300)"),
    ],
)
def test_what_is_wrong_is_said_with_the_next_step(values: dict[str, str], told: str) -> None:
    author = member()
    zoom(author)
    appointment = agreed(author)
    WebMeeting.objects.update(**values)
    page = client_of(author).get(f"/appointments/{appointment.pk}").content.decode()
    assert told in page
    assert ("URLを発行する" in page) == (values["state"] == "parked")


def test_a_link_of_an_account_that_is_gone_is_said_at_once_on_the_first_page() -> None:
    author = member()
    account = zoom(author)
    appointment, other = agreed(author), agreed(author, day=3)
    WebMeeting.objects.update(remote_id="81000000001", state="written")
    Appointment.objects.update(join_url="https://zoom.example/j/1")
    told = "お客様にお知らせしたURLはそのまま使えますが"
    client, address = client_of(author), f"/appointments/{appointment.pk}"
    assert told not in client.get("/").content.decode() + client.get(address).content.decode()
    type(account).objects.update(state="ending", problem="invalid_grant:4741")
    page = client.get(address).content.decode()
    assert told in page
    assert "URLを発行する" in page
    assert f"{address}/web-meeting/start" not in page
    home = client.get("/").content.decode()
    assert home.count(told) == 1, "what is mended in one way is told once"
    notice = home[home.index(told) :]
    assert f'href="{address}"' in notice.partition("</section>")[0]
    assert f'href="/appointments/{other.pk}"' in notice.partition("</section>")[0]
    type(account).objects.update(state="needs_reconnect", trouble="account_deleted")
    assert "使えなくなっていることがあります" in client.get(address).content.decode()


@pytest.mark.parametrize(
    ("account", "state", "told"),
    [
        ("ended", "parked", "Zoomに会議が残っていて、Choseiから削除できません。"),
        ("needs_reconnect", "waiting", "会議がまだ残っています"),
        ("active", "waiting", "削除中"),
    ],
)
def test_a_meeting_of_a_cancelled_appointment_is_shown_until_it_is_gone(
    account: str, state: str, told: str
) -> None:
    author = member()
    linked = zoom(author)
    appointment = agreed(author)
    cancel_by_guest(appointment, reason="", now=timezone.now())
    type(linked).objects.update(state=account)
    WebMeeting.objects.update(remote_id="81000000001", state=state)
    client, address = client_of(author), f"/appointments/{appointment.pk}"
    page = client.get(address).content.decode()
    assert told in page
    assert "URLを発行する" not in page
    WebMeeting.objects.update(remote_id="", state="gone")
    assert "Web会議(Zoom)" not in client.get(address).content.decode()


def test_without_an_account_the_page_says_what_is_missing() -> None:
    author = member()
    appointment = agreed(author)
    client = client_of(author)
    page = client.get(f"/appointments/{appointment.pk}").content.decode()
    assert "担当者のZoomが接続されていないため" in page
    assert not WebMeeting.objects.exists()
    client.post(f"/appointments/{appointment.pk}/web-meeting")
    assert not WebMeeting.objects.exists()
    zoom(author)
    client.post(f"/appointments/{appointment.pk}/web-meeting")
    assert WebMeeting.objects.get().desired is not None


def test_letting_zoom_go_says_what_rests_on_it() -> None:
    author = member()
    account = zoom(author)
    agreed(author)
    propose(author, [late(3)], now=timezone.now(), guest_email="", meeting=meeting(web_service="zoom"))
    page = client_of(author).get(f"/settings/connections/{account.pk}/disconnection").content.decode()
    assert "Zoomの会議とURLはそのまま残ります。" in page
    assert "Web会議のURLを発行できなくなります" in page
    assert "仮予約は" not in page
