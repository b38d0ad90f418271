"""Time zones and translation of ids."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from starlette.responses import Response
from starlette.routing import Route
from tzlocal.windows_tz import win_tz

from chosei.sandbox.errors import GraphError
from chosei.sandbox.graph import ids, odata
from chosei.sandbox.graph.calls import Call, answer, both
from chosei.sandbox.graph.mailboxes import Mailbox
from chosei.sandbox.graph.problems import bad_request, wrong_type
from chosei.sandbox.graph.zones import IANA_NAMES

_FORMATS = {"entryId", "ewsId", "immutableEntryId", "restId", "restImmutableEntryId"}
MAX_IDS = 1000


def routes() -> list[Route]:
    """Each under /me and /users/{id}."""
    zones = "/outlook/supportedTimeZones"
    return [
        *both(zones, "GET", supported_time_zones),
        *both(f"{zones}()", "GET", supported_time_zones),
        *both(
            f"{zones}(TimeZoneStandard=microsoft.graph.timeZoneStandard'{{standard}}')",
            "GET",
            supported_time_zones,
        ),
        *both("/translateExchangeIds", "POST", translate_ids),
    ]


async def supported_time_zones(call: Call) -> Response:
    """Windows names, or the listed IANA ones."""
    call.caller.require("User.Read", "User.ReadBasic.All", "User.Read.All")
    standard = call.request.path_params.get("standard", "windows").lower()
    if standard not in ("windows", "iana"):
        raise bad_request("BadRequest", "The TimeZoneStandard is Windows or Iana.")
    names = sorted(win_tz) if standard == "windows" else list(IANA_NAMES)
    value = [{"alias": name, "displayName": name} for name in names]
    context = odata.context_url(call.request, "Collection(microsoft.graph.timeZoneInformation)")
    return answer({"@odata.context": context, "value": value})


async def translate_ids(call: Call) -> Response:
    """Ids of items between the default and the immutable form; unknown ones carry errorDetails."""
    box = call.mailbox("User.Read", "User.ReadBasic.All", "User.Read.All")
    body = await call.object("inputIds", "sourceIdType", "targetIdType")
    numbers = body.get("inputIds")
    if not isinstance(numbers, list) or not all(isinstance(one, str) for one in numbers):
        raise wrong_type("inputIds", "Collection(Edm.String)")
    if len(numbers) > MAX_IDS:
        raise bad_request("ErrorInvalidRequest", f"At most {MAX_IDS} ids can be translated at once.")
    for name in ("sourceIdType", "targetIdType"):
        if body.get(name) not in _FORMATS:
            raise bad_request("BadRequest", f"'{body.get(name)}' is not an id format.")
    immutable = "immutable" in str(body["targetIdType"]).lower()
    value = [_translated(call, box, number, immutable=immutable) for number in numbers]
    context = odata.context_url(call.request, "Collection(microsoft.graph.convertIdResult)")
    return answer({"@odata.context": context, "value": value})


def _translated(call: Call, box: Mailbox, number: str, *, immutable: bool) -> dict[str, Any]:
    try:
        one = call.store.find_instance(box.key, number)
    except GraphError as error:
        return {"sourceId": number, "errorDetails": {"code": error.code, "message": error.message}}
    moves = None if immutable else one.event.folder_moves
    target = replace(ids.decode(number), folder_moves=moves).encode()
    return {"sourceId": number, "targetId": target}
