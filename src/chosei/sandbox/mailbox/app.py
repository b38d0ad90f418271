"""The viewer: a list, a page for each mail, and the same as JSON for tests."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from socket import socket
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from chosei.sandbox.mailbox.contents import contents_of
from chosei.sandbox.mailbox.moments import moment, when
from chosei.sandbox.mailbox.sink import serve_smtp
from chosei.sandbox.mailbox.store import Entry, Store, parse
from chosei.sandbox.mailbox.texts import translated

_HERE = Path(__file__).parent
_TABS = ("html", "text", "calendar", "source")
_LOOPBACK = ["127.0.0.1", "localhost", "[::1]"]
# A mail is a stranger's page: no script, no outside picture, and its links open beside it.
_MAIL_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'self'; frame-ancestors 'self'"
)
_PAGE_POLICY = "default-src 'none'; style-src 'self'; img-src data:; frame-src 'self'; form-action 'self'"

_templates = Environment(
    loader=FileSystemLoader(_HERE / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def create_app(store: Store, smtp: socket, *, everywhere: bool = False) -> Starlette:
    """The viewer over ``store``; while it runs, mails are taken on ``smtp``.

    It answers only under this machine's own names, unless ``everywhere``: otherwise any page in a browser
    could read it under a name of its own.
    """

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        server = await serve_smtp(store, smtp)
        yield
        server.close()

    app = Starlette(
        routes=[
            Route("/", _list),
            Route("/clear", _clear, methods=["POST"]),
            Route("/messages/{number:int}", _mail),
            Route("/messages/{number:int}/body", _body),
            Route("/messages/{number:int}/source", _source),
            Route("/messages/{number:int}/invite.ics", _calendar),
            Route("/api/messages", _api_list),
            Route("/api/messages/{number:int}", _api_mail),
            Route("/language/{language}", _language, methods=["POST"]),
            Mount("/static", StaticFiles(directory=_HERE / "static")),
        ],
        middleware=[
            Middleware(TrustedHostMiddleware, allowed_hosts=["*"] if everywhere else _LOOPBACK),
        ],
        exception_handlers={404: _not_found},
        lifespan=lifespan,
    )
    app.state.store = store
    return app


def _store(request: Request) -> Store:
    store: Store = request.app.state.store
    return store


async def _list(request: Request) -> Response:
    words = request.query_params.get("q", "").strip()
    return _page(request, "list.html", {"entries": _store(request).search(anything=words), "words": words})


async def _mail(request: Request) -> Response:
    entry = _entry(request)
    if entry is None:
        return await _not_found(request, None)
    tab = request.query_params.get("tab", "html")
    source = _store(request).source(entry)
    values = {
        "entry": entry,
        "receipts": _store(request).receipts(entry.message_id),
        "contents": contents_of(parse(source)),
        "source": source.decode("utf-8", "replace"),
        "tab": tab if tab in _TABS else "html",
        "tabs": _TABS,
    }
    return _page(request, "mail.html", values)


async def _body(request: Request) -> Response:
    entry = _entry(request)
    if entry is None:
        return await _not_found(request, None)
    html = contents_of(parse(_store(request).source(entry))).html
    # Links leave the frame: without this they would open inside it.
    html = html.replace("<head>", '<head><base target="_blank">', 1)
    return HTMLResponse(html, headers={"Content-Security-Policy": _MAIL_POLICY, **_ALWAYS})


async def _source(request: Request) -> Response:
    entry = _entry(request)
    if entry is None:
        return await _not_found(request, None)
    return Response(_store(request).source(entry), media_type="text/plain; charset=utf-8", headers=_ALWAYS)


async def _calendar(request: Request) -> Response:
    entry = _entry(request)
    calendar = contents_of(parse(_store(request).source(entry))).calendar if entry else None
    if calendar is None:
        return await _not_found(request, None)
    return Response(calendar.content, media_type="text/calendar; charset=utf-8", headers=_ALWAYS)


async def _clear(request: Request) -> Response:
    if _from_elsewhere(request):
        return Response("cross-site", 403)
    _store(request).clear()
    return RedirectResponse("/", 303)


async def _language(request: Request) -> Response:
    if _from_elsewhere(request):
        return Response("cross-site", 403)
    answer = RedirectResponse("/", 303)
    answer.set_cookie("mailbox_language", request.path_params["language"], samesite="lax", httponly=True)
    return answer


async def _api_list(request: Request) -> Response:
    asked = request.query_params
    entries = _store(request).search(to=asked.get("to", ""), subject=asked.get("subject", ""))
    return JSONResponse({"messages": [_json(request, entry) for entry in entries]}, headers=_ALWAYS)


async def _api_mail(request: Request) -> Response:
    entry = _entry(request)
    if entry is None:
        return JSONResponse({"error": "not found"}, 404)
    return JSONResponse(_json(request, entry), headers=_ALWAYS)


async def _not_found(request: Request, error: Exception | None) -> Response:
    return _page(request, "not_found.html", {}, status=404)


def _entry(request: Request) -> Entry | None:
    return _store(request).entry(request.path_params["number"])


def _json(request: Request, entry: Entry) -> dict[str, Any]:
    return {
        "id": entry.number,
        "message_id": entry.message_id,
        "received_at": entry.received_at.isoformat(),
        "from": entry.sender,
        "to": entry.recipient,
        "subject": entry.subject,
        "receipts": entry.count,
        **contents_of(parse(_store(request).source(entry))).to_json(),
    }


_ALWAYS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}


def _from_elsewhere(request: Request) -> bool:
    return request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}


def _reads(request: Request) -> str:
    """The language chosen here, else the browser's first of the two, else Japanese."""
    chosen = request.cookies.get("mailbox_language")
    if chosen in {"ja", "en"}:
        return chosen
    wanted = [item.strip()[:2].lower() for item in request.headers.get("accept-language", "").split(",")]
    return next((language for language in wanted if language in {"ja", "en"}), "ja")


def _page(request: Request, template: str, values: dict[str, Any], status: int = 200) -> Response:
    language = _reads(request)
    always = {
        "t": partial(translated, language),
        "lang": language,
        "moment": partial(moment, language),
        "when": when,
    }
    html = _templates.get_template(template).render(always | values)
    headers = {"Content-Security-Policy": _PAGE_POLICY, "Content-Language": language, **_ALWAYS}
    return HTMLResponse(html, status, headers)
