"""What guests' pages say about a meeting and its times, made ready for the templates."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from itertools import groupby

from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from chosei.actions.inputs import FormatOption
from chosei.actions.offers import CandidateOffer
from chosei.core import wording
from chosei.core.intervals import Interval
from chosei.core.language import Language, language_of
from chosei.core.walltime import local_date, zone_of
from chosei.mails.facts import web_tool
from chosei.records.models import Appointment, BookingPage, MeetingFormat, Proposal
from chosei.records.places import place_of
from chosei.web.public.zones import zones_offered


@dataclass(frozen=True, slots=True)
class Fact:
    """A line about the meeting: ``icon`` is one of `chosei.web.icons`, ``labelled`` shows the label."""

    icon: str
    label: str
    text: str
    labelled: bool = False


@dataclass(frozen=True, slots=True)
class CandidateRow:
    """``elsewhere``: the same time by the host's clocks, where they show another."""

    pk: int
    time: str
    free: bool
    chosen: bool
    elsewhere: str = ""


@dataclass(frozen=True, slots=True)
class CandidateDay:
    name: str
    rows: tuple[CandidateRow, ...]


@dataclass(frozen=True, slots=True)
class Hero:
    """The one time a page is about; ``elsewhere`` as for a candidate."""

    day: str
    time: str
    zone: str
    elsewhere: str = ""


@dataclass(frozen=True, slots=True)
class ZoneSwitch:
    """The zone that times are shown in, and the ``<option>``s of the others."""

    current: str
    name: str
    options: SafeString


def reader_language() -> Language:
    return language_of(get_language())


def meeting_facts(
    meeting: Proposal | BookingPage | Appointment,
    hosts: list[str],
    *,
    minutes: int | None = None,
    formats: Sequence[FormatOption] = (),
    attending: int | None = None,
) -> list[Fact]:
    """Length, form and place, hosts: as far as each is known. ``formats``: to choose from, if several.
    ``attending``: how many of the hosts will come, where not all of them do."""
    facts = (
        [Fact("clock", _("所要時間"), wording.duration_text(minutes, reader_language()))] if minutes else []
    )
    if len(formats) > 1:
        names = " / ".join(format_name(one) for one in formats)
        facts.append(Fact("note", _("形式"), names))
    else:
        facts += [_format_fact(meeting), *_place_facts(meeting)]
    if hosts:
        facts.append(Fact("people", _("担当"), _hosts_text(hosts, attending), labelled=True))
    return facts


def _place_facts(meeting: Proposal | BookingPage | Appointment) -> list[Fact]:
    place = place_of(meeting, for_guest=True) if isinstance(meeting, Appointment) else meeting.location
    if not place or meeting.format == MeetingFormat.WEB:
        return []
    if meeting.format == MeetingFormat.PHONE:
        return [Fact("phone", _("お電話番号"), place, labelled=True)]
    return [Fact("pin", _("場所"), place)]


def format_name(option: FormatOption) -> str:
    """ご来訪(本社 3階): the form of meeting, and where it takes place."""
    name = _format_names()[MeetingFormat(option.format)][1]
    if not option.location or option.format == MeetingFormat.WEB:
        return name
    return _("%(format)s(%(place)s)") % {"format": name, "place": option.location}


def _format_names() -> dict[MeetingFormat, tuple[str, str]]:
    """An icon and a name for each."""
    return {
        MeetingFormat.VISIT: ("pin", _("ご来訪")),
        MeetingFormat.WEB: ("video", _("Web会議")),
        MeetingFormat.OUTING: ("pin", _("お伺いします")),
        MeetingFormat.PHONE: ("phone", _("お電話")),
        MeetingFormat.OTHER: ("note", _("その他")),
    }


def _format_fact(meeting: Proposal | BookingPage | Appointment) -> Fact:
    icon, name = _format_names()[MeetingFormat(meeting.format)]
    if meeting.web_meeting:
        web = _web_name(meeting)
        name = web if icon == "video" else _("%(format)s・%(web)s") % {"format": name, "web": web}
    return Fact(icon, _("形式"), name)


def _web_name(meeting: Proposal | BookingPage | Appointment) -> str:
    """Web会議(Google Meet): by what is used, once that is known."""
    service = web_tool(meeting) if isinstance(meeting, Appointment) else ""
    return _("Web会議(%(service)s)") % {"service": service} if service else _("Web会議")


def _hosts_text(hosts: list[str], attending: int | None) -> str:
    names = _("、").join(hosts)
    if len(hosts) > 3:
        names = _("%(names)s ほか%(count)d名") % {"names": _("、").join(hosts[:2]), "count": len(hosts) - 2}
    if attending is None or attending >= len(hosts):
        return names
    return _("%(names)sのうち%(count)d名") % {"names": names, "count": attending}


def common_minutes(times: Iterable[Interval]) -> int | None:
    """The length of all of them, if it is the same."""
    lengths = {time.duration for time in times}
    return int(lengths.pop().total_seconds()) // 60 if len(lengths) == 1 else None


@dataclass(frozen=True, slots=True)
class Clocks:
    """``reader``: the zone in which the guest reads times; ``host``: the one the meeting is arranged in."""

    reader: str
    host: str

    def elsewhere(self, time: Interval, now: datetime) -> str:
        """The time by the host's clocks, where they show another than the guest's."""
        reader, host = zone_of(self.reader), zone_of(self.host)
        ends = (time.start, time.end)
        if all(at.astimezone(reader).utcoffset() == at.astimezone(host).utcoffset() for at in ends):
            return ""
        theirs = wording.interval_text(time, self.host, reader_language(), now, with_zone=True)
        return _("担当者の時刻: %(time)s") % {"time": theirs}


def candidate_days(
    offers: tuple[CandidateOffer, ...], clocks: Clocks, chosen: str, *, now: datetime
) -> list[CandidateDay]:
    """Candidates by the day on which they begin for the reader."""
    zone = clocks.reader
    ordered = sorted(offers, key=lambda offer: (offer.candidate.starts_at, offer.candidate.pk))
    days = groupby(ordered, key=lambda offer: local_date(offer.candidate.starts_at, zone))
    today = local_date(now, zone)
    return [
        CandidateDay(day_name(day, today), tuple(_row(offer, clocks, chosen, now) for offer in group))
        for day, group in days
    ]


def _row(offer: CandidateOffer, clocks: Clocks, chosen: str, now: datetime) -> CandidateRow:
    candidate = offer.candidate
    time = Interval(candidate.starts_at, candidate.ends_at)
    return CandidateRow(
        candidate.pk,
        time_name(time, clocks.reader),
        offer.free,
        offer.free and str(candidate.pk) == chosen,
        clocks.elsewhere(time, now),
    )


def fingerprint(days: list[CandidateDay]) -> str:
    """Changes when what the guest can see or take changes."""
    seen = [f"{day.name} {row.pk} {row.time} {row.free}" for day in days for row in day.rows]
    return hashlib.sha256("\n".join(seen).encode()).hexdigest()[:16]


def hero(time: Interval, clocks: Clocks, *, now: datetime) -> Hero:
    zone = clocks.reader
    day = day_name(local_date(time.start, zone), local_date(now, zone))
    return Hero(day, time_name(time, zone), zone_name(zone, time.start), clocks.elsewhere(time, now))


def remaining(until: datetime | None, zone: str, *, now: datetime) -> str:
    """あと9日: softly, beside the dates; empty without a deadline."""
    return wording.remaining_text(until, now, zone, reader_language()) if until else ""


def zone_switch(current: str, now: datetime) -> ZoneSwitch:
    # Clocks change on the hour or half past it: until then the names stay as they are.
    half_hour = now.replace(minute=now.minute // 30 * 30, second=0, microsecond=0)
    return _zone_switch(current, reader_language(), half_hour)


@lru_cache(maxsize=64)
def _zone_switch(current: str, language: Language, at: datetime) -> ZoneSwitch:
    """Kept, because naming and writing out every zone takes as long as finding a month's free times."""
    names = {zone: wording.zone_text(zone, at, language) for zone in zones_offered(current)}
    rows = ((zone, " selected" if zone == current else "", name) for zone, name in names.items())
    options = format_html_join("", '<option value="{}"{}>{}</option>', rows)
    return ZoneSwitch(current, names[current], options)


def day_name(day: date, today: date) -> str:
    """12月3日(木) / Thu, Dec 3; with the year where it is not this one."""
    return wording.date_text(day, reader_language(), today)


def time_name(time: Interval, zone: str) -> str:
    """14:00〜15:00 / 14:00–15:00."""
    return wording.time_range_text(time, zone, reader_language())


def zone_name(zone: str, at: datetime) -> str:
    """日本標準時(GMT+9) / Japan Standard Time (GMT+9)."""
    return wording.zone_text(zone, at, reader_language())
