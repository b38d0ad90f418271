"""A company large enough to be slow, for the measurements: put in bulk into an empty, migrated database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from django.db import connection, transaction

from chosei.records.models import BookingPage, BookingPageHost, Connection, Member, Organization
from chosei.records.sealed import seal

BEHIND, AHEAD = timedelta(days=14), timedelta(days=110)  # what a mirror covers: see chosei.reconcile.reading

VACUUM = "VACUUM ANALYZE"
_EVENTS = """
    INSERT INTO records_mirroredevent
        (connection_id, remote_id, starts_at, ends_at, show_as, all_day, private, blocks, subject, entry_key,
         calendar_id, series_id, inherits, declined, free_words)
    SELECT chance.owner,
           'AAMkAD' || md5(chance.owner::text || '-' || chance.number::text) || repeat('A', 110),
           chance.start, chance.start + (15 + 15 * (chance.number %% 8)) * interval '1 minute',
           'busy', false, false, true, %(subject)s, '',
           '', '', false, false, '{}'
    FROM (
        SELECT owner, number,
               %(first)s::timestamptz + floor(random() * %(quarters)s) * interval '15 minutes' AS start
        FROM unnest(%(owners)s::bigint[]) AS owner, generate_series(1, %(each)s) AS number
    ) AS chance
"""


@dataclass(frozen=True, slots=True)
class Size:
    """How much there is; ``events`` are spread evenly over the members' mirrors."""

    members: int = 1_000
    pages: int = 2_000
    events: int = 1_000_000


def fill(size: Size, *, now: datetime) -> list[str]:
    """Members with connected calendars, published pages of one host each, mirrors full of busy time.

    Returns the pages' secret links. 1,000 events of 75 minutes on average in 114 days leave about a third
    of each member's time free, so that pages have something to offer.
    """
    with transaction.atomic():
        organization = Organization.objects.create(name="株式会社サンプル")
        members = Member.objects.bulk_create(
            Member(
                organization=organization, email=f"member{n}@sample.example", name=f"社員 {n}", password="!"
            )
            for n in range(size.members)
        )
        connections = Connection.objects.bulk_create(_connection(member, now) for member in members)
        pages = [_page(organization, members[n % len(members)], n) for n in range(size.pages)]
        BookingPage.objects.bulk_create(pages)
        BookingPageHost.objects.bulk_create(BookingPageHost(page=page, member=page.owner) for page in pages)
        _mirror([one.pk for one in connections], size.events // size.members, now)
    with connection.cursor() as cursor:
        cursor.execute(VACUUM)  # the throw-away server has no autovacuum
    return [page.link_token for page in pages]


def read_at(instant: datetime) -> None:
    """Let every mirror have been read at ``instant``."""
    Connection.objects.update(mirror_read_at=instant, mirror_asked_at=None)


def _connection(member: Member, now: datetime) -> Connection:
    return Connection(
        member=member,
        provider="microsoft",
        account_tenant="11111111-1111-4111-8111-111111111111",
        account_object=str(uuid4()),
        address=member.email,
        web_meeting=True,
        access_token="access",
        refresh_token="refresh",
        access_expires_at=now + timedelta(hours=1),
        mirror_read_at=now,
        mirror_from=now - BEHIND,
        mirror_until=now + AHEAD,
    )


def _page(organization: Organization, owner: Member, number: int) -> BookingPage:
    page = BookingPage(
        organization=organization,
        owner=owner,
        state="published",
        title=f"オンライン製品説明 {number}",
        web_meeting=True,
        guidance="開始時刻になりましたら、メールのURLからご参加ください。",
        contact="営業部 03-0000-0000",
    )
    page.make_link()
    return page


def _mirror(owners: list[int], each: int, now: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT setseed(0.20261123)")
        cursor.execute(
            _EVENTS,
            {
                "owners": owners,
                "each": each,
                "first": now.replace(minute=0, second=0, microsecond=0) - BEHIND,
                "quarters": (BEHIND + AHEAD) // timedelta(minutes=15),
                "subject": seal("部内定例(営業本部)"),
            },
        )
