"""Zoom in trouble: lost answers, limits, tokens spent by two, apps removed. The appointment stands in all."""

from __future__ import annotations

import json
import threading
from datetime import datetime, timedelta

import pytest
from django.db import connection as database
from django.utils import timezone

from chosei.actions.cancellation import cancel_by_guest
from chosei.actions.errors import ConnectRefused
from chosei.actions.members import add_member
from chosei.jobs.queue import MEET
from chosei.mails.compose import compose
from chosei.ports.errors import PortError
from chosei.reconcile.sweep import sweep
from chosei.reconcile.tokens import access_token
from chosei.records.models import Connection, MailMessage, TimelineEntry, WebMeeting
from chosei.sandbox.faults import FaultKind
from chosei.sandbox.zoom import apps, webhooks
from tests.reconcile.test_zoom import SATO, confirm, offer, settled
from tests.support.mortal import Fate, Killed, mortal
from tests.support.worker import run_jobs

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]


def hurry() -> None:
    """All pauses are over."""
    run_jobs(hurrying=MEET)


def test_a_lost_answer_is_found_again_before_a_second_meeting_is_made(zoom, zoomed, sato):
    appointment = confirm(offer(sato))
    zoom.fault(FaultKind.LOST_REPLY, SATO, count=1)
    run_jobs()
    row = WebMeeting.objects.get()
    assert (row.create_begun, row.remote_id, row.state) == (True, "", "retrying")
    hurry()
    [made] = zoom.meetings(SATO)
    appointment.refresh_from_db()
    row.refresh_from_db()
    assert (row.remote_id, row.state) == (str(made.id), "written")
    assert appointment.join_url


def test_a_double_that_could_not_be_removed_at_once_is_removed_later(zoom, zoomed, sato):
    confirm(offer(sato))
    zoom.fault(FaultKind.LOST_REPLY, SATO, count=1)
    run_jobs()
    [made] = zoom.meetings(SATO)
    same = {name: getattr(made, name) for name in ("topic", "agenda", "duration", "timezone")}
    zoom.zoom.store.create(made.host, {**same, "start": made.start.isoformat()})
    assert die_then_recover(Fate(1)), "it had looked, and was about to remove"
    [left] = zoom.meetings(SATO)
    assert WebMeeting.objects.get().remote_id == str(left.id)


def test_a_creation_that_never_arrived_is_made_after_it_was_looked_for(zoom, zoomed, sato):
    confirm(offer(sato))
    WebMeeting.objects.update(create_begun=True)  # killed between announcing and sending
    for _ in range(5):
        hurry()
    assert len(zoom.meetings(SATO)) == 1
    assert WebMeeting.objects.get().state == "written"


def test_a_cancellation_while_the_answer_is_lost_leaves_no_meeting(zoom, zoomed, sato):
    appointment = confirm(offer(sato))
    zoom.fault(FaultKind.LOST_REPLY, SATO, count=1)
    run_jobs()
    cancel_by_guest(appointment, reason="", now=timezone.now())
    hurry()
    assert zoom.meetings(SATO) == []
    assert WebMeeting.objects.get().state == "gone"


@pytest.mark.parametrize("kind", [FaultKind.THROTTLED, FaultKind.UNAVAILABLE, FaultKind.TORN])
def test_what_passes_is_tried_again(zoom, zoomed, sato, kind):
    appointment = confirm(offer(sato))
    zoom.fault(kind, SATO, count=3)
    run_jobs()
    assert appointment.state == "confirmed"
    for _ in range(4):
        hurry()
    appointment.refresh_from_db()
    assert len(zoom.meetings(SATO)) == 1
    assert appointment.join_url


def test_the_letters_wait_a_minute_and_the_link_follows(zoom, zoomed, sato):
    appointment = confirm(offer(sato))
    zoom.fault(FaultKind.UNAVAILABLE, SATO)
    run_jobs()
    waiting = MailMessage.objects.filter(kind__in=["confirmed_guest", "confirmed_host"])
    assert set(waiting.values_list("state", flat=True)) == {"waiting"}
    assert all(mail.wait_for_link_until for mail in waiting)
    waiting.update(state="sent", told_link=False)  # a minute has passed, and they went without
    zoom.sandbox.context.faults.clear()
    hurry()
    appointment.refresh_from_db()
    assert appointment.join_url
    assert MailMessage.objects.filter(kind="link_guest").count() == 1
    assert MailMessage.objects.filter(kind="link_host").count() == 1


def test_the_days_limit_is_counted_said_and_waited_for(zoom, zoomed, sato):
    zoom.zoom.store.set_counted(zoom.person(SATO).id, 100)
    appointment = confirm(offer(sato))
    run_jobs()
    row = WebMeeting.objects.get()
    assert (row.state, row.problem) == ("retrying", "zoom_daily_limit")
    assert row.retry_at is not None
    midnight = row.retry_at.replace(hour=0, minute=0, second=0, microsecond=0)
    assert row.retry_at - midnight < timedelta(seconds=5), "when Zoom's day (UTC) ends"
    zoom.zoom.store.set_counted(zoom.person(SATO).id, 0)
    hurry()
    appointment.refresh_from_db()
    assert appointment.join_url


def test_our_own_count_stops_us_before_zoom_does(zoom, zoomed, sato):
    from chosei.actions.daily_limits import used_up

    for _ in range(100):
        assert used_up(zoomed, 100) is None
    confirm(offer(sato))
    run_jobs()
    assert WebMeeting.objects.get().problem == "daily_limit"
    assert zoom.counted(SATO) == 0, "nothing was sent"


def test_a_token_that_died_early_is_renewed_once(zoom, zoomed, sato):
    zoom.zoom.grants.expire_access(zoom.person(SATO).id)
    appointment = settled(sato)
    assert appointment.join_url


def test_two_that_refresh_at_once_spend_one_token(zoom, zoomed, sato):
    """A refresh token is good once: whoever comes second takes what the first has brought."""
    Connection.objects.filter(pk=zoomed.pk).update(access_expires_at=timezone.now())
    zoom.fault(FaultKind.SLOW, SATO, seconds=0.3)
    got: list[object] = []

    def refresh() -> None:
        try:
            got.append(access_token(zoomed.pk))
        except Exception as error:  # noqa: BLE001 (shown by the assertion)
            got.append(error)
        finally:
            database.close()

    threads = [threading.Thread(target=refresh) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert got[0] == got[1]
    assert isinstance(got[0], str)
    zoomed.refresh_from_db()
    assert zoomed.state == "active"
    assert zoom.zoom.grants.holder(zoomed.refresh_token, "refresh") == zoom.person(SATO).id


def test_a_permission_that_is_gone_pauses_the_account_and_nothing_else(zoom, linked, zoomed, sato):
    zoom.zoom.grants.remove(zoom.person(SATO).id)
    Connection.objects.filter(pk=zoomed.pk).update(access_expires_at=timezone.now())
    appointment = settled(sato)
    zoomed.refresh_from_db()
    linked.refresh_from_db()
    assert (zoomed.state, linked.state) == ("needs_reconnect", "active")
    assert (appointment.state, appointment.join_url) == ("confirmed", "")
    assert MailMessage.objects.filter(kind="reconnect", connection=zoomed).count() == 1
    zoom.connect(sato)
    run_jobs()
    appointment.refresh_from_db()
    assert len(zoom.meetings(SATO)) == 1
    assert appointment.join_url


@pytest.mark.parametrize(
    ("kind", "letter"),
    [(FaultKind.CONSENT_WITHDRAWN, "accounts_in_trouble"), (FaultKind.SECRET_WRONG, "registration_broken")],
)
def test_administrators_are_told_of_zoom_and_of_no_other_service(zoom, zoomed, sato, kind, letter):
    zoom.fault(kind, SATO) if kind is FaultKind.CONSENT_WITHDRAWN else zoom.sandbox.context.faults.add(kind)
    with pytest.raises(PortError):
        access_token(zoomed.pk, force=True)
    told = compose(MailMessage.objects.get(kind=letter), now=timezone.now())
    assert told is not None
    assert "Zoom" in told.subject
    assert "Microsoft" not in told.subject + told.text
    assert "Outlook" not in told.text


def hook(client, body: bytes, **headers: str):
    signed = {**webhooks.signed(body, timezone.now()), **headers}
    signed.pop("content-type")
    return client.post("/hooks/zoom", body, content_type="application/json", headers=signed)


def event(name: str, **payload: object) -> bytes:
    return json.dumps({"event": name, "event_ts": 1, "payload": payload}).encode()


def test_the_handshake_is_answered_with_the_secret(zoom, client, db):
    body = event("endpoint.url_validation", plainToken="abc")
    answer = hook(client, body)
    assert answer.status_code == 200
    assert answer.json() == {"plainToken": "abc", "encryptedToken": webhooks._hmac(b"abc")}


def test_what_is_not_zooms_is_refused(zoom, zoomed, client):
    person = zoom.person(SATO)
    body = event(
        "app_deauthorized", account_id=person.account_id, user_id=person.id, client_id=apps.CLIENT_ID
    )
    old = webhooks.signed(body, timezone.now() - timedelta(minutes=6))
    old.pop("content-type")
    for headers in (
        {"x-zm-signature": "v0=" + "0" * 64},
        {"x-zm-request-timestamp": "1"},
        {"x-zm-request-timestamp": ""},
        old,
    ):
        assert hook(client, body, **headers).status_code == 401
    assert hook(client, b"{").status_code == 400
    zoomed.refresh_from_db()
    assert zoomed.state == "active"


def test_removing_the_app_erases_the_account_and_keeps_the_appointment(zoom, zoomed, sato, client):
    appointment = settled(sato)
    link, person = appointment.join_url, zoom.person(SATO)
    zoom.zoom.grants.remove(person.id)
    body = event(
        "app_deauthorized", account_id=person.account_id, user_id=person.id, client_id=apps.CLIENT_ID
    )
    assert hook(client, body).status_code == 204
    assert hook(client, body).status_code == 204, "told twice"
    zoomed.refresh_from_db()
    values = " ".join(str(getattr(zoomed, field.attname)) for field in zoomed._meta.concrete_fields)
    assert zoomed.state == "ended"
    assert not any(one in values for one in (person.id, person.account_id, SATO, "佐藤"))
    assert zoomed.access_token == zoomed.refresh_token == ""
    row = WebMeeting.objects.get()
    assert (row.state, row.problem, row.join_url) == ("parked", "deauthorised", "")
    appointment.refresh_from_db()
    assert (appointment.state, appointment.join_url) == ("confirmed", link)
    assert MailMessage.objects.filter(kind="reconnect", connection=zoomed).count() == 1
    assert TimelineEntry.objects.filter(kind="web_account_gone").count() == 1


def test_a_meeting_deleted_at_zoom_is_noticed(zoom, zoomed, sato, client):
    appointment = settled(sato)
    [made] = zoom.meetings(SATO)
    body = event("meeting.deleted", account_id=zoom.person(SATO).account_id, object={"id": str(made.id)})
    assert hook(client, body).status_code == 204
    run_jobs()
    assert zoom.meetings(SATO) == [made], "it stands: the notice was an echo, or forged"
    zoom.zoom.store.delete(made.id)
    hook(client, body)
    run_jobs()
    appointment.refresh_from_db()
    [anew] = zoom.meetings(SATO)
    assert anew.id != made.id
    assert str(anew.id) in appointment.join_url


def removed(zoom, moment: datetime) -> bytes:
    """The notice that 佐藤 removed the app."""
    person = zoom.person(SATO)
    return event(
        "app_deauthorized",
        account_id=person.account_id,
        user_id=person.id,
        client_id=apps.CLIENT_ID,
        deauthorization_time=moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
    )


def test_a_notice_from_before_the_last_sign_in_takes_nothing_away(zoom, zoomed, client):
    assert hook(client, removed(zoom, timezone.now() - timedelta(minutes=2))).status_code == 204
    zoomed.refresh_from_db()
    assert zoomed.state == "active"
    hook(client, removed(zoom, timezone.now() + timedelta(seconds=2)))
    zoomed.refresh_from_db()
    assert (zoomed.state, zoomed.refresh_token) == ("ended", "")


def test_a_meeting_moved_at_zoom_is_set_back_to_its_appointment(zoom, zoomed, sato, client):
    appointment = settled(sato)
    [made] = zoom.meetings(SATO)
    body = event("meeting.updated", account_id=zoom.person(SATO).account_id, object={"id": str(made.id)})
    hook(client, body)
    run_jobs()
    assert zoom.counted(SATO) == 1, "an echo of our own changes nothing"
    later = (made.start + timedelta(hours=1)).isoformat()
    zoom.zoom.store.change(made, {"start": later, "topic": "別の名前"})
    hook(client, body)
    run_jobs()
    [back] = zoom.meetings(SATO)
    assert (back.id, back.start, back.topic) == (made.id, appointment.starts_at, "導入のご相談")
    assert TimelineEntry.objects.filter(kind="web_meeting_moved_there").count() == 1
    zoom.zoom.store.change(back, {"topic": "別の名前"})
    hook(client, body)
    run_jobs()
    assert zoom.meetings(SATO)[0].topic == "別の名前", "what a person calls it there is theirs"


def test_a_service_that_keeps_moving_a_meeting_is_not_written_to_for_ever(zoom, zoomed, sato, client):
    settled(sato)
    for _ in range(5):
        [made] = zoom.meetings(SATO)
        zoom.zoom.store.change(made, {"start": (made.start + timedelta(hours=1)).isoformat()})
        hook(client, event("meeting.updated", object={"id": str(made.id)}))
        run_jobs()
    assert zoom.counted(SATO) == 1 + 3


def test_one_account_for_two_members_keeps_working_for_the_first(zoom, tenant, zoomed, sato):
    """Signing in again ends the tokens before: without care, the two would put each other out in turn."""
    suzuki = add_member(sato.organization, "suzuki@sample.example", "鈴木 美咲")
    with pytest.raises(ConnectRefused) as refused:
        zoom.connect(suzuki, SATO)
    assert refused.value.reason == "in_use"
    assert not Connection.objects.filter(member=suzuki).exists()
    zoomed.refresh_from_db()
    assert zoomed.state == "active"
    assert settled(sato).join_url
    assert zoom.connect(suzuki, "suzuki@sample.example").state == "active"


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("what", ["make", "move", "cancel"])
def test_killed_around_every_call(zoom, zoomed, sato, what, after):
    for step in range(6):
        appointment = confirm(offer(sato))
        if what != "make":
            run_jobs()
        if what == "move":
            from tests.reconcile.test_zoom import moved_without_work

            appointment.refresh_from_db()
            moved_without_work(appointment, sato, 7)
        elif what == "cancel":
            cancel_by_guest(appointment, reason="", now=timezone.now())
        killed = die_then_recover(Fate(step, after))
        appointment.refresh_from_db()
        made = zoom.meetings(SATO)
        if what == "cancel":
            assert made == [], f"killed at call {step}"
        else:
            assert [one.start for one in made] == [appointment.starts_at], f"killed at call {step}"
            assert str(made[0].id) in appointment.join_url
        if what != "cancel":
            cancel_by_guest(appointment, reason="", now=timezone.now())
            run_jobs()
        if not killed:
            assert step > 0
            return
    raise AssertionError("more calls than expected")


def die_then_recover(fate: Fate) -> bool:
    killed = False
    with mortal(fate, "zoom"):
        try:
            run_jobs(hurrying=MEET)
        except Killed:
            killed = True
    with database.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")
    for _ in range(3):
        WebMeeting.objects.update(changed_at=timezone.now() - timedelta(minutes=1), retry_at=None)
        sweep()
        hurry()
    return killed
