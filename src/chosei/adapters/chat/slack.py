"""Slack, through an incoming webhook or as a bot.

Facts: docs.slack.dev, "Sending messages using incoming webhooks" (200 with the body "ok", or a status with a
word such as channel_is_archived) and chat.postMessage (200 with {"ok": false, "error": …} for refusals); in
mrkdwn only &, < and > are escaped, and <@U…> calls a person. A section holds 3,000 characters.
"""

from __future__ import annotations

import json
from typing import Any

from chosei.adapters.chat.answers import refusal, taken
from chosei.adapters.http import Answer, Call
from chosei.core.text import shorten
from chosei.ports.chat import ChatAddress, ChatNotice
from chosei.ports.errors import Rejected, Throttled, Transient

_SECTION = 3000
_PASSING = frozenset(
    {"internal_error", "fatal_error", "service_unavailable", "request_timeout", "rollup_error"}
)


def webhook_call(address: ChatAddress, notice: ChatNotice) -> Call:
    return _call(address.secret, "/services/{}", _message(notice))


def bot_call(address: ChatAddress, notice: ChatNotice, api: str) -> Call:
    url, message = f"{api}/chat.postMessage", _message(notice) | {"channel": address.room}
    return _call(url, "/chat.postMessage", message, authorization=f"Bearer {address.secret}")


def judge_webhook(answer: Answer) -> None:
    if not taken(answer, 200):
        raise refusal(answer, answer.content[:80].decode("utf-8", "replace").strip())


def judge_bot(answer: Answer) -> None:
    """Raises what the answer means, unless the message was posted."""
    if answer.status != 200:
        raise refusal(answer)
    try:
        said = json.loads(answer.content)
    except ValueError:
        raise Transient("unreadable_answer") from None
    if isinstance(said, dict) and said.get("ok") is True:
        return
    code = str(said.get("error", ""))[:60] if isinstance(said, dict) else ""
    if code == "ratelimited":
        raise Throttled(code, retry_after=answer.retry_after or 30.0)
    raise Transient(code) if code in _PASSING else Rejected(code or "unreadable_answer")


def _message(notice: ChatNotice) -> dict[str, Any]:
    called = " ".join(f"<@{one.person}>" for one in notice.mentions)
    lines = [f"*{_escaped(label)}* {_escaped(value)}" for label, value in notice.facts]
    link = f"<{notice.link}|{_escaped(notice.link_text)}>"
    head = f"{called} *{_escaped(notice.headline)}*".strip()
    blocks = [_section(head), _section("\n".join(lines)), _section(link)] if lines else [_section(head)]
    # The text is what notifications on phones and screen readers say.
    return {"text": _escaped(notice.headline), "blocks": blocks, "unfurl_links": False}


def _section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": shorten(text, _SECTION)}}


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _call(url: str, route: str, message: dict[str, Any], **headers: str) -> Call:
    content = json.dumps(message, ensure_ascii=False).encode()
    return Call(
        "POST",
        url,
        route,
        headers={"content-type": "application/json; charset=utf-8", **headers},
        content=content,
    )
