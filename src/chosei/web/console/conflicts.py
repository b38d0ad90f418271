"""What a candidate lies over, in a sentence: whose time it is, and when."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta

from django.utils import timezone
from django.utils.translation import get_language, gettext

from chosei.actions.composing import CalendarBlock, HostTime, hosts_time, seen_in_outlook
from chosei.core import wording
from chosei.core.intervals import Interval
from chosei.core.language import language_of
from chosei.records.models import Member, Proposal

_NAMED = 3
_ASKED = timedelta(days=300)
"""Candidates farther apart are not asked about in Outlook: it answers about a year at most."""


def teller(
    author: Member, members: Sequence[Member], times: Sequence[Interval], *, edited: Proposal | None = None
) -> Callable[[Interval], str]:
    """For a candidate: the sentence about what stands there in any host's calendar, or nothing.

    Colleagues without a connection are asked about in Outlook, which may take up to three seconds.
    """
    if not times:
        return lambda time: ""
    window = Interval(min(time.start for time in times), max(time.end for time in times))
    known = hosts_time(author, members, window, now=timezone.now(), without=edited)
    unlinked = [one.member for one in known if not one.linked]
    if unlinked and window.duration < _ASKED:
        known += seen_in_outlook(author, unlinked, window).values()
    return lambda time: _sentence(author, known, time)


def _sentence(author: Member, known: Sequence[HostTime], time: Interval) -> str:
    under = [_piece(author, host.member, block) for host in known for block in host.under(time)]
    pieces = list(dict.fromkeys(under))
    if not pieces:
        return ""
    shown = gettext("、").join(pieces[:_NAMED]) + ("…" if len(pieces) > _NAMED else "")
    return gettext(
        "この時間には予定があります(%(whose)s)。重なったまま提案するときはチェックしてください。"
    ) % {"whose": shown}


def _piece(author: Member, member: Member, block: CalendarBlock) -> str:
    whose = gettext("自分") if member == author else member.name
    time = Interval(block.start, block.end)
    hours = wording.time_range_text(time, author.zone, language_of(get_language()))
    when = gettext("終日") if block.all_day else hours
    return " ".join(part for part in (whose, when, block.title) if part)
