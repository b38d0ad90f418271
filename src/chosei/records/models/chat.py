from __future__ import annotations

from django.db import models
from django.db.models import Q

from chosei.records.models.appointment import Appointment
from chosei.records.models.booking_page import BookingPage
from chosei.records.models.organization import Organization
from chosei.records.sealed import SealedTextField


class ChatService(models.TextChoices):
    """Where notices can go, and by what."""

    SLACK = "slack"  # an incoming webhook
    SLACK_BOT = "slack_bot"  # a bot's token and a channel
    TEAMS = "teams"  # the webhook of a workflow
    CHATWORK = "chatwork"  # an API token and a room
    GOOGLE_CHAT = "google_chat"  # an incoming webhook


class ChatKind(models.TextChoices):
    BOOKED = "booked"
    CHANGED = "changed"
    CANCELLED = "cancelled"
    ARRIVED = "arrived"
    TEST = "test"


class ChatDestination(models.Model):
    """A channel or room of the company's chat (社内チャット) that notices go to.

    ``secret`` is the webhook's address or the token, ``room`` the channel or room where a token needs one.
    ``everything``: it is told of every appointment of the organisation; others only of those of the booking
    pages that chose it. ``problem`` is the short code of why the last notice was not taken, since
    ``problem_at``. A removed one stays for what it was sent, without its secret.
    """

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="chats")
    name = models.CharField(max_length=80)
    service = models.CharField(max_length=16, choices=ChatService.choices)
    secret = SealedTextField(editable=False)
    room = models.CharField(max_length=80, blank=True, default="")
    everything = models.BooleanField(default=True)
    kinds = models.JSONField(default=list)
    paused = models.BooleanField(default=False)
    removed = models.BooleanField(default=False)
    problem = models.CharField(max_length=80, blank=True, default="")
    problem_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return f"chat destination {self.pk}"


class PageChat(models.Model):
    """A booking page tells this destination of what is booked on it."""

    page = models.ForeignKey(BookingPage, on_delete=models.CASCADE, related_name="chats")
    destination = models.ForeignKey(ChatDestination, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["page", "destination"], name="page_chat_once")]

    def __str__(self) -> str:
        return f"chat {self.destination_id} of page {self.page_id}"


class ChatState(models.TextChoices):
    WAITING = "waiting"
    SENT = "sent"
    REFUSED = "refused"
    SUPERSEDED = "superseded"


class ChatMessage(models.Model):
    """A notice that must go once. Its identity is (destination, about, kind, revision).

    ``about`` is "appointment:ID", or "destination:ID" for a test. It is composed when it is sent, from what
    stands then.
    """

    destination = models.ForeignKey(ChatDestination, on_delete=models.CASCADE, related_name="messages")
    about = models.CharField(max_length=40)
    appointment = models.ForeignKey(
        Appointment, null=True, blank=True, on_delete=models.CASCADE, related_name="chat_messages"
    )
    kind = models.CharField(max_length=16, choices=ChatKind.choices)
    revision = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=16, choices=ChatState.choices, default=ChatState.WAITING)
    attempts = models.PositiveIntegerField(default=0)
    retry_at = models.DateTimeField(null=True, blank=True)
    problem = models.CharField(max_length=80, blank=True, default="")
    created_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["id"], condition=Q(state="waiting"), name="chat_waiting")]
        constraints = [
            models.UniqueConstraint(
                fields=["destination", "about", "kind", "revision"], name="chat_message_identity"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} chat message {self.pk}"
