"""People, connections and negotiations to test with; every value can be overridden."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import count
from typing import Any
from uuid import uuid4

from chosei.actions.booking_pages import create_page, publish_page
from chosei.actions.inputs import BookingPageInput, GuestInput, MeetingInput, ProposalInput
from chosei.actions.members import add_member, create_organization
from chosei.actions.proposals import open_proposal
from chosei.core.hours import WeeklyHours
from chosei.core.intervals import Interval
from chosei.records.models import BookingPage, Connection, Member, MirroredEvent, Organization, Proposal
from tests.support.times import NOW as NOW

_numbers = count(1)

GUEST = GuestInput(company="株式会社テスト", name="三田花子", email="hanako@test.example", zone="Asia/Tokyo")


def organization(name: str = "株式会社サンプル") -> Organization:
    return create_organization(name, f"admin{next(_numbers)}@sample.example", "管理 太郎", "a-long-password")


def member(of: Organization | None = None, name: str = "佐藤 健一", **values: Any) -> Member:
    email = values.pop("email", f"member{next(_numbers)}@sample.example")
    return add_member(of or organization(), email, name, password="a-long-password", **values)


def connect(owner: Member, *, now: datetime = NOW, **values: Any) -> Connection:
    """An account whose mirror was read just now and holds nothing."""
    return Connection.objects.create(
        **{
            "member": owner,
            "provider": "microsoft",
            "account_tenant": "11111111-1111-4111-8111-111111111111",
            "account_object": str(uuid4()),
            "address": owner.email,
            "access_token": "access",
            "refresh_token": "refresh",
            "access_expires_at": now + timedelta(hours=1),
            "web_meeting": True,
            "mirror_read_at": now,
            "mirror_from": now - timedelta(days=14),
            "mirror_until": now + timedelta(days=100),
            **values,
        }
    )


def busy(connection: Connection, start: datetime, minutes: int = 60, **values: Any) -> MirroredEvent:
    return MirroredEvent.objects.create(
        **{
            "connection": connection,
            "remote_id": f"remote-{next(_numbers)}",
            "starts_at": start,
            "ends_at": start + timedelta(minutes=minutes),
            "show_as": "busy",
            **values,
        }
    )


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A Tokyo wall time in November/December 2026 as an instant: ``day`` counts from 24 November."""
    return NOW + timedelta(days=day, hours=hour - 9, minutes=minute)


def span(day: int, hour: int, minutes: int = 60) -> Interval:
    return Interval(at(day, hour), at(day, hour) + timedelta(minutes=minutes))


def meeting(**values: Any) -> MeetingInput:
    return MeetingInput(**{
        "title": "導入のご相談", "format": "web", "web_meeting": True, "zone": "Asia/Tokyo", **values
    })  # fmt: skip


def propose(
    author: Member,
    times: Sequence[Interval] = (),
    *,
    hosts: Sequence[Member] = (),
    now: datetime = NOW,
    **values: Any,
) -> Proposal:
    return open_proposal(author, proposal_input(author, times, hosts=hosts, **values), now=now)


def proposal_input(
    author: Member, times: Sequence[Interval] = (), *, hosts: Sequence[Member] = (), **values: Any
) -> ProposalInput:
    return ProposalInput(
        **{
            "meeting": meeting(),
            "host_ids": tuple(host.pk for host in hosts or [author]),
            "candidates": tuple(times or [span(1, 10), span(2, 14), span(3, 16)]),
            "guest_company": GUEST.company,
            "guest_name": GUEST.name,
            "guest_email": GUEST.email,
            **values,
        }
    )


def office_hours() -> WeeklyHours:
    return WeeklyHours.parse([[("09:00", "18:00")]] * 5 + [[], []], "Asia/Tokyo")


def publish(owner: Member, *, hosts: Sequence[Member] = (), **values: Any) -> BookingPage:
    wanted = BookingPageInput(
        **{
            "meeting": meeting(title="オンライン製品説明"),
            "hours": office_hours(),
            "host_ids": tuple(host.pk for host in hosts or [owner]),
            "min_notice_minutes": 0,
            **values,
        }
    )
    page = create_page(owner, wanted)
    publish_page(owner, page)
    page.refresh_from_db()
    return page
