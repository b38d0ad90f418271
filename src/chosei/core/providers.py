"""What people are told of a provider: its names, and what an account there is good for."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from chosei.core.language import Language, language_of


class ConnectionKind(StrEnum):
    """What an account is connected for. A member uses one account of each kind at a time. Stored."""

    CALENDAR = "calendar"
    MEETINGS = "meetings"


@dataclass(frozen=True, slots=True)
class Words:
    """One name in both languages."""

    ja: str
    en: str

    def said(self, tag: str | None) -> str:
        """In the language of a browser's or Django's ``tag``."""
        return self.ja if language_of(tag) is Language.JA else self.en


@dataclass(frozen=True, slots=True)
class About:
    """A provider as its own folder describes it; the registry stands in ``ports.providers``.

    ``name`` is the product ("Microsoft 365"); ``calendar`` what people connect ("Outlookカレンダー"), for
    meetings the service itself; ``place`` where events stand ("Outlook"); ``meeting`` the web conference it
    issues ("Teams"), empty where none. ``rooms``: it has a directory of the company's rooms, read with the
    permission ``rooms_permission``. ``room_domain``: the domain of all its rooms' addresses and of nobody
    else's, where there is such a one. ``approval``: a company's administrator can approve Chosei for
    everybody by a link. ``help``: the help's topic for a sign-in that leads nowhere.
    """

    key: str
    kind: ConnectionKind
    name: str
    calendar: Words
    place: Words
    meeting: str = ""
    rooms: bool = False
    rooms_permission: str = ""
    room_domain: str = ""
    approval: bool = False
    help: str = "connect"
