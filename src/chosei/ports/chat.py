"""Telling a company's chat (社内チャット)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class ChatAddress:
    """Where a notice goes: ``service`` is a ``records.ChatService``, ``secret`` the webhook or the token."""

    service: str
    secret: str = field(repr=False)
    room: str = ""


@dataclass(frozen=True, slots=True)
class Mention:
    """Somebody to be called: by the service's own id, and by name where it shows one."""

    person: str
    name: str


@dataclass(frozen=True, slots=True)
class ChatNotice:
    """What is said, in plain words: an adapter makes of it whatever its service shows.

    ``facts`` are labels with values as people typed them. Notices of one ``thread`` belong together.
    """

    headline: str
    facts: tuple[tuple[str, str], ...]
    link: str
    link_text: str
    thread: str
    mentions: tuple[Mention, ...] = ()


class ChatPort(Protocol):
    def post(self, address: ChatAddress, notice: ChatNotice) -> None:
        """Hand the notice to the service. Returns once it has been taken.

        Raises ``Throttled`` and ``Transient`` (try again later; whether it was posted may be unknown), or
        ``Rejected`` (this destination does not take it: an administrator has to look).
        """
