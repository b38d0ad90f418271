from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

from chosei.core.hours import WeeklyHours
from chosei.records.links import SecretLinked
from chosei.records.models.meeting import Meeting
from chosei.records.models.organization import Member, Organization
from chosei.records.models.page_settings import DetailSettings, MailSettings, MeetingSettings, OpeningSettings

if TYPE_CHECKING:
    from chosei.records.models.page_access import OneTimeLink


def weekday_office_hours() -> dict[str, object]:
    """Monday to Friday, 9:00 to 18:00, in the JSON form of ``core.hours.WeeklyHours``."""
    weekdays = [[("09:00", "18:00")]] * 5 + [[], []]
    return WeeklyHours.parse(weekdays, "Asia/Tokyo").to_json()


class Visibility(models.TextChoices):
    """Who comes to a page: anybody, whoever has its link, or whoever has a link that works once."""

    PUBLIC = "public"
    UNLISTED = "unlisted"
    ONE_TIME = "one_time"


class BookingPage(SecretLinked, Meeting, MeetingSettings, OpeningSettings, DetailSettings, MailSettings):
    """A standing public page (予約ページ) that offers what is free. ``state`` is a
    ``core.states.BookingPageState``.

    Lengths and notices are minutes; ``window_days`` counts from today in the page's zone; without
    ``step_minutes`` the page offers a start after each of its own lengths. ``slug`` is its present readable
    address in the organisation, empty for none; earlier ones: PageAddress.
    ``room_min_capacity``: people that one of the page's rooms has to hold (``rooms``, in order).
    ``hours`` is the JSON form of ``core.hours.WeeklyHours`` (wall times in ``zone``).
    ``questions`` is the JSON form of ``core.questions.Questions``; empty for the standard form.
    ``embed_origins``: the sites ("https://www.example.co.jp") that may show the page in a frame.
    """

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="booking_pages")
    owner = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="booking_pages")
    state = models.CharField(max_length=16, default="draft")
    description = models.TextField(max_length=4000, blank=True, default="")
    duration_minutes = models.PositiveIntegerField(default=30)
    step_minutes = models.PositiveIntegerField(default=30, null=True, blank=True)
    buffer_before_minutes = models.PositiveIntegerField(default=0)
    buffer_after_minutes = models.PositiveIntegerField(default=0)
    min_notice_minutes = models.PositiveIntegerField(default=60)
    window_days = models.PositiveIntegerField(default=30)
    hours = models.JSONField(default=weekday_office_hours)
    visibility = models.CharField(max_length=16, choices=Visibility.choices, default=Visibility.UNLISTED)
    slug = models.CharField(max_length=60, blank=True, default="")
    questions = models.JSONField(default=list, blank=True)
    embed_origins = models.JSONField(default=list, blank=True)
    room_min_capacity = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    one_time: OneTimeLink | None = None
    """The link that works once through which the guest at hand came; set by the gate, never stored."""

    @property
    def guest_token(self) -> str:
        """The token of the link through which the guest at hand goes on."""
        return self.one_time.link_token if self.one_time else self.link_token

    class Meta:
        indexes = [models.Index(fields=["organization", "-id"], name="page_of_organization")]
        constraints = [
            models.CheckConstraint(condition=Q(duration_minutes__gte=5), name="page_duration_positive"),
            models.CheckConstraint(condition=Q(step_minutes__gte=5), name="page_step_positive"),
        ]

    def __str__(self) -> str:
        return self.title


class BookingPageHost(models.Model):
    """A member who attends what is booked on the page (参加者), in order of priority.

    ``group``: 1, or 2 in the second of two groups. ``hours``: JSON form of ``core.hours.WeeklyHours``, when
    the host receives on this page, within the page's own hours; None for all of these.
    """

    page = models.ForeignKey(BookingPage, on_delete=models.CASCADE, related_name="hosts")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField(default=0)
    group = models.PositiveSmallIntegerField(default=1)
    hours = models.JSONField(null=True, blank=True)

    class Meta:
        ordering = ["position", "id"]
        constraints = [models.UniqueConstraint(fields=["page", "member"], name="page_host_once")]

    def __str__(self) -> str:
        return f"host {self.member_id} of page {self.page_id}"


class BookingPageDeputy(models.Model):
    """A member who manages the page and its bookings without attending (代理調整者)."""

    page = models.ForeignKey(BookingPage, on_delete=models.CASCADE, related_name="deputies")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["page", "member"], name="page_deputy_once")]

    def __str__(self) -> str:
        return f"deputy {self.member_id} of page {self.page_id}"
