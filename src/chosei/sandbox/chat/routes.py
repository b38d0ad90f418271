"""The chat services' addresses, all below /chat, and the page that shows what they were told."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from chosei.sandbox.chat import services
from chosei.sandbox.chat.store import ChatStore
from chosei.sandbox.context import context_of
from chosei.sandbox.pages.rendering import render

_TOKYO = ZoneInfo("Asia/Tokyo")


def chat_routes() -> list[BaseRoute]:
    """In order of matching."""
    return [
        Route("/chat", page),
        Route("/chat/clear", clear, methods=["POST"]),
        Route("/chat/slack/services/{rest:path}", services.slack_webhook, methods=["POST"]),
        Route("/chat/slack/api/chat.postMessage", services.slack_api, methods=["POST"]),
        Route("/chat/teams/workflows/{rest:path}", services.teams_webhook, methods=["POST"]),
        Route("/chat/google/v1/spaces/{space}/messages", services.google_webhook, methods=["POST"]),
        Route("/chat/chatwork/v2/rooms/{room}/messages", services.chatwork, methods=["POST"]),
    ]


async def page(request: Request) -> Response:
    """GET /chat"""
    posts = ChatStore(context_of(request).database).posts()
    rows = [(post, post.at.astimezone(_TOKYO)) for post in posts]
    return render(request, "pages/chat.html", {"posts": rows})


async def clear(request: Request) -> Response:
    """POST /chat/clear"""
    ChatStore(context_of(request).database).clear()
    return RedirectResponse("/chat", 303)
