"""Microsoft Teams, through a workflow's webhook (Power Automate), which posts an Adaptive Card.

Facts: learn.microsoft.com "Create incoming webhooks with Workflows" (the trigger "When a Teams webhook
request is received" takes a message with one card attached, and answers 202) and "Format cards in Teams" (a
mention is <at>name</at> in a text, with an entity that names the person's UPN or object id; version 1.4).
"""

from __future__ import annotations

import json
from typing import Any

from chosei.adapters.chat.answers import refusal, taken
from chosei.adapters.http import Answer, Call
from chosei.ports.chat import ChatAddress, ChatNotice

_CARD = "application/vnd.microsoft.card.adaptive"
_FULL_WIDTH = str.maketrans("[]<>", "［］＜＞")


def call(address: ChatAddress, notice: ChatNotice) -> Call:
    message = {
        "type": "message",
        "attachments": [{"contentType": _CARD, "contentUrl": None, "content": _card(notice)}],
    }
    content = json.dumps(message, ensure_ascii=False).encode()
    headers = {"content-type": "application/json; charset=utf-8"}
    return Call("POST", address.secret, "/workflows/{}", headers=headers, content=content)


def judge(answer: Answer) -> None:
    """Raises what the answer means, unless the workflow has begun."""
    if not taken(answer, 200, 202):
        raise refusal(answer, _code(answer))


def _card(notice: ChatNotice) -> dict[str, Any]:
    body = [_text(_plain(notice.headline)) | {"weight": "Bolder", "size": "Medium"}]
    called = [(f"<at>{_plain(one.name)}</at>", one) for one in notice.mentions]
    entities = [
        {"type": "mention", "text": text, "mentioned": {"id": one.person, "name": one.name}}
        for text, one in called
    ]
    if called:
        body.append(_text(" ".join(text for text, _ in called)))
    if notice.facts:
        facts = [{"title": _plain(label), "value": _plain(value)} for label, value in notice.facts]
        body.append({"type": "FactSet", "facts": facts})
    return {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": body,
        "actions": [{"type": "Action.OpenUrl", "title": notice.link_text, "url": notice.link}],
        "msteams": {"width": "Full", "entities": entities},
    }


def _text(text: str) -> dict[str, Any]:
    return {"type": "TextBlock", "text": text, "wrap": True}


def _plain(text: str) -> str:
    """Cards read a little Markdown: what people typed must become no link of theirs, and no mention."""
    return text.translate(_FULL_WIDTH)


def _code(answer: Answer) -> str:
    try:
        said = json.loads(answer.content)
        return str(said["error"]["code"])
    except (ValueError, KeyError, TypeError):
        return ""
