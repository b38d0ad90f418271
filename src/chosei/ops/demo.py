"""The demo company: what an empty database holds when Chosei is tried with the sandbox."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chosei.records.models import Member

ADDRESS = "sato@sample.example"
PASSWORD = "chosei-demo"  # noqa: S105  (printed by ./run; never loaded beside a real client id)
COMPANY = "株式会社サンプル"
COLLEAGUES = (
    ("suzuki@sample.example", "鈴木 美咲"),
    ("tanaka@sample.example", "田中 翔"),
    ("takahashi@sample.example", "高橋 由美"),
)
ROOMS = (
    ("会議室 八重洲A", "room-yaesu-a@sample.example", "12F", 8),
    ("会議室 八重洲B", "room-yaesu-b@sample.example", "12F", 4),
    ("会議室 丸の内", "room-marunouchi@sample.example", "3F", 20),
)


def load() -> bool:
    """Fill an empty database, in one transaction. False, and nothing changed, where a company exists."""
    from django.db import transaction

    from chosei.actions.members import add_member, create_organization
    from chosei.records.models import Organization, Room

    with transaction.atomic():
        if Organization.objects.exists():
            return False
        organization = create_organization(COMPANY, ADDRESS, "佐藤 健一", PASSWORD)
        for email, name in COLLEAGUES:
            add_member(organization, email, name, password=PASSWORD)
        Room.objects.bulk_create(
            Room(
                organization=organization,
                name=name,
                address=address,
                building="東京本社",
                floor=floor,
                capacity=capacity,
            )
            for name, address, floor, capacity in ROOMS
        )
        administrator = organization.members.get(email=ADDRESS)
        _pages(administrator)
        _chat(administrator)
    return True


def _pages(owner: Member) -> None:
    """Drafts, which can be published once the calendars are connected."""
    from chosei.actions.booking_pages import create_page
    from chosei.actions.inputs import BookingPageInput, MeetingInput
    from chosei.core.hours import WeeklyHours

    hours = WeeklyHours.parse([[("10:00", "12:00"), ("13:00", "17:00")]] * 5 + [[], []], owner.zone)
    team = owner.organization.members.exclude(email=COLLEAGUES[-1][0]).order_by("pk")
    online = BookingPageInput(
        meeting=MeetingInput("製品のご紹介(オンライン)", "web", True, owner.zone),
        hours=hours,
        host_ids=tuple(team.values_list("pk", flat=True)),
        description="担当者が画面を共有しながら、30分でご紹介します。",
        participation="any",
        pick="even",
        guest_reminders=(24, 1),
    )
    visit = BookingPageInput(
        meeting=MeetingInput(
            "ご来社でのお打ち合わせ",
            "visit",
            False,
            owner.zone,
            location="東京都中央区八重洲1-1-1 株式会社サンプル 東京本社",
            reception_code=True,
        ),
        hours=hours,
        host_ids=(owner.pk,),
        duration_minutes=60,
        room_ids=tuple(owner.organization.rooms.order_by("pk").values_list("pk", flat=True)),
    )
    create_page(owner, online)
    create_page(owner, visit)


def _chat(administrator: Member) -> None:
    """Notices go to the sandbox's stand-in for Slack."""
    from django.conf import settings

    from chosei.actions.chat import NOTICES, DestinationInput, add_destination

    webhook = f"{settings.CHOSEI_MICROSOFT_GRAPH_URL}/chat/slack/services/T0DEMO/B0DEMO/sandbox"
    kinds = tuple(kind.value for kind in NOTICES)
    add_destination(administrator, "slack", DestinationInput("Slack(お試し用)", webhook, "", True, kinds))
