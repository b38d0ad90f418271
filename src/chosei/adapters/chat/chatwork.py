"""Chatwork, with an API token and a room.

Facts: developer.chatwork.com (POST /v2/rooms/{room_id}/messages, form fields body and self_unread, header
x-chatworktoken; 300 requests in five minutes, then 429 with x-ratelimit-reset as a Unix time; refusals are
{"errors": […]}) and the help page "メッセージ記法": [To:id], [info][title]…[/title]…[/info].
"""

from __future__ import annotations

import time
from urllib.parse import quote, urlencode

from chosei.adapters.chat.answers import refusal, taken
from chosei.adapters.http import Answer, Call
from chosei.ports.chat import ChatAddress, ChatNotice
from chosei.ports.errors import Throttled

_LONGEST_WAIT = 600.0


def call(address: ChatAddress, notice: ChatNotice, api: str) -> Call:
    form = urlencode({"body": _body(notice), "self_unread": "1"}).encode()
    headers = {
        "x-chatworktoken": address.secret,
        "content-type": "application/x-www-form-urlencoded",
    }
    url = f"{api}/rooms/{quote(address.room, safe='')}/messages"
    return Call("POST", url, "/rooms/{}/messages", headers=headers, content=form)


def judge(answer: Answer) -> None:
    """Raises what the answer means, unless the message was posted."""
    if taken(answer, 200):
        return
    reset = answer.headers.get("x-ratelimit-reset", "")
    if answer.status == 429 and reset.isdecimal():
        wait = min(max(int(reset) - time.time(), 1.0), _LONGEST_WAIT)
        raise Throttled("http_429", retry_after=wait)
    raise refusal(answer)


def _body(notice: ChatNotice) -> str:
    called = "\n".join(f"[To:{one.person}]{_plain(one.name)}" for one in notice.mentions)
    lines = [f"{_plain(label)}: {_plain(value)}" for label, value in notice.facts]
    inside = "\n".join([*lines, notice.link])
    card = f"[info][title]{_plain(notice.headline)}[/title]{inside}[/info]"
    return f"{called}\n{card}" if called else card


def _plain(text: str) -> str:
    """Chatwork has no escape: a bracket becomes the full-width one, so that nobody types a tag."""
    return text.replace("[", "［").replace("]", "］")
