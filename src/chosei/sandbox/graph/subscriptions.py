"""Change notifications: who wants to hear of which mailbox, the handshake, delivery with retries, lifecycle.

Sources: concepts/change-notifications-delivery-webhooks, change-notifications-lifecycle-events. Retries go on
for four hours; a lapsed subscription hears nothing more.
"""

from __future__ import annotations

import logging
import uuid
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, urlsplit

import httpx2

from chosei.sandbox.context import SandboxContext
from chosei.sandbox.graph.model import Event
from chosei.sandbox.graph.problems import bad_request
from chosei.sandbox.graph.work import Work
from chosei.sandbox.graph.zones import stamp
from chosei.sandbox.outgoing import sender

log = logging.getLogger(__name__)

SCHEMA = """
CREATE TABLE IF NOT EXISTS graph_subscriptions (
    id TEXT PRIMARY KEY, tid TEXT NOT NULL, creator TEXT NOT NULL, app_id TEXT NOT NULL,
    mailbox TEXT NOT NULL, resource TEXT NOT NULL, change_types TEXT NOT NULL, url TEXT NOT NULL,
    lifecycle_url TEXT NOT NULL, client_state TEXT NOT NULL, expires TEXT NOT NULL,
    immutable_ids INTEGER NOT NULL
);
"""
LONGEST = timedelta(minutes=10_080)
SHORTEST = timedelta(minutes=45)
_HANDSHAKE_SECONDS = 10
_DELIVERY_SECONDS = 3
_RETRY_SECONDS = (1, 5, 15, 60, 300, 900, 1800, 3600, 7200)


@dataclass(frozen=True)
class Subscription:
    """One subscription; `creator` is the object id of the person, "" for an application."""

    id: str
    tid: str
    creator: str
    app_id: str
    mailbox: str
    resource: str
    change_types: str
    url: str
    lifecycle_url: str
    client_state: str
    expires: datetime
    immutable_ids: bool

    def render(self) -> dict[str, Any]:
        """As Graph answers it."""
        return {
            "id": self.id,
            "resource": self.resource,
            "applicationId": self.app_id,
            "changeType": self.change_types,
            "clientState": self.client_state or None,
            "notificationUrl": self.url,
            "notificationQueryOptions": None,
            "lifecycleNotificationUrl": self.lifecycle_url or None,
            "expirationDateTime": stamp(self.expires),
            "creatorId": self.creator or self.app_id,
            "includeResourceData": None,
            "latestSupportedTlsVersion": "v1_2",
            "encryptionCertificate": None,
            "encryptionCertificateId": None,
            "notificationUrlAppId": None,
        }


class Subscriptions:
    """Keeps subscriptions and delivers to them."""

    def __init__(self, context: SandboxContext, work: Work) -> None:
        self._context = context
        self._work = work
        context.database.register(SCHEMA)
        work.handle("notify", self._deliver)

    def add(self, subscription: Subscription) -> None:
        """Stores a new or changed subscription."""
        self._context.database.execute(
            "INSERT OR REPLACE INTO graph_subscriptions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                subscription.id,
                subscription.tid,
                subscription.creator,
                subscription.app_id,
                subscription.mailbox,
                subscription.resource,
                subscription.change_types,
                subscription.url,
                subscription.lifecycle_url,
                subscription.client_state,
                subscription.expires.isoformat(),
                int(subscription.immutable_ids),
            ),
        )

    def get(self, number: str) -> Subscription | None:
        """A live subscription by id."""
        return next((one for one in self.all() if one.id == number), None)

    def all(self) -> list[Subscription]:
        """Live subscriptions; lapsed ones are forgotten here."""
        now = self._context.clock.now()
        rows = self._context.database.rows("SELECT * FROM graph_subscriptions ORDER BY rowid")
        found = [
            Subscription(
                **{
                    **dict(row),
                    "expires": datetime.fromisoformat(row["expires"]),
                    "immutable_ids": bool(row["immutable_ids"]),
                }
            )
            for row in rows
        ]
        for lapsed in [one for one in found if one.expires <= now]:
            self.remove(lapsed.id)
        return [one for one in found if one.expires > now]

    def remove(self, number: str) -> None:
        """Forgets a subscription."""
        self._context.database.execute("DELETE FROM graph_subscriptions WHERE id = ?", (number,))

    def renew(self, subscription: Subscription, expires: datetime) -> Subscription:
        """Gives it more time."""
        renewed = replace(subscription, expires=expires)
        self.add(renewed)
        return renewed

    def event_changed(self, event: Event, kind: str) -> None:
        """Notifies everybody subscribed to the event's mailbox; called within the change's transaction."""
        for subscription in self.all():
            if subscription.mailbox != event.mailbox:
                continue
            # a creation is followed by an update of the same item, as in Exchange: clients must bear it
            for told in ("created", "updated") if kind == "created" else (kind,):
                if told in subscription.change_types.split(","):
                    self._work.add("notify", self._change(subscription, event, told))

    def lifecycle(self, subscription: Subscription, event: str) -> None:
        """Sends reauthorizationRequired, missed, or subscriptionRemoved, which it then is."""
        if event not in ("reauthorizationRequired", "subscriptionRemoved", "missed"):
            raise ValueError(event)
        if event == "subscriptionRemoved":
            self.remove(subscription.id)
        if subscription.lifecycle_url:
            value = {**self._common(subscription), "lifecycleEvent": event}
            self._work.add("notify", {"url": subscription.lifecycle_url, "value": value, "id": ""})

    def _common(self, subscription: Subscription) -> dict[str, Any]:
        return {
            "subscriptionId": subscription.id,
            "subscriptionExpirationDateTime": stamp(subscription.expires),
            "tenantId": subscription.tid,
            "clientState": subscription.client_state or None,
        }

    def _change(self, subscription: Subscription, event: Event, kind: str) -> dict[str, Any]:
        number = event.id(immutable=subscription.immutable_ids)
        path = f"Users/{event.mailbox}/Events/{number}"
        value = {
            **self._common(subscription),
            "changeType": kind,
            "resource": path,
            "resourceData": {
                "@odata.type": "#Microsoft.Graph.Event",
                "@odata.id": path,
                "@odata.etag": event.etag,
                "id": number,
            },
        }
        return {"url": subscription.url, "value": value, "id": subscription.id}

    async def _deliver(self, payload: dict[str, Any], attempts: int) -> float | None:
        if payload["id"] and self.get(payload["id"]) is None:
            return None
        try:
            async with sender(_DELIVERY_SECONDS) as client:
                answer = await client.post(payload["url"], json={"value": [payload["value"]]})
            delivered = answer.is_success
        except httpx2.HTTPError as error:
            log.info("notification not delivered: %s", type(error).__name__)
            delivered = False
        return None if delivered or attempts >= len(_RETRY_SECONDS) else _RETRY_SECONDS[attempts]


def new_id() -> str:
    """A fresh subscription id."""
    return str(uuid.uuid4())


def check_url(url: Any, member: str) -> str:
    """An address notifications may go to: https, or http on this machine. Raises GraphError 400."""
    parts = urlsplit(url) if isinstance(url, str) else None
    if parts is None or not parts.hostname or parts.fragment:
        raise bad_request("InvalidRequest", f"The '{member}' is not a valid URL.")
    if parts.scheme == "https" or (
        parts.scheme == "http" and parts.hostname in ("127.0.0.1", "localhost", "::1")
    ):
        return str(url)
    raise bad_request("InvalidRequest", f"The '{member}' has to begin with https.")


async def handshake(url: str) -> None:
    """Asks the address to repeat a token: 200, text/plain, within 10 s. Raises GraphError 400."""
    # blanks, a colon and a plus: whoever forgets to decode, or decodes twice, does not repeat it
    token = f"Validation: Testing client reachability for subscription Request-Id: {uuid.uuid4()}+1"
    join = "&" if urlsplit(url).query else "?"
    reason = ""
    try:
        async with sender(_HANDSHAKE_SECONDS) as client:
            answer = await client.post(
                f"{url}{join}validationToken={quote(token, safe='')}",
                headers={"content-type": "text/plain; charset=utf-8"},
            )
        kind = answer.headers.get("content-type", "").split(";")[0].strip().lower()
        if answer.status_code != 200:
            reason = f"Notification endpoint must respond with 200 OK, it answered {answer.status_code}."
        elif kind != "text/plain":
            reason = f"Notification endpoint must respond with text/plain, it answered {kind}."
        elif answer.content.decode("utf-8", "replace") != token:
            reason = "Notification endpoint did not repeat the validation token."
    except httpx2.TimeoutException:
        reason = "Subscription validation request timed out."
    except httpx2.HTTPError as error:
        reason = f"Notification endpoint could not be reached: {type(error).__name__}."
    if reason:
        raise bad_request("ValidationError", f"Subscription validation request failed. {reason}")
