"""空き時間判定キーワード: events whose title contains one count as free on the pages that say so.

Subjects are sealed, and an offer must not have to open hundreds. So titles are compared when a calendar is
read, and when a page's keywords or hosts change; what is kept beside the event are keyed digests of the words
that were found. Only a word that a page names today frees anything: one that was taken away stops at once,
one whose event has not been compared yet leaves the time busy.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable

from django.conf import settings

from chosei.core.blocking import contains
from chosei.records.locks import for_change
from chosei.records.models import BookingPageHost, Connection, MirroredEvent


def digest(word: str) -> str:
    """How a keyword is kept beside an event: without the key it says nothing about the title."""
    return hmac.new(f"chosei.word:{settings.SECRET_KEY}".encode(), word.encode(), hashlib.sha256).hexdigest()[
        :16
    ]


def words_for(member_id: int) -> list[str]:
    """The keywords of all pages on which the member is a host."""
    rows = BookingPageHost.objects.filter(member=member_id).exclude(page__free_words=[])
    return sorted({word for words in rows.values_list("page__free_words", flat=True) for word in words})


def compare(connection: Connection) -> None:
    """Note beside the calendar's events which words their titles contain. Under the connection's row lock."""
    words = words_for(connection.member_id)
    rows = connection.mirrored_events
    if not words:
        rows.exclude(free_words=[]).update(free_words=[])
        return
    changed = []
    for event in rows.exclude(subject="").only("subject", "free_words"):
        found = [digest(word) for word in words if contains(event.subject, word)]
        if found != event.free_words:
            event.free_words = found
            changed.append(event)
    MirroredEvent.objects.bulk_update(changed, ["free_words"], batch_size=500)


def compare_again(member_ids: Iterable[int]) -> None:
    """After a page's keywords or hosts changed: go through what is known of these members' calendars.

    Inside a transaction. Takes the row locks under which readings are kept, so that neither misses the other.
    """
    for connection in for_change(Connection.objects).filter(member__in=member_ids).order_by("pk"):
        compare(connection)
