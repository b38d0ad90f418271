"""/subscriptions: make, read, renew, delete, reauthorize."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import unquote

from starlette.responses import Response
from starlette.routing import Route

from chosei.sandbox.errors import GraphError
from chosei.sandbox.graph import odata
from chosei.sandbox.graph.calls import READ, Call, answer, route
from chosei.sandbox.graph.mailboxes import Mailbox, find, of_user
from chosei.sandbox.graph.problems import access_denied, bad_request, no_mailbox, unknown_property
from chosei.sandbox.graph.subscriptions import (
    LONGEST,
    SHORTEST,
    Subscription,
    check_url,
    handshake,
    new_id,
)
from chosei.sandbox.graph.zones import parse_instant, stamp

_CREATE = {
    "changeType", "notificationUrl", "lifecycleNotificationUrl", "resource", "expirationDateTime",
    "clientState", "latestSupportedTlsVersion", "includeResourceData", "encryptionCertificate",
    "encryptionCertificateId", "notificationUrlAppId", "notificationQueryOptions",
}  # fmt: skip
_UPDATE = {"expirationDateTime", "notificationUrl"}
_RESOURCE = re.compile(r"/?(?:me|users/([^/]+))/(?:events|calendar/events)/?", re.IGNORECASE)


def routes() -> list[Route]:
    """Subscriptions of the calling application."""
    return [
        route("/subscriptions", "GET", list_all),
        route("/subscriptions", "POST", create),
        route("/subscriptions/{subscription}", "GET", get_one),
        route("/subscriptions/{subscription}", "PATCH", update),
        route("/subscriptions/{subscription}", "DELETE", delete),
        route("/subscriptions/{subscription}/reauthorize", "POST", reauthorize),
    ]


async def create(call: Call) -> Response:
    """201 once both addresses repeated their validation token."""
    call.caller.require(*READ)
    body = await call.json()
    wanted = _read(call, body)
    for url in dict.fromkeys(url for url in (wanted.url, wanted.lifecycle_url) if url):
        await handshake(url)
    call.store.subscriptions.add(wanted)
    return answer({"@odata.context": _context(call), **wanted.render()}, 201)


async def list_all(call: Call) -> Response:
    """What this application and person subscribed to."""
    call.caller.require(*READ)
    value = [one.render() for one in call.store.subscriptions.all() if _is_own(call, one)]
    return answer({"@odata.context": odata.context_url(call.request, "subscriptions"), "value": value})


async def get_one(call: Call) -> Response:
    """One subscription."""
    call.caller.require(*READ)
    return answer({"@odata.context": _context(call), **_find(call).render()})


async def update(call: Call) -> Response:
    """Renews; a new address is validated like a first one."""
    call.caller.require(*READ)
    body = await call.json()
    found = _find(call)
    if not isinstance(body, dict) or not body:
        raise bad_request("InvalidRequest", "There is nothing to change.")
    for name in body:
        if name not in _UPDATE and not name.startswith("@"):
            raise bad_request("InvalidRequest", f"The property '{name}' cannot be changed.")
    expires = _expiry(call, body["expirationDateTime"]) if "expirationDateTime" in body else found.expires
    if "notificationUrl" in body:
        raise bad_request(
            "InvalidRequest", "The notificationUrl of an Outlook subscription cannot be changed."
        )
    return answer(
        {"@odata.context": _context(call), **call.store.subscriptions.renew(found, expires).render()}
    )


async def delete(call: Call) -> Response:
    """204."""
    call.caller.require(*READ)
    call.store.subscriptions.remove(_find(call).id)
    return Response(status_code=204)


async def reauthorize(call: Call) -> Response:
    """204; the answer to reauthorizationRequired."""
    call.caller.require(*READ)
    _find(call)
    return Response(status_code=204)


def _read(call: Call, body: Any) -> Subscription:
    if not isinstance(body, dict):
        raise bad_request("BadRequest", "Unable to read JSON request payload.")
    for name in body:
        if name not in _CREATE and not name.startswith("@"):
            raise unknown_property(name, "microsoft.graph.subscription")
    for name in ("changeType", "notificationUrl", "resource", "expirationDateTime"):
        if not isinstance(body.get(name), str) or not body[name]:
            raise bad_request("InvalidRequest", f"The property '{name}' is required.")
    if body.get("includeResourceData") or body.get("encryptionCertificate"):
        raise bad_request(
            "InvalidRequest", "Notifications with resource data need a $select and a certificate."
        )
    types = body["changeType"].split(",")
    if len(set(types)) != len(types) or not set(types) <= {"created", "updated", "deleted"}:
        raise bad_request("InvalidRequest", f"'{body['changeType']}' is not a list of change types.")
    state = body.get("clientState") or ""
    if not isinstance(state, str) or len(state) > 128:
        raise bad_request("InvalidRequest", "The clientState may have at most 128 characters.")
    box = _mailbox(call, body["resource"])
    lifecycle = body.get("lifecycleNotificationUrl")
    return Subscription(
        id=new_id(),
        tid=call.caller.tenant.tid,
        creator=call.caller.account.oid if call.caller.account else "",
        app_id=call.caller.app_id,
        mailbox=box.key,
        resource=body["resource"],
        change_types=body["changeType"],
        url=check_url(body["notificationUrl"], "notificationUrl"),
        lifecycle_url=check_url(lifecycle, "lifecycleNotificationUrl") if lifecycle else "",
        client_state=state,
        expires=_expiry(call, body["expirationDateTime"]),
        immutable_ids=call.wish.immutable_ids,
    )


def _mailbox(call: Call, resource: str) -> Mailbox:
    match = _RESOURCE.fullmatch(unquote(resource))
    if match is None:
        raise bad_request("InvalidRequest", f"Resource '{resource}' is not supported.")
    if match[1] is None:
        if not call.caller.user.mailbox:
            raise no_mailbox()
        return of_user(call.caller.user)
    box = find(call.context.directory, match[1], call.caller.tenant.tid)
    account = call.caller.account
    if box is None:
        raise GraphError(404, "ResourceNotFound", "The mailbox of this resource was not found.")
    if account and account.oid != box.key and call.store.repository.role(box.key, account.oid) is None:
        raise access_denied()
    return box


def _expiry(call: Call, text: Any) -> datetime:
    if not isinstance(text, str) or not re.search(r"(Z|[+-]\d{2}:\d{2})$", text):
        raise bad_request("InvalidRequest", "The expirationDateTime needs an instant with its offset.")
    wanted = parse_instant(text, "expirationDateTime")
    now = call.context.clock.now()
    if wanted <= now:
        raise bad_request("InvalidRequest", "Subscription expiration must be in the future.")
    if wanted - now > LONGEST + timedelta(minutes=1):
        limit = int(LONGEST.total_seconds() // 60)
        raise bad_request(
            "ExtensionError",
            f"Subscription expiration can only be {limit} minutes in the future, not {stamp(wanted)}.",
        )
    return max(wanted, now + SHORTEST)


def _find(call: Call) -> Subscription:
    found = call.store.subscriptions.get(call.request.path_params["subscription"])
    if found is None or not _is_own(call, found):
        raise GraphError(404, "ResourceNotFound", "The object was not found.")
    return found


def _is_own(call: Call, one: Subscription) -> bool:
    creator = call.caller.account.oid if call.caller.account else ""
    return (one.tid, one.app_id, one.creator) == (call.caller.tenant.tid, call.caller.app_id, creator)


def _context(call: Call) -> str:
    return odata.context_url(call.request, "subscriptions/$entity")
