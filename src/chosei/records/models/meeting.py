from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Func

from chosei.core.web_meetings import Link


class MeetingFormat(models.TextChoices):
    """会議形態."""

    VISIT = "visit"  # 来訪: the guest comes to us
    WEB = "web"  # Web会議
    OUTING = "outing"  # 往訪: we go to the guest
    PHONE = "phone"  # 電話
    OTHER = "other"  # その他


class Meeting(models.Model):
    """What a proposal, a booking page and an appointment have in common: the meeting itself."""

    title = models.CharField(max_length=200, blank=True, default="")
    format = models.CharField(max_length=16, choices=MeetingFormat.choices, default=MeetingFormat.WEB)
    location = models.CharField(max_length=300, blank=True, default="")
    web_meeting = models.BooleanField(default=False, help_text="WEB会議URLを発行する")
    web_service = models.CharField(
        max_length=16,
        blank=True,
        default="",
        help_text="provider that issues the link; empty: the calendar's",
    )
    guidance = models.TextField(max_length=4000, blank=True, default="", help_text="お客様へのご案内")
    contact = models.CharField(max_length=300, blank=True, default="", help_text="ご連絡先")
    internal_notes = models.TextField(max_length=4000, blank=True, default="", help_text="社内メモ")
    reception_code = models.BooleanField(default=False, help_text="受付コードを発行する; for visits")
    zone = models.CharField(max_length=64, default="Asia/Tokyo")

    class Meta:
        abstract = True

    @property
    def link(self) -> Link:
        """The link of a web meeting that is to be issued."""
        return Link(self.web_meeting, self.web_service)


def guest_grams() -> models.GeneratedField:
    """What the customer is found by: every two neighbouring characters of company, name and address.

    Two, because a Japanese family name often has no more. Kept by the database (function ``chosei_grams``),
    under a GIN index, which needs no extension.
    """
    return models.GeneratedField(
        expression=Func("guest_company", "guest_name", "guest_email", function="chosei_grams"),
        output_field=ArrayField(models.TextField()),
        db_persist=True,
    )


class GuestDetails(models.Model):
    """The customer (お客様), as they or the author entered it."""

    guest_company = models.CharField(max_length=200, blank=True, default="")
    guest_name = models.CharField(max_length=120, blank=True, default="")
    guest_email = models.EmailField(max_length=254, blank=True, default="")
    guest_language = models.CharField(max_length=8, default="ja")
    guest_zone = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        abstract = True
