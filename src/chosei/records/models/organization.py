from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower

from chosei.core.blocking import usual


class Role(models.TextChoices):
    ADMINISTRATOR = "administrator"
    MEMBER = "member"


def a_day_before() -> list[int]:
    return [24]


class Organization(models.Model):
    """A company that schedules with Chosei (会社): a tenant of this installation.

    ``write_holds``: whether its new proposals stand in the hosts' calendars as holds, unless the author
    says otherwise.
    ``guest_may_change`` and ``guest_may_cancel``: what customers may do to an appointment themselves, until
    ``guest_until_hours`` before it begins. The reminder fields list how many hours before a meeting (or a
    proposal's deadline) a reminder goes; an empty list means none. ``mail_footer`` stands under every
    letter to a customer.
    ``slug`` stands in the readable addresses of its pages and never changes. ``privacy_notice``: what
    customers agree to where a page asks for it.
    """

    name = models.CharField(max_length=200)
    zone = models.CharField(max_length=64, default="Asia/Tokyo")
    language = models.CharField(max_length=8, default="ja")
    write_holds = models.BooleanField(default=True)
    guest_may_change = models.BooleanField(default=True)
    guest_may_cancel = models.BooleanField(default=True)
    guest_until_hours = models.PositiveIntegerField(default=0)
    guest_reminder_hours = models.JSONField(default=a_day_before, blank=True)
    host_reminder_hours = models.JSONField(default=list, blank=True)
    deadline_reminder_hours = models.JSONField(default=a_day_before, blank=True)
    mail_footer = models.TextField(max_length=1000, blank=True, default="")
    slug = models.CharField(max_length=60, unique=True, null=True, blank=True)
    privacy_notice = models.TextField(max_length=8000, blank=True, default="")
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name


class MemberManager(BaseUserManager["Member"]):
    def get_by_natural_key(self, username: str | None) -> Member:
        return self.get(email__iexact=username)


class Member(AbstractBaseUser):
    """An employee (社員), who signs in with the address. Only active members can.

    ``working_hours`` is the JSON form of ``core.hours.WeeklyHours``; None for the usual office hours.
    ``counts_as_busy`` lists those of ``core.blocking.CHOICES`` that take this member's time.
    ``ask_before_moving``: an event moved in Outlook waits for this member's word before the customer is told.
    ``chat_ids`` maps a ``ChatService`` to who they are there, for mentions.
    """

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="members")
    email = models.EmailField(max_length=254)
    name = models.CharField(max_length=120)
    role = models.CharField(max_length=16, choices=Role.choices, default=Role.MEMBER)
    language = models.CharField(max_length=8, default="ja")
    zone = models.CharField(max_length=64, default="Asia/Tokyo")
    working_hours = models.JSONField(null=True, blank=True)
    counts_as_busy = models.JSONField(default=usual, blank=True)
    ask_before_moving = models.BooleanField(default=False)
    chat_ids = models.JSONField(default=dict, blank=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    objects: ClassVar[MemberManager] = MemberManager()

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="member_email_once")]

    def __str__(self) -> str:
        return self.name

    @property
    def is_administrator(self) -> bool:
        return self.role == Role.ADMINISTRATOR
