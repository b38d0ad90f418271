"""The one way out to every chat service."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from chosei.adapters.chat import chatwork, google_chat, slack, teams
from chosei.adapters.http import Call, checked_base, shared
from chosei.core.chat import destination_problems
from chosei.ports.chat import ChatAddress, ChatNotice
from chosei.ports.errors import Rejected

_JUDGES = {
    "slack": slack.judge_webhook,
    "slack_bot": slack.judge_bot,
    "teams": teams.judge,
    "chatwork": chatwork.judge,
    "google_chat": google_chat.judge,
}


class Chat:
    """A ``ports.chat.ChatPort`` for all services, made from Django's settings."""

    def __init__(self, settings: Any) -> None:
        self._slack = checked_base(settings.CHOSEI_SLACK_API_URL)
        self._chatwork = checked_base(settings.CHOSEI_CHATWORK_API_URL)
        self._loopback = bool(settings.CHOSEI_DEVELOPMENT)

    def post(self, address: ChatAddress, notice: ChatNotice) -> None:
        """See the port. What is stored is judged again: rules may have become stricter since."""
        problems = destination_problems(
            address.service, address.secret, address.room, loopback=self._loopback
        )
        if problems:
            raise Rejected(next(iter(problems.values())))
        call = self._call(address, notice)
        parts = urlsplit(call.url)
        http = shared(f"chat-{address.service}", f"{parts.scheme}://{parts.netloc}")
        _JUDGES[address.service](http.send(call))

    def _call(self, address: ChatAddress, notice: ChatNotice) -> Call:
        match address.service:
            case "slack":
                return slack.webhook_call(address, notice)
            case "slack_bot":
                return slack.bot_call(address, notice, self._slack)
            case "teams":
                return teams.call(address, notice)
            case "chatwork":
                return chatwork.call(address, notice, self._chatwork)
            case _:
                return google_chat.call(address, notice)
