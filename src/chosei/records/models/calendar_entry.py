from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from chosei.records.models.appointment import Appointment
from chosei.records.models.connection import Connection
from chosei.records.models.proposal import Candidate


def new_key() -> str:
    return uuid.uuid4().hex


class CalendarEntry(models.Model):
    """What we want in one calendar for one purpose, and what we last saw there.

    ``desired`` is what should stand (JSON of ``core.entries.DesiredEntry``), or None when nothing should.
    ``generation`` rises with every change of ``desired``; ``written_generation`` is the last one carried out.
    ``written`` is what we last wrote, or sent while ``create_begun``; ``observed`` what we last saw.
    ``create_token`` makes creation repeatable. ``state`` is a ``core.entries.EntryState``, for people to see.
    ``missing_at`` (UTC): when a direct read first found the event gone. ``question``: what the host is asked
    about a person's change. ``room_asked_at`` (UTC): since when its rooms are asked for this time;
    ``room_seen_at``: when their answers were read last.
    """

    key = models.CharField(max_length=64, unique=True, default=new_key, editable=False)
    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="entries")
    purpose = models.CharField(max_length=16)
    candidate = models.ForeignKey(
        Candidate, null=True, blank=True, on_delete=models.PROTECT, related_name="entries"
    )
    appointment = models.ForeignKey(
        Appointment, null=True, blank=True, on_delete=models.PROTECT, related_name="entries"
    )
    desired = models.JSONField(null=True, blank=True)
    generation = models.PositiveIntegerField(default=1)
    written = models.JSONField(null=True, blank=True)
    written_generation = models.PositiveIntegerField(default=0)
    observed = models.JSONField(null=True, blank=True)
    remote_id = models.CharField(max_length=400, blank=True, default="")
    etag = models.CharField(max_length=200, blank=True, default="")
    create_token = models.CharField(max_length=64, default=new_key)
    create_begun = models.BooleanField(default=False, help_text="a creation was sent; its answer may be lost")
    state = models.CharField(max_length=16, default="waiting")
    attempts = models.PositiveIntegerField(default=0)
    retry_at = models.DateTimeField(null=True, blank=True)
    problem = models.CharField(max_length=80, blank=True, default="")
    missing_at = models.DateTimeField(null=True, blank=True)
    question = models.CharField(max_length=16, blank=True, default="")
    room_asked_at = models.DateTimeField(null=True, blank=True)
    room_seen_at = models.DateTimeField(null=True, blank=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["changed_at"],
                condition=~Q(state__in=["written", "gone"]),
                name="entry_unfinished",
            ),
            models.Index(fields=["connection", "state"], name="entry_of_connection"),
            models.Index(
                fields=["connection", "missing_at"],
                condition=Q(missing_at__isnull=False),
                name="entry_missing",
            ),
            models.Index(fields=["remote_id"], condition=~Q(remote_id=""), name="entry_by_remote_id"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(candidate__isnull=False) | Q(appointment__isnull=False),
                name="entry_has_a_purpose",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} entry {self.pk}"
