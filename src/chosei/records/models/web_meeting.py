from __future__ import annotations

from django.db import models
from django.db.models import Q

from chosei.records.models.appointment import Appointment
from chosei.records.models.calendar_entry import new_key
from chosei.records.models.connection import Connection


class WebMeeting(models.Model):
    """An appointment's meeting at a service of its own (Zoom), through the account that hosts it.

    ``desired`` is what should stand there (JSON of ``core.web_meetings.DesiredMeeting``), or None when
    nothing should; ``generation`` rises with every change of it. ``written`` is what we last wrote.
    ``key`` finds a creation whose answer was lost. ``state`` is a ``core.entries.EntryState``, for people
    to see. ``doubted``: the service told of a change. The host's start link is asked for each time and
    never kept.
    """

    key = models.CharField(max_length=64, unique=True, default=new_key, editable=False)
    appointment = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="web_meetings")
    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="web_meetings")
    desired = models.JSONField(null=True, blank=True)
    generation = models.PositiveIntegerField(default=0)
    written = models.JSONField(null=True, blank=True)
    written_generation = models.PositiveIntegerField(default=0)
    remote_id = models.CharField(max_length=400, blank=True, default="")
    join_url = models.URLField(max_length=2000, blank=True, default="")
    create_begun = models.BooleanField(default=False, help_text="a creation was sent; its answer may be lost")
    doubted = models.BooleanField(default=False)
    state = models.CharField(max_length=16, default="waiting")
    attempts = models.PositiveIntegerField(default=0)
    retry_at = models.DateTimeField(null=True, blank=True)
    problem = models.CharField(max_length=80, blank=True, default="")
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["changed_at"],
                condition=~Q(state__in=["written", "gone"]) | Q(doubted=True),
                name="web_meeting_unfinished",
            ),
            models.Index(fields=["remote_id"], condition=~Q(remote_id=""), name="web_meeting_by_remote_id"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["appointment"], condition=Q(desired__isnull=False), name="web_meeting_one_wanted"
            ),
        ]

    def __str__(self) -> str:
        return f"web meeting {self.pk}"
