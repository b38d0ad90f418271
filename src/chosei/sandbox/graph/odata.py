"""OData query options and Prefer headers, read strictly: what Graph would refuse is refused."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from starlette.requests import Request

from chosei.sandbox.context import origin_of
from chosei.sandbox.graph import filters
from chosei.sandbox.graph.problems import bad_query, bad_request
from chosei.sandbox.graph.zones import zone

MAX_TOP = 1000
_PREFERENCE = re.compile(r'\s*([A-Za-z.\-]+)\s*=\s*(?:"([^"]*)"|\'([^\']*)\'|([^,;\s]+))\s*')
_KNOWN = {
    "$select",
    "$expand",
    "$orderby",
    "$filter",
    "$search",
    "$top",
    "$skip",
    "$count",
    "$skiptoken",
    "$deltatoken",
}


@dataclass(frozen=True)
class Prefer:
    """What the Prefer header asks for."""

    time_zone: str = "UTC"
    immutable_ids: bool = False
    text_body: bool = False
    page_size: int | None = None

    def applied(self) -> dict[str, str]:
        """The Preference-Applied header, empty when nothing was asked for."""
        parts = []
        if self.time_zone != "UTC":
            parts.append(f'outlook.timezone="{self.time_zone}"')
        if self.immutable_ids:
            parts.append('IdType="ImmutableId"')
        if self.text_body:
            parts.append('outlook.body-content-type="text"')
        return {"Preference-Applied": ", ".join(parts)} if parts else {}


def prefer(request: Request) -> Prefer:
    """Reads all Prefer headers. Raises GraphError 400 for a time zone that does not exist."""
    wishes: dict[str, str] = {}
    for header in request.headers.getlist("prefer"):
        for match in _PREFERENCE.finditer(header):
            wishes[match[1].lower()] = next(value for value in match.groups()[1:] if value is not None)
    zone(wishes.get("outlook.timezone"))
    size = wishes.get("odata.maxpagesize")
    return Prefer(
        time_zone=wishes.get("outlook.timezone", "UTC"),
        immutable_ids=wishes.get("idtype", "").lower() == "immutableid",
        text_body=wishes.get("outlook.body-content-type", "").lower() == "text",
        page_size=max(1, min(int(size), MAX_TOP)) if size and size.isdigit() else None,
    )


@dataclass(frozen=True)
class Options:
    """Query options of one call; `plain` holds parameters without a dollar sign."""

    select: tuple[str, ...] = ()
    expand: str = ""
    orderby: tuple[tuple[str, bool], ...] = ()
    filter: filters.Node | None = None
    search: str = ""
    top: int | None = None
    skip: int = 0
    count: bool = False
    plain: Mapping[str, str] = field(default_factory=dict)


def options(request: Request, *allowed: str, plain: tuple[str, ...] = ()) -> Options:
    """Reads the query string. Options outside `allowed` (written without $) raise GraphError 400, as do
    values     that are not what it takes. Parameter names in `plain` compare without case, as in Graph."""
    found: dict[str, str] = {}
    own: dict[str, str] = {}
    names = {name.lower(): name for name in plain}
    for name, value in request.query_params.multi_items():
        lowered = name.lower()
        if lowered in names:
            own[names[lowered]] = value
            continue
        dollar = lowered if lowered.startswith("$") else f"${lowered}"
        if dollar not in _KNOWN:
            if lowered.startswith("$"):
                raise bad_query(f"The query parameter '{name}' is not supported.")
            continue  # Graph ignores custom parameters
        if dollar[1:] not in allowed:
            raise bad_request("ErrorInvalidRequest", f"The query parameter '{dollar}' is not supported here.")
        if dollar in found:
            raise bad_query(
                f"Query option '{dollar}' was specified more than once, but it may be given once."
            )
        found[dollar] = value
    return Options(
        select=_names(found.get("$select")),
        expand=found.get("$expand", ""),
        orderby=_order(found.get("$orderby")),
        filter=filters.parse(found["$filter"]) if "$filter" in found else None,
        search=found.get("$search", ""),
        top=_number(found.get("$top"), "$top", 1, MAX_TOP),
        skip=_number(found.get("$skip"), "$skip", 0, None) or 0,
        count=_flag(found.get("$count")),
        plain=own,
    )


def _number(text: str | None, name: str, low: int, high: int | None) -> int | None:
    if text is None:
        return None
    if not re.fullmatch(r"-?\d+", text) or int(text) < low or (high is not None and int(text) > high):
        bound = f"The limit of '{high}' for Top query has been exceeded." if high else ""
        raise bad_query(f"Invalid value '{text}' for {name} query option found. {bound}".rstrip())
    return int(text)


def _flag(text: str | None) -> bool:
    if text is None:
        return False
    if text.lower() not in ("true", "false"):
        raise bad_query(f"Invalid value '{text}' for $count query option found.")
    return text.lower() == "true"


def _names(text: str | None) -> tuple[str, ...]:
    if text is None:
        return ()
    names = tuple(part.strip() for part in text.split(","))
    if not all(names):
        raise bad_query("Term in the $select query option is empty.")
    return names


def _order(text: str | None) -> tuple[tuple[str, bool], ...]:
    if text is None:
        return ()
    terms = []
    for part in text.split(","):
        match = re.fullmatch(r"\s*([A-Za-z/]+)(?:\s+(asc|desc))?\s*", part, re.IGNORECASE)
        if match is None:
            raise bad_query(f"Syntax error in '$orderby={text}'.")
        terms.append((match[1], (match[2] or "asc").lower() == "desc"))
    return tuple(terms)


def narrow(
    item: dict[str, Any], select: tuple[str, ...], known: frozenset[str], type_name: str
) -> dict[str, Any]:
    """Keeps the selected members (names without case) plus id and annotations.

    Raises GraphError 400 for a name the type does not have.
    """
    if not select or select == ("*",):
        return item
    by_lower = {name.lower(): name for name in known}
    wanted = {"id"}
    for name in select:
        if name.lower() not in by_lower:
            raise bad_query(
                f"Could not find a property named '{name}' on type 'microsoft.graph.{type_name}'."
            )
        wanted.add(by_lower[name.lower()])
    return {key: value for key, value in item.items() if key in wanted or key.startswith("@odata.")}


def order(items: list[dict[str, Any]], terms: tuple[tuple[str, bool], ...]) -> list[dict[str, Any]]:
    """Sorts by $orderby; nulls first, as OData says. Raises GraphError 400 for a name nobody has."""
    for name, descending in reversed(terms):
        items = sorted(items, key=_sort_key(name), reverse=descending)
    return items


def _sort_key(name: str) -> Callable[[dict[str, Any]], tuple[bool, str]]:
    def key(item: dict[str, Any]) -> tuple[bool, str]:
        value = filters.member(item, name.split("/"))
        return (value is not None, str(value).casefold())

    return key


def page(request: Request, items: list[dict[str, Any]], chosen: Options, default: int) -> dict[str, Any]:
    """One page of a collection with its @odata.nextLink (absolute, all options kept) and @odata.count."""
    size = chosen.top or default
    body: dict[str, Any] = {}
    if chosen.count:
        body["@odata.count"] = len(items)
    body["value"] = items[chosen.skip : chosen.skip + size]
    if chosen.skip + size < len(items):
        rest = [(k, v) for k, v in request.query_params.multi_items() if k.lower() not in ("$skip", "skip")]
        query = "&".join(f"{quote(k, safe='$')}={quote(v, safe='')}" for k, v in rest)
        body["@odata.nextLink"] = f"{link(request)}?{query}{'&' if query else ''}$skip={chosen.skip + size}"
    return body


def link(request: Request) -> str:
    """This call's absolute address without its query, percent-encoded as it came."""
    raw: bytes = request.scope.get("raw_path") or quote(request.scope["path"]).encode()
    return origin_of(request) + raw.split(b"?")[0].decode("ascii")


def context_url(request: Request, what: str) -> str:
    """The @odata.context of an answer."""
    return f"{origin_of(request)}/v1.0/$metadata#{what}"
