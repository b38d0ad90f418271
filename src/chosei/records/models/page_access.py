from __future__ import annotations

from django.db import models

from chosei.records.links import SecretLinked
from chosei.records.models.appointment import Appointment
from chosei.records.models.booking_page import BookingPage
from chosei.records.models.organization import Member, Organization


class PageAddress(models.Model):
    """A readable address that a page has or had: what was sent out once goes on leading there."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+")
    slug = models.CharField(max_length=60)
    page = models.ForeignKey(BookingPage, on_delete=models.CASCADE, related_name="addresses")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "slug"], name="page_address_once")]

    def __str__(self) -> str:
        return self.slug


class OneTimeLink(SecretLinked):
    """A link that books a page once. Spent by the booking alone, whatever was opened before; a booking that
    asked for approval in vain gives it back.
    """

    page = models.ForeignKey(BookingPage, on_delete=models.CASCADE, related_name="one_time_links")
    created_by = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")
    note = models.CharField(max_length=120, blank=True, default="", help_text="for whom; for members alone")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    appointment = models.OneToOneField(
        Appointment, null=True, blank=True, on_delete=models.SET_NULL, related_name="one_time_link"
    )
    spent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"one-time link {self.pk} of page {self.page_id}"
