"""/me, /users, /organization and /me/mailboxSettings."""

from __future__ import annotations

import base64
import re
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from chosei.sandbox.directory import Tenant, User
from chosei.sandbox.graph import odata
from chosei.sandbox.graph.calls import Call, answer, route
from chosei.sandbox.graph.problems import bad_query, bad_request, no_such_user
from chosei.sandbox.graph.schedule import working_hours

PAGE = 100
_DEFAULT = (
    "businessPhones", "displayName", "givenName", "jobTitle", "mail", "mobilePhone", "officeLocation",
    "preferredLanguage", "surname", "userPrincipalName", "id",
)  # fmt: skip
_BASIC = ("displayName", "givenName", "surname", "mail", "userPrincipalName", "id")
_MEMBERS = frozenset(
    {
        *_DEFAULT, "accountEnabled", "city", "companyName", "country", "department", "proxyAddresses",
        "otherMails", "userType", "mailNickname", "usageLocation", "mailboxSettings", "imAddresses",
        "createdDateTime", "showInAddressList", "state", "employeeId", "identities",
    }
)  # fmt: skip
_FILTERABLE = {"mail", "userprincipalname", "displayname", "givenname", "surname", "id", "proxyaddresses"}
_SEARCH = re.compile(r'"(displayName|mail|userPrincipalName|givenName|surname):([^"]+)"', re.IGNORECASE)


def routes() -> list[Route]:
    """The directory."""
    return [
        route("/me", "GET", me),
        route("/me/mailboxSettings", "GET", mailbox_settings),
        route("/users/{user}/mailboxSettings", "GET", mailbox_settings),
        route("/users", "GET", list_users),
        route("/users/{user}", "GET", get_user),
        route("/organization", "GET", organization),
    ]


async def me(call: Call) -> Response:
    """The signed-in person."""
    call.caller.require("User.Read", "User.ReadBasic.All", "User.Read.All")
    chosen = odata.options(call.request, "select", "expand")
    body = _shape(call.caller.user, call.caller.tenant, chosen.select or _DEFAULT, _MEMBERS)
    return answer({"@odata.context": odata.context_url(call.request, "users/$entity"), **body})


async def get_user(call: Call) -> Response:
    """A person by object id or user principal name; mail addresses are no names here."""
    own = call.caller.account
    key = call.request.path_params["user"]
    is_own = own is not None and key.casefold() in (own.oid.casefold(), own.upn.casefold())
    call.caller.require(*(["User.Read"] if is_own else []), "User.ReadBasic.All", "User.Read.All")
    chosen = odata.options(call.request, "select", "expand")
    user = call.context.directory.user(key, call.caller.tenant.tid)
    if user is None or key.casefold() not in (user.oid.casefold(), user.upn.casefold()):
        raise no_such_user(key)
    visible = _MEMBERS if is_own else _visible(call)
    wanted = chosen.select or _DEFAULT
    body = _shape(user, call.caller.tenant, wanted, visible)
    return answer({"@odata.context": odata.context_url(call.request, "users/$entity"), **body})


async def list_users(call: Call) -> Response:
    """Pages of the tenant's people; $search, and $count with it, need ConsistencyLevel: eventual."""
    call.caller.require("User.ReadBasic.All", "User.Read.All")
    chosen = odata.options(call.request, "select", "top", "filter", "orderby", "count", "search", "skiptoken")
    eventual = call.request.headers.get("consistencylevel", "").lower() == "eventual"
    if (chosen.search or chosen.count) and not eventual:
        raise bad_request(
            "Request_UnsupportedQuery",
            "Request with $search or $count needs the header ConsistencyLevel: eventual.",
        )
    if chosen.top is not None and chosen.top > 999:
        raise bad_query("Invalid page size specified: it has to be from 1 to 999.")
    if chosen.filter and not {path.lower() for path in chosen.filter.paths()} <= _FILTERABLE:
        raise bad_request("Request_UnsupportedQuery", "Unsupported or invalid query filter clause.")
    people = [(user, profile(user)) for user in call.context.directory.users(call.caller.tenant.tid)]
    if chosen.filter:
        people = [(user, item) for user, item in people if chosen.filter.matches(item)]
    if chosen.search:
        people = [(user, item) for user, item in people if _found(item, chosen.search)]
    by_id = {user.oid: user for user, _ in people}
    ordered = odata.order([item for _, item in people], chosen.orderby)
    shaped = [
        _shape(by_id[item["id"]], call.caller.tenant, chosen.select or _DEFAULT, _visible(call))
        for item in ordered
    ]
    return answer(
        {
            "@odata.context": odata.context_url(call.request, "users"),
            **_page(call, shaped, chosen),
        }
    )


def _page(call: Call, items: list[dict[str, Any]], chosen: odata.Options) -> dict[str, Any]:
    """The directory pages by token, not by $skip."""
    token = call.request.query_params.get("$skiptoken", "")
    try:
        offset = int(base64.urlsafe_b64decode(token).decode()) if token else 0
    except ValueError as error:
        raise bad_request("Directory_ExpiredPageToken", "The page token is not valid.") from error
    size = chosen.top or PAGE
    body: dict[str, Any] = {"@odata.count": len(items)} if chosen.count else {}
    body["value"] = items[offset : offset + size]
    if offset + size < len(items):
        following = base64.urlsafe_b64encode(str(offset + size).encode()).decode()
        url = call.request.url.remove_query_params("$skiptoken").include_query_params(
            **{"$skiptoken": following}
        )
        body["@odata.nextLink"] = str(url)
    return body


def _found(item: dict[str, Any], search: str) -> bool:
    terms = _SEARCH.findall(search)
    if not terms or re.sub(r"\s+(OR|AND)\s+|\s+", "", _SEARCH.sub("", search)):
        raise bad_request("Request_BadRequest", 'The $search needs terms of the form "member:text".')
    hits = []
    for name, text in terms:
        value = next(str(entry or "") for key, entry in item.items() if key.lower() == name.lower())
        words = re.split(r"[\s@.\-_]+", value.casefold())
        hits.append(any(word.startswith(text.casefold()) for word in [value.casefold(), *words]))
    return any(hits) if " OR " in search else all(hits)


def profile(user: User) -> dict[str, Any]:
    """All members this directory knows of a person."""
    return {
        "id": user.oid,
        "businessPhones": [],
        "displayName": user.display_name,
        "givenName": user.given_name,
        "surname": user.surname,
        "jobTitle": user.job_title or None,
        "mail": user.mail,
        "mobilePhone": None,
        "officeLocation": None,
        "preferredLanguage": "ja-JP",
        "userPrincipalName": user.upn,
        "accountEnabled": True,
        "userType": "Member",
        "usageLocation": "JP",
        "mailNickname": user.upn.split("@")[0],
        "proxyAddresses": list(user.proxy_addresses),
        "otherMails": [],
    }


def _visible(call: Call) -> frozenset[str]:
    full = "User.Read.All" in call.caller.scopes
    return _MEMBERS if full else frozenset(_BASIC)


def _shape(user: User, tenant: Tenant, wanted: tuple[str, ...], visible: frozenset[str]) -> dict[str, Any]:
    """The wanted members; what the permission hides comes as null, as in Graph."""
    known = {name.lower(): name for name in _MEMBERS}
    item = {**profile(user), "companyName": tenant.name}
    body: dict[str, Any] = {}
    for name in wanted:
        if name.lower() not in known:
            raise bad_query(f"Could not find a property named '{name}' on type 'microsoft.graph.user'.")
        member = known[name.lower()]
        hidden: Any = [] if member in ("businessPhones", "proxyAddresses", "otherMails") else None
        body[member] = item.get(member) if member in visible else hidden
    return {**body, "id": user.oid}


async def organization(call: Call) -> Response:
    """The caller's tenant; with User.Read alone only its id, name and domains."""
    call.caller.require("User.Read", "Organization.Read.All")
    chosen = odata.options(call.request, "select")
    tenant = call.caller.tenant
    item = {
        "id": tenant.tid,
        "displayName": tenant.name,
        "verifiedDomains": [
            {
                "capabilities": "Email, OfficeCommunicationsOnline",
                "isDefault": True,
                "isInitial": False,
                "name": tenant.domain,
                "type": "Managed",
            }
        ],
    }
    members = frozenset({*item, "countryLetterCode", "preferredLanguage", "tenantType", "city", "country"})
    item = odata.narrow(item, chosen.select, members, "organization")
    return answer({"@odata.context": odata.context_url(call.request, "organization"), "value": [item]})


async def mailbox_settings(call: Call) -> Response:
    """Zone, language and working hours of the mailbox."""
    box = call.mailbox("MailboxSettings.Read", "MailboxSettings.ReadWrite")
    chosen = odata.options(call.request, "select")
    tenant = call.context.directory.tenant(box.tid)
    zone_name = tenant.time_zone if tenant else "UTC"
    item = {
        "archiveFolder": None,
        "timeZone": zone_name,
        "dateFormat": "yyyy/MM/dd",
        "timeFormat": "H:mm",
        "delegateMeetingMessageDeliveryOptions": "sendToDelegateOnly",
        "userPurpose": "room" if box.room else "user",
        "language": {"locale": "ja-JP", "displayName": "日本語 (日本)"},
        "workingHours": working_hours(zone_name),
        "automaticRepliesSetting": {"status": "disabled", "externalAudience": "all"},
    }
    item = odata.narrow(item, chosen.select, frozenset(item), "mailboxSettings")
    return answer({"@odata.context": odata.context_url(call.request, "users/mailboxSettings"), **item})
