"""A company, a customer, a proposal and an appointment, to write letters about."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from psycopg.types.range import TimestamptzRange

from chosei.mails.compose import compose
from chosei.ports.mail import Letter
from chosei.records.models import (
    Appointment,
    BookingPage,
    Candidate,
    Connection,
    MailKind,
    MailMessage,
    Member,
    Organization,
    Promise,
    Proposal,
    ProposalHost,
)

NOW = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)  # 10:00 in Tokyo, a Tuesday
START = datetime(2026, 12, 3, 5, 0, tzinfo=UTC)  # Thursday 14:00 in Tokyo
JOIN_URL = "https://teams.microsoft.com/l/meetup-join/19%3ameeting_Abc123?context=%7b%22Tid%22%7d"


@dataclass
class Scene:
    """Made once for a test; ``mail`` writes the letter that its records warrant."""

    organization: Organization
    host: Member
    colleague: Member
    made: list[Any] = field(default_factory=list)

    def proposal(self, **fields: Any) -> Proposal:
        given = {
            "title": "導入のご相談",
            "web_meeting": True,
            "guest_company": "株式会社テスト",
            "guest_name": "三田花子",
            "guest_email": "hanako@test.example",
            "state": "open",
            "deadline": NOW + timedelta(days=7),
            "author": self.host,
        } | fields
        proposal = Proposal(organization=self.organization, **given)
        proposal.make_link()
        proposal.save()
        ProposalHost.objects.create(proposal=proposal, member=self.host)
        for days in (0, 1, 4):
            start = START + timedelta(days=days)
            Candidate.objects.create(proposal=proposal, starts_at=start, ends_at=start + timedelta(hours=1))
        return proposal

    def page(self, **fields: Any) -> BookingPage:
        given = {"title": "オンライン製品説明", "state": "published"} | fields
        page = BookingPage(organization=self.organization, owner=self.host, **given)
        page.make_link()
        page.save()
        return page

    def appointment(self, hosts: list[Member] | None = None, **fields: Any) -> Appointment:
        given = {
            "title": "導入のご相談",
            "web_meeting": True,
            "guest_company": "株式会社テスト",
            "guest_name": "三田花子",
            "guest_email": "hanako@test.example",
            "guest_message": "当日は2名で参加します。\n資料は https://test.example/a?b=1&c=2 です。",
            "guidance": "開始5分前からご入室いただけます。",
            "starts_at": START,
            "ends_at": START + timedelta(hours=1),
            "ics_uid": f"{uuid4()}@chosei",
            "confirmed_at": NOW,
        } | fields
        if "booking_page" not in given and "proposal" not in given:
            given["booking_page"] = self.page()
        appointment = Appointment(organization=self.organization, **given)
        appointment.make_link()
        appointment.save()
        during = TimestamptzRange(appointment.starts_at, appointment.ends_at)
        standing = appointment.state != "cancelled"
        for position, host in enumerate(hosts or [self.host]):
            Promise.objects.create(
                appointment=appointment, host=host, during=during, position=position, standing=standing
            )
        return appointment

    def connection(self, member: Member, **fields: Any) -> Connection:
        connected_at = fields.pop("connected_at", NOW - timedelta(days=30))
        account = {"account_tenant": "t", "account_object": str(member.pk), "web_meeting": True}
        given = {"provider": "microsoft", **account} | fields
        connection = Connection.objects.create(member=member, address=member.email, **given)
        Connection.objects.filter(pk=connection.pk).update(connected_at=connected_at)
        return connection

    def message(self, kind: MailKind, about: Any, member: Member | None = None, **fields: Any) -> MailMessage:
        name = type(about).__name__.lower()
        given: dict[str, Any] = {
            "recipient": member.email if member else about.guest_email,
            "recipient_name": member.name if member else about.guest_name,
            "language": "ja",
        } | fields
        return MailMessage.objects.create(
            organization=self.organization,
            about=f"{name}:{about.pk}",
            kind=kind,
            member=member,
            message_id=f"<{uuid4().hex}@chosei.example>",
            **{name: about},
            **given,
        )

    def mail(self, kind: MailKind, about: Any, member: Member | None = None, **fields: Any) -> Letter | None:
        return compose(self.message(kind, about, member, **fields), now=NOW)

    def letter(self, kind: MailKind, about: Any, member: Member | None = None, **fields: Any) -> Letter:
        letter = self.mail(kind, about, member, **fields)
        assert letter is not None
        return letter


def make_scene() -> Scene:
    organization = Organization.objects.create(name="株式会社サンプル")
    host = Member.objects.create(organization=organization, email="suzuki@sample.example", name="鈴木 美咲")
    colleague = Member.objects.create(
        organization=organization, email="tanaka@sample.example", name="田中 翔"
    )
    return Scene(organization, host, colleague)
