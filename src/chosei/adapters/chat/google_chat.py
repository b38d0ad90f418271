"""Google Chat, through a space's incoming webhook.

Facts: developers.google.com/workspace/chat "Build a Google Chat app as a webhook" (the address carries key
and token; one request a second for each space) and "Format messages": *bold*, <url|text>, <users/123> calls
a person; a threadKey with messageReplyOption keeps messages of one matter together.
"""

from __future__ import annotations

import json
from urllib.parse import urlencode, urlsplit, urlunsplit

from chosei.adapters.chat.answers import refusal, taken
from chosei.adapters.http import Answer, Call
from chosei.ports.chat import ChatAddress, ChatNotice


def call(address: ChatAddress, notice: ChatNotice) -> Call:
    message = {"text": _text(notice), "thread": {"threadKey": notice.thread}}
    content = json.dumps(message, ensure_ascii=False).encode()
    parts = urlsplit(address.secret)
    option = urlencode({"messageReplyOption": "REPLY_MESSAGE_FALLBACK_TO_NEW_THREAD"})
    url = urlunsplit(parts._replace(query=f"{parts.query}&{option}" if parts.query else option))
    headers = {"content-type": "application/json; charset=utf-8"}
    return Call("POST", url, "/v1/spaces/{}/messages", headers=headers, content=content)


def judge(answer: Answer) -> None:
    """Raises what the answer means, unless the message was posted."""
    if taken(answer, 200):
        return
    try:
        code = str(json.loads(answer.content)["error"]["status"])
    except (ValueError, KeyError, TypeError):
        code = ""
    raise refusal(answer, code)


def _text(notice: ChatNotice) -> str:
    called = " ".join(f"<users/{one.person}>" for one in notice.mentions)
    head = f"{called} *{_plain(notice.headline)}*".strip()
    lines = [f"{_plain(label)}: {_plain(value)}" for label, value in notice.facts]
    return "\n".join([head, *lines, f"<{notice.link}|{_plain(notice.link_text)}>"])


def _plain(text: str) -> str:
    """There is no escape: <users/all> in a name would call everybody, so angle brackets become full-width."""
    return text.replace("<", "＜").replace(">", "＞")
