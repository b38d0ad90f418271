from __future__ import annotations

from django.db import models
from django.db.models import Q

from chosei.records.models.appointment import Appointment, Companion
from chosei.records.models.organization import Member, Organization
from chosei.records.models.proposal import Proposal


class MailKind(models.TextChoices):
    INVITATION = "invitation"  # アポイントメントの日程調整をお願いします
    CONFIRMED_GUEST = "confirmed_guest"
    CONFIRMED_HOST = "confirmed_host"
    LINK_FOLLOWS_GUEST = "link_guest"  # the web meeting link came after the confirmation
    LINK_FOLLOWS_HOST = "link_host"
    CHANGED_GUEST = "changed_guest"
    CHANGED_HOST = "changed_host"
    CANCELLED_GUEST = "cancelled_guest"
    CANCELLED_HOST = "cancelled_host"
    REMOVED_HOST = "removed_host"  # no longer one of the appointment's hosts
    HANDED_OVER = "handed_over"  # what a colleague offered is theirs from now on
    READJUSTMENT = "readjustment"  # the customer asks for another time; to author or hosts
    OFFERED_AGAIN = "offered_again"  # new candidates in the same proposal
    EXPIRED_AUTHOR = "expired_author"
    REMINDER_GUEST = "reminder_guest"
    REMINDER_HOST = "reminder_host"
    REMINDER_DEADLINE = "reminder_deadline"
    ROOM_MISSING = "room_missing"  # no room could be had: the host chooses
    ARRIVED_HOST = "arrived_host"  # the guest stands at the front desk
    REQUESTED_GUEST = "requested_guest"  # a booking that somebody has to approve
    REQUESTED_HOST = "requested_host"
    DECLINED_GUEST = "declined_guest"
    LAPSED_HOST = "lapsed_host"  # nobody approved or declined in time
    RECONNECT = "reconnect"
    ADDRESS_MISMATCH = "address_mismatch"  # the account no longer goes by the member's address
    REGISTRATION_BROKEN = "registration_broken"
    ACCOUNTS_IN_TROUBLE = "accounts_in_trouble"  # to administrators: what they can mend
    CALENDAR_QUESTION = "calendar_question"  # what was done in Outlook waits for the host's word
    TRY_AGAIN = "try_again"  # the company has approved
    INVITED_MEMBER = "invited_member"
    NEW_PASSWORD = "new_password"  # noqa: S105 (a kind of mail)


class MailState(models.TextChoices):
    WAITING = "waiting"
    SENT = "sent"
    REFUSED = "refused"
    SUPERSEDED = "superseded"


class MailMessage(models.Model):
    """A mail that must go once. Its identity is (about, kind, recipient, revision, occasion); its Message-ID
    never changes.

    ``about`` is "proposal:ID", "appointment:ID", "connection:ID" or "member:ID". The letter is composed
    when it is sent, from what stands then. ``wait_for_link_until``: until then (UTC) it waits for the web
    meeting's link; afterwards it goes without. ``occasion`` tells reminders apart: the instant they remind of
    and how long before. ``companion``: the letter is for somebody the customer brings along. ``listed``: what
    a letter of several things is about, by number.
    """

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="mails")
    about = models.CharField(max_length=40)
    proposal = models.ForeignKey(
        Proposal, null=True, blank=True, on_delete=models.CASCADE, related_name="mails"
    )
    appointment = models.ForeignKey(
        Appointment, null=True, blank=True, on_delete=models.CASCADE, related_name="mails"
    )
    connection = models.ForeignKey(
        "records.Connection", null=True, blank=True, on_delete=models.CASCADE, related_name="mails"
    )
    kind = models.CharField(max_length=24, choices=MailKind.choices)
    recipient = models.EmailField(max_length=254)
    recipient_name = models.CharField(max_length=120, blank=True, default="")
    member = models.ForeignKey(Member, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    language = models.CharField(max_length=8, default="ja")
    listed = models.JSONField(default=dict, blank=True)
    companion = models.ForeignKey(
        Companion, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    revision = models.PositiveIntegerField(default=0)
    occasion = models.CharField(max_length=40, blank=True, default="")
    message_id = models.CharField(max_length=200, unique=True)
    state = models.CharField(max_length=16, choices=MailState.choices, default=MailState.WAITING)
    wait_for_link_until = models.DateTimeField(null=True, blank=True)
    told_link = models.BooleanField(
        default=False, help_text="the letter that went carried the web meeting link"
    )
    attempts = models.PositiveIntegerField(default=0)
    retry_at = models.DateTimeField(null=True, blank=True)
    problem = models.CharField(max_length=80, blank=True, default="")
    created_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["id"], condition=Q(state="waiting"), name="mail_waiting")]
        constraints = [
            models.UniqueConstraint(
                fields=["about", "kind", "recipient", "revision", "occasion"], name="mail_identity"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} mail {self.pk}"
