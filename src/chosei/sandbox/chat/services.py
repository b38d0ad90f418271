"""The services' ends of the wire, each as its documentation tells: what they take, and how they refuse."""

from __future__ import annotations

import json
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from chosei.sandbox.chat.store import ChatStore
from chosei.sandbox.context import context_of

_CARD = "application/vnd.microsoft.card.adaptive"


async def slack_webhook(request: Request) -> Response:
    """POST /chat/slack/services/…: "ok", or a word; a path that ends in "archived" is a closed channel."""
    path = request.path_params["rest"]
    if path.endswith("archived"):
        return PlainTextResponse("channel_is_archived", 410)
    body = await _json(request)
    text = _slack_text(body)
    if text is None:
        return PlainTextResponse("invalid_payload", 400)
    _keep(request, "Slack", path.split("/")[0], text, body)
    return PlainTextResponse("ok")


async def slack_api(request: Request) -> Response:
    """POST /chat/slack/api/chat.postMessage, with a bot's token."""
    body = await _json(request)
    token = request.headers.get("authorization", "")
    if not token.startswith("Bearer xoxb-"):
        return JSONResponse({"ok": False, "error": "invalid_auth"})
    text = _slack_text(body)
    if text is None or not body.get("channel"):
        return JSONResponse({"ok": False, "error": "no_text" if text is None else "channel_not_found"})
    number = _keep(request, "Slack", str(body["channel"]), text, body)
    return JSONResponse({"ok": True, "channel": body["channel"], "ts": f"{number}.000100"})


async def teams_webhook(request: Request) -> Response:
    """POST /chat/teams/workflows/…: 202 for a message with one Adaptive Card."""
    body = await _json(request)
    cards = body.get("attachments") if isinstance(body, dict) else None
    card = cards[0] if isinstance(cards, list) and len(cards) == 1 and isinstance(cards[0], dict) else {}
    found = card.get("content")
    content: dict[str, Any] = found if isinstance(found, dict) else {}
    if (
        card.get("contentType") != _CARD
        or content.get("type") != "AdaptiveCard"
        or body.get("type") != "message"
    ):
        return JSONResponse({"error": {"code": "TriggerInputSchemaMismatch", "message": ""}}, 400)
    _keep(request, "Teams", request.path_params["rest"].split("/")[0], _card_text(content), body)
    return Response(status_code=202)


async def google_webhook(request: Request) -> Response:
    """POST /chat/google/v1/spaces/{space}/messages with key and token in the address."""
    body = await _json(request)
    if not request.query_params.get("key") or not request.query_params.get("token"):
        return JSONResponse({"error": {"code": 401, "status": "UNAUTHENTICATED", "message": ""}}, 401)
    if not isinstance(body, dict) or not isinstance(body.get("text"), str) or not body["text"]:
        return JSONResponse({"error": {"code": 400, "status": "INVALID_ARGUMENT", "message": ""}}, 400)
    space = request.path_params["space"]
    number = _keep(request, "Google Chat", space, body["text"], body)
    return JSONResponse({"name": f"spaces/{space}/messages/{number}", "text": body["text"]})


async def chatwork(request: Request) -> Response:
    """POST /chat/chatwork/v2/rooms/{room}/messages with the API token in a header."""
    if not request.headers.get("x-chatworktoken"):
        return JSONResponse({"errors": ["Invalid API Token"]}, 401)
    form = await request.form()
    text = form.get("body")
    if not isinstance(text, str) or not text:
        return JSONResponse({"errors": ["Parameter 'body' is invalid"]}, 400)
    number = _keep(request, "Chatwork", request.path_params["room"], text, dict(form))
    return JSONResponse({"message_id": str(number)})


async def _json(request: Request) -> Any:
    try:
        return json.loads(await request.body())
    except ValueError:
        return {}


def _keep(request: Request, service: str, room: str, text: str, body: Any) -> int:
    context = context_of(request)
    return ChatStore(context.database).add(service, room, text, body, context.clock.now())


def _slack_text(body: Any) -> str | None:
    """The blocks' texts, or the text without any; None for neither, which Slack refuses."""
    if not isinstance(body, dict):
        return None
    blocks = body.get("blocks", [])
    try:
        texts = [str(block["text"]["text"]) for block in blocks]
    except (KeyError, TypeError):
        return None
    found = "\n".join(texts) or body.get("text")
    return found if isinstance(found, str) and found else None


def _card_text(card: dict[str, Any]) -> str:
    lines = []
    for part in card.get("body", []):
        if part.get("type") == "TextBlock":
            lines.append(str(part.get("text", "")))
        for fact in part.get("facts", []):
            lines.append(f"{fact.get('title', '')}: {fact.get('value', '')}")
    lines += [str(action.get("url", "")) for action in card.get("actions", [])]
    return "\n".join(lines)
