from __future__ import annotations

from django.db import models
from django.db.models import Q

from chosei.records.models.appointment import Appointment
from chosei.records.models.organization import Member
from chosei.records.models.proposal import Proposal


class Readjustment(models.Model):
    """The customer asks for another time (再調整のご依頼), of a proposal or of an appointment.

    ``wishes`` lists times they would like, as pairs of ISO instants (UTC). ``answered_at`` is when the author
    answered with new candidates, moved the appointment or kept it; ``answer`` which of these (offered, moved,
    kept, settled), stored.
    """

    proposal = models.ForeignKey(
        Proposal, null=True, blank=True, on_delete=models.CASCADE, related_name="readjustments"
    )
    appointment = models.ForeignKey(
        Appointment, null=True, blank=True, on_delete=models.CASCADE, related_name="readjustments"
    )
    text = models.TextField(max_length=4000, blank=True, default="")
    wishes = models.JSONField(default=list, blank=True)
    zone = models.CharField(max_length=64, default="Asia/Tokyo")
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(
        Member, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    answer = models.CharField(max_length=16, blank=True, default="")

    class Meta:
        ordering = ["asked_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(proposal__isnull=False) | Q(appointment__isnull=False),
                name="readjustment_of_something",
            ),
        ]
        indexes = [
            models.Index(
                fields=["appointment"], condition=Q(answered_at__isnull=True), name="readjustment_open"
            )
        ]

    def __str__(self) -> str:
        return f"readjustment {self.pk}"
