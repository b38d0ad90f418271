"""Free times that were shown a moment ago, shown again as they are while nothing has changed.

Whoever has a booking page open asks for its times every half minute, and a page that many have open is asked
many times a second for what it has just said. Each process keeps what it said, with the version of all that
it was made from (`chosei.actions.page_versions`) and the instant at which time alone changes it. The version
is read for each request: a time that was taken is gone from every process with the commit that took it.
"""

from __future__ import annotations

import zlib
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from chosei.actions.offers import PageOffer, ask_again
from chosei.actions.page_versions import PageVersion, page_version
from chosei.core.walltime import day_begins, local_date
from chosei.records.models import BookingPage
from chosei.web.public.arranging import reader_view
from chosei.web.public.showing import reader_language
from chosei.web.public.zones import reader_zone

KEPT_BYTES = 16 * 1024 * 1024
_OVERHEAD = 1024  # bytes an entry takes beside its text, roughly
_ASKED = frozenset({"week", "zone", "seen", "start", "view", "length"})
_LONGEST = 64  # characters of what somebody asks for; real ones have fewer
_MINUTE, _DAY = timedelta(minutes=1), timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Times:
    """The part of a page that shows the free times. ``fingerprint``: what the reader's browser sends back to
    say that it shows just these. ``until``: before this instant they are right if nothing changes. ``text``:
    empty where nobody has needed it.
    """

    fingerprint: str
    text: str
    until: datetime

    def answer(self, request: HttpRequest) -> HttpResponse | None:
        """Nothing at all (204) for a reader who sees the same already; None where the text is needed."""
        if request.GET.get("seen") == self.fingerprint:
            return HttpResponse(status=204)
        return HttpResponse(self.text) if self.text else None


@dataclass(frozen=True, slots=True)
class _Entry:
    version: str
    fingerprint: str
    packed: bytes
    since: datetime
    until: datetime

    @property
    def size(self) -> int:
        return len(self.packed) + _OVERHEAD


class Shelf:
    """What one process keeps, by who asked for what; the longest unused goes when ``most`` bytes are full."""

    def __init__(self, most: int = KEPT_BYTES) -> None:
        self._most = most
        self._size = 0
        self._entries: OrderedDict[Hashable, _Entry] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable, version: str, now: datetime) -> Times | None:
        with self._lock:
            entry = self._entries.get(key)
            if entry is None or entry.version != version or not entry.since <= now < entry.until:
                return None
            self._entries.move_to_end(key)
        return Times(entry.fingerprint, zlib.decompress(entry.packed).decode(), entry.until)

    def put(self, key: Hashable, version: str, now: datetime, times: Times) -> None:
        packed = zlib.compress(times.text.encode(), 1)
        entry = _Entry(version, times.fingerprint, packed, now, times.until)
        with self._lock:
            replaced = self._entries.pop(key, None)
            self._entries[key] = entry
            self._size += entry.size - (replaced.size if replaced else 0)
            while self._size > self._most:
                self._size -= self._entries.popitem(last=False)[1].size

    def clear(self) -> None:
        with self._lock:
            self._entries.clear()
            self._size = 0


shelf = Shelf()


@dataclass(frozen=True, slots=True)
class Look:
    """A request for times that may be kept. Its version is older than all that is read for the answer, so a
    change in between makes the next request look anew.
    """

    request: HttpRequest
    key: Hashable
    version: PageVersion
    now: datetime

    @classmethod
    def of(cls, request: HttpRequest, token: str) -> Look | None:
        """None for what is not asked for again and again, and for pages whose version cannot be told."""
        asked = request.GET
        if not request.headers.get("HX-Request") or not _ASKED.issuperset(asked):
            return None
        if any(len(one) > _LONGEST for values in asked.lists() for one in values[1]):
            return None
        now = timezone.now()
        version = page_version(token, now=now)
        if version is None:
            return None
        here = request.resolver_match
        wishes = tuple(asked.get(name) for name in ("week", "start", "length"))
        # Without a wish the page's own zone is read, which belongs to the page's version.
        arranged = (reader_language(), reader_zone(request, ""), reader_view(request))
        return cls(request, (token, here and here.namespace, wishes, arranged), version, now)

    def kept(self) -> HttpResponse | None:
        """What was said before, if it is still right; whoever looks has the calendars read again."""
        times = shelf.get(self.key, self.version.mark, self.now)
        answer = times.answer(self.request) if times else None
        if answer is not None:
            ask_again(self.version.due, now=self.now)
        return answer

    def keep(self, times: Times) -> None:
        shelf.put(self.key, self.version.mark, self.now, times)


def right_until(page: BookingPage, offer: PageOffer, zone: str, now: datetime) -> datetime:
    """Before which instant the offer of ``now``, read in ``zone``, is right as far as time alone changes it:
    its first time comes too near, a day begins for the page or the reader, another time comes near enough.
    """
    edges = [_next_midnight(name, now) for name in {page.zone, str(page.hours["zone"]), zone}]
    if offer.slots:
        edges.append(offer.slots[0].start - timedelta(minutes=page.min_notice_minutes))
    if page.max_notice_minutes is not None or offer.unknown:
        edges.append(now.replace(second=0, microsecond=0) + _MINUTE)
    return min(edges)


def _next_midnight(zone: str, now: datetime) -> datetime:
    return day_begins(local_date(now, zone) + _DAY, zone)
