from __future__ import annotations

from django.db import models

from chosei.records.models.appointment import Appointment
from chosei.records.models.organization import Member
from chosei.records.models.proposal import Proposal


class TimelineEntry(models.Model):
    """What happened to a proposal or an appointment: what was sent, written, answered, by whom, when.

    ``kind`` is a stable word (web knows its sentence); ``detail`` holds codes and instants, no personal data.
    """

    proposal = models.ForeignKey(
        Proposal, null=True, blank=True, on_delete=models.CASCADE, related_name="timeline"
    )
    appointment = models.ForeignKey(
        Appointment, null=True, blank=True, on_delete=models.CASCADE, related_name="timeline"
    )
    kind = models.CharField(max_length=40)
    actor = models.CharField(max_length=16)  # member, guest, chosei, provider
    member = models.ForeignKey(Member, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    detail = models.JSONField(default=dict, blank=True)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return self.kind


class RateCount(models.Model):
    """How often something was done in a window of time, counted in the database so that every process sees
    it.
    """

    bucket = models.CharField(max_length=64)  # keyed hash of what is limited and by whom
    window = models.BigIntegerField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["bucket", "window"], name="rate_bucket_once")]

    def __str__(self) -> str:
        return f"{self.bucket[:8]} {self.window}"
