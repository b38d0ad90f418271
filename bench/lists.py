"""How long a member waits for the list of appointments when there are very many. Run: python bench/lists.py

A throw-away PostgreSQL is filled with 1,000,000 appointments of 1,000 members, each on a page of its host. An
administrator opens everybody's list and their own: the first page, the tenth, the past, each state, and
searches for a customer, a host and a date. Prints medians in milliseconds, of the whole view (queries, rows
and template) in one process, without HTTP, and ends with 1 when one is above the target.

An index keeps one's own list by start. A state is not in it: one that the list has none of reads all of one's
coming (or past) appointments. `--members 2 --appointments 100000` measures that for somebody with 50,000.
"""

from __future__ import annotations

import argparse
import logging
import sys
import tempfile
from datetime import timedelta
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any
from uuid import uuid4

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "src")]

TARGET_MS = 100.0
LATER = 9  # pages to turn before the tenth
STATES = ("confirmed", "cancelled", "declined", "pending", "readjustment_requested")
_OWN = {
    "link_hash": "'bench' || n",
    "ics_uid": "'bench' || n",
    "submission": "gen_random_uuid()",
    "booking_page_id": "page.id",
    "arranged_by_id": "page.owner_id",
    "state": "(ARRAY['confirmed', 'confirmed', 'confirmed', 'cancelled', 'declined', 'pending'])[1 + n %% 6]",
    "guest_company": "'株式会社' || n",
    "guest_name": "CASE WHEN n %% 10000 = 0 THEN '六本木 五郎' ELSE '客 ' || n END",
    "guest_email": "'g' || n || '@test.example'",
    "starts_at": "one.starts_at + (n / pages.count - %(half)s) * interval '1 hour'",
    "ends_at": "one.ends_at + (n / pages.count - %(half)s) * interval '1 hour'",
}
# None stands any more: a list shows them alike, and the constraint on those that do would take minutes.
_PROMISES = """
    INSERT INTO records_promise (appointment_id, host_id, during, position, standing, answer,
                                 before_given_back, after_given_back)
    SELECT a.id, p.owner_id, tstzrange(a.starts_at, a.ends_at), 0, false, '', false, false
    FROM records_appointment a JOIN records_bookingpage p ON p.id = a.booking_page_id
"""


def main() -> int:
    from page_request import database

    parser = argparse.ArgumentParser(description="The lists of appointments, in milliseconds.")
    parser.add_argument("--members", type=int, default=1_000)
    parser.add_argument("--appointments", type=int, default=1_000_000)
    parser.add_argument("--times", type=int, default=20, help="each is opened")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="chosei-bench-") as folder, database(Path(folder)):
        return measure(options)


def measure(options: argparse.Namespace) -> int:
    from page_request import command

    command("migrate")
    import django

    django.setup()
    from django.conf import settings
    from django.test import Client
    from django.test.utils import setup_test_environment
    from django.utils import timezone

    from chosei.records.models import Member, Role
    from filling import Size, fill

    setup_test_environment()  # answers tell what their templates were given
    logging.disable()
    begun, now = perf_counter(), timezone.now()
    fill(Size(options.members, options.members, 0), now=now)
    put_appointments(options.appointments, options.members, now + timedelta(minutes=5))
    print(f"{options.appointments:,} appointments (filled in {perf_counter() - begun:.0f} s)\n")
    member = Member.objects.earliest("pk")
    Member.objects.filter(pk=member.pk).update(role=Role.ADMINISTRATOR)
    member.refresh_from_db()
    browser = Client()
    browser.force_login(member, backend=settings.AUTHENTICATION_BACKENDS[-1])
    slow = False
    for name, mine in (("everybody's", ""), ("mine", "&mine=1")):
        for what, path in addresses(browser, mine):
            took, quickest = milliseconds(browser, path, options.times)
            slow = slow or took > TARGET_MS
            missed = "  missed" if took > TARGET_MS else ""
            figures = f"median {took:8.1f}, quickest {quickest:6.1f} ms"
            print(f"{name:12}{what:24}{figures}   (median at most {TARGET_MS:.0f}){missed}")
    return 1 if slow else 0


def addresses(browser: Any, mine: str) -> list[tuple[str, str]]:
    first = f"/appointments/?show={mine}"
    after = ""
    for _ in range(LATER):
        after = opened(browser, f"{first}&after={after}").context["after"] or after
    return [
        ("first page", first),
        ("tenth page", f"{first}&after={after}"),
        ("past", f"/appointments/?show=past{mine}"),
        ("waiting", f"/appointments/?show=waiting{mine}"),
        ("customer", f"{first}&customer=六本木"),
        ("host", f"{first}&host=member7@"),
        ("date", f"{first}&from={_in(9)}&to={_in(9)}"),
        *((state, f"{first}&state={state}") for state in STATES),
    ]


def _in(days: int) -> str:
    from django.utils import timezone

    return (timezone.localdate() + timedelta(days=days)).isoformat()


def opened(browser: Any, path: str) -> Any:
    answer = browser.get(path)
    if answer.status_code != 200:
        raise SystemExit(f"{path} answered {answer.status_code}")
    return answer


def milliseconds(browser: Any, path: str, times: int) -> tuple[float, float]:
    """The median, and the quickest: what it takes while nothing else has the machine."""
    opened(browser, path)
    took = []
    for _ in range(times):
        begun = perf_counter()
        opened(browser, path)
        took.append((perf_counter() - begun) * 1000)
    return median(took), min(took)


def put_appointments(count: int, pages: int, start: Any) -> None:
    """Copies of one, an hour apart on every page, half of them past; each promises its host's time."""
    from django.db import connection

    from chosei.records.models import Appointment, BookingPage

    page = BookingPage.objects.earliest("pk")
    one = Appointment(
        organization=page.organization,
        booking_page=page,
        title=page.title,
        guest_name="客",
        guest_email="g@test.example",
        starts_at=start,
        ends_at=start + timedelta(minutes=30),
        state="confirmed",
        ics_uid=f"{uuid4()}@chosei",
        submission=uuid4(),
        confirmed_at=start - timedelta(days=1),
    )
    one.make_link()
    one.save()
    fields = Appointment._meta.concrete_fields
    columns = [str(field.column) for field in fields if not field.primary_key and not field.generated]
    values = ", ".join(_OWN.get(column, f"one.{column}") for column in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO records_appointment ({', '.join(columns)}) SELECT {values}"
            " FROM records_appointment one, generate_series(1, %(count)s) AS n,"
            " (SELECT count(*) AS count FROM records_bookingpage) AS pages,"
            " (SELECT id, owner_id, row_number() OVER (ORDER BY id) - 1 AS number"
            "  FROM records_bookingpage) AS page"
            " WHERE one.id = %(one)s AND page.number = n %% pages.count",
            {"count": count, "half": count // pages // 2, "one": one.pk},
        )
        cursor.execute("DELETE FROM records_appointment WHERE id = %s", [one.pk])
        cursor.execute(_PROMISES)
        cursor.execute("VACUUM ANALYZE")


if __name__ == "__main__":
    raise SystemExit(main())
