"""The accounts on 外部連携: a card for each provider, with what stands there and what can be done."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import get_language, pgettext

from chosei.actions.daily_limits import used_today
from chosei.actions.leftovers import Leftover
from chosei.actions.providers import offered
from chosei.core.providers import About, ConnectionKind
from chosei.core.states import LIVE, ConnectionState
from chosei.ports.providers import about
from chosei.records import gates
from chosei.records.models import Connection, Member
from chosei.web.console import words
from chosei.web.console.words import Word


@dataclass(frozen=True, slots=True)
class Card:
    """``connection``: the account in use, if it is this provider's. ``instead_of``: the other provider whose
    account is in use. ``ending``: one that was let go still finishes its entries (終了処理のみ)."""

    about: About
    connection: Connection | None
    instead_of: About | None
    ending: Connection | None
    word: Word
    coming: int = 0

    @property
    def calendar(self) -> str:
        return calendar_name(self.about)

    @property
    def place(self) -> str:
        return place_name(self.about)

    @property
    def other_calendar(self) -> str:
        return calendar_name(self.instead_of) if self.instead_of else ""

    @property
    def used_today(self) -> int | None:
        """Meetings made and changed in the account today, where its service counts them."""
        return used_today(self.connection) if self.connection is not None and not self.is_calendar else None

    @property
    def is_calendar(self) -> bool:
        return self.about.kind is ConnectionKind.CALENDAR


def calendar_name(of: About) -> str:
    """「Outlookカレンダー」, in the reader's language."""
    return of.calendar.said(get_language())


def place_name(of: About) -> str:
    """「Outlook」, where events stand, in the reader's language."""
    return of.place.said(get_language())


def with_places(leftovers: Iterable[Leftover]) -> list[tuple[Leftover, str]]:
    """Each with where it stands."""
    return [(one, place_name(about(one.connection.provider))) for one in leftovers]


def places_of(member: Member) -> str:
    """「OutlookとGoogleカレンダー」: where events of the member may stand, in the account in use and in
    those that finish theirs; empty where there is none."""
    rows = gates.connections_of(member).filter(
        kind=ConnectionKind.CALENDAR, state__in=(*LIVE, ConnectionState.ENDING)
    )
    names = [place_name(about(one.provider)) for one in rows.order_by("-id")]
    return pgettext("calendars", "と").join(dict.fromkeys(names))


def live_connection(member: Member) -> Connection | None:
    """The account whose calendar is in use now, be it that it needs reconnecting."""
    rows = gates.connections_of(member).filter(kind=ConnectionKind.CALENDAR, state__in=LIVE)
    return rows.order_by("-id").first()


def cards_of(member: Member) -> list[Card]:
    """One for each provider that is set up here, or that the member still has an account at."""
    rows = list(gates.connections_of(member).order_by("-id"))
    ours = [one for one in rows if one.state in (*LIVE, ConnectionState.ENDING)]
    keys = dict.fromkeys([*(one.key for one in offered()), *(one.provider for one in ours)])
    return [_card(about(key), ours) for key in keys]


def _card(of: About, connections: Sequence[Connection]) -> Card:
    in_use = next((one for one in connections if one.kind == of.kind and one.state in LIVE), None)
    own = in_use if in_use is not None and in_use.provider == of.key else None
    other = about(in_use.provider) if in_use is not None and own is None else None
    ending = [one for one in connections if one.provider == of.key and one.state == ConnectionState.ENDING]
    finishing = next(iter(ending), None)
    word = (
        words.CONNECTION[ConnectionState.ENDING] if finishing and own is None else words.connection_word(own)
    )
    return Card(of, own, other, finishing, word, _coming(finishing) if finishing else 0)


def _coming(connection: Connection) -> int:
    """How many of its events, or of its web meetings, are still to come."""
    to_come = Q(desired__isnull=False, appointment__ends_at__gt=timezone.now())
    meetings = connection.web_meetings.filter(to_come).values("appointment")
    return connection.entries.filter(to_come).values("appointment").union(meetings).count()
