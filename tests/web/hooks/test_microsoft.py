"""Where Microsoft notifies us: strangers learn nothing and do no harm."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from chosei.actions.notices import digest
from chosei.records.models import Subscription
from chosei.web.hooks.microsoft import MOST_BYTES
from tests.support import company

pytestmark = pytest.mark.django_db
HOOK = "/hooks/microsoft"
SECRET = "s" * 43


@pytest.fixture
def subscription() -> Subscription:
    return Subscription.objects.create(
        connection=company.connect(company.member()),
        remote_id="11111111-2222-4333-8444-555555555555",
        secret_hash=digest(SECRET),
        url="https://chosei.example" + HOOK,
        expires_at=timezone.now() + timedelta(days=6),
        due_at=timezone.now() + timedelta(days=1),
    )


def notice(subscription: Subscription, **values: Any) -> dict[str, Any]:
    return {
        "subscriptionId": subscription.remote_id,
        "clientState": SECRET,
        "changeType": "updated",
        "resource": "Users/x/Events/y",
        **values,
    }


def post(client: Any, *notices: Any) -> int:
    answer = client.post(HOOK, json.dumps({"value": list(notices)}), content_type="application/json")
    return int(answer.status_code)


def queued() -> list[tuple[str, str]]:
    return sorted(
        (job.task_name, job.args["about"]) for job in ProcrastinateJob.objects.filter(status="todo")
    )


def test_the_handshake_repeats_the_token_decoded_and_harmless(client):
    answer = client.post(HOOK + "?validationToken=Validation%3A+one%20two%2B1")
    assert (answer.status_code, answer.content.decode()) == (200, "Validation: one two+1")
    assert answer["Content-Type"].startswith("text/plain")
    hostile = client.post(HOOK, query_params={"validationToken": "<script>alert(1)</script>"})
    assert "<" not in hostile.content.decode()
    assert hostile["X-Content-Type-Options"] == "nosniff"
    assert client.post(HOOK, query_params={"validationToken": "x" * 5000}).status_code == 400
    assert client.get(HOOK).status_code == 405


def test_many_notices_are_one_reading(client, subscription):
    connection = str(subscription.connection_id)
    assert post(client, *[notice(subscription)] * 5) == 202
    assert post(client, notice(subscription, changeType="deleted")) == 202
    assert queued() == [("chosei.observe", connection)]


def test_what_is_not_ours_or_not_genuine_is_taken_and_ignored(client, subscription):
    assert post(client, notice(subscription, subscriptionId="somebody-elses")) == 202
    assert post(client, notice(subscription, clientState="s" * 42 + "t")) == 202
    assert post(client, notice(subscription, clientState=None)) == 202
    assert post(client, notice(subscription, clientState="", lifecycleEvent="subscriptionRemoved")) == 202
    assert (
        post(client, "no notice", None, {}, {"subscriptionId": ["x"]}, {"subscriptionId": "\0\ud800"}) == 202
    )
    assert queued() == []


def test_a_subscription_that_does_not_stand_believes_nobody(client, subscription):
    Subscription.objects.update(remote_id="", secret_hash="")
    assert post(client, notice(subscription, subscriptionId="", clientState="")) == 202
    assert queued() == []


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"value": 1}', b"\xff", b"[" * 100_000])
def test_what_cannot_be_read_is_refused(client, db, body):
    assert client.post(HOOK, body, content_type="application/json").status_code == 400


def test_a_body_of_any_size_is_not_read(client, db):
    assert client.post(HOOK, b"x" * (MOST_BYTES + 1), content_type="application/json").status_code == 413


@pytest.mark.parametrize("event", ["reauthorizationRequired", "subscriptionRemoved"])
def test_a_subscription_in_trouble_is_looked_after_at_once(client, subscription, event):
    assert post(client, notice(subscription, lifecycleEvent=event)) == 202
    connection = str(subscription.connection_id)
    assert queued() == [("chosei.observe", connection), ("chosei.watch", connection)]
    subscription.refresh_from_db()
    assert subscription.due_at <= timezone.now()


def test_missed_notices_are_made_up_by_reading(client, subscription):
    assert post(client, notice(subscription, lifecycleEvent="missed")) == 202
    assert queued() == [("chosei.observe", str(subscription.connection_id))]
