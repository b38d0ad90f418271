"""Chat notices as the console shows them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.functional import Promise

from chosei.records.models import ChatKind, ChatMessage, ChatState
from chosei.web.console import words
from chosei.web.console.forms.chat import KINDS
from chosei.web.console.words import Word


@dataclass(frozen=True, slots=True)
class Told:
    """A notice: what it is about, and how far it has come."""

    message: ChatMessage
    what: str | Promise
    word: Word


def chat_lines(found: Iterable[ChatMessage]) -> list[Told]:
    return [
        Told(one, KINDS.get(ChatKind(one.kind), words.CHAT_TEST), words.CHAT[ChatState(one.state)])
        for one in found
    ]
