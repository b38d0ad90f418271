from __future__ import annotations

from django.db import models

from chosei.records.models.booking_page import BookingPage
from chosei.records.models.room import Room


class BookingPageRoom(models.Model):
    """One of a page's rooms (会議室候補一覧); the first free one is taken."""

    page = models.ForeignKey(BookingPage, on_delete=models.CASCADE, related_name="rooms")
    room = models.ForeignKey(Room, on_delete=models.PROTECT, related_name="pages")
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "id"]
        constraints = [models.UniqueConstraint(fields=["page", "room"], name="page_room_once")]

    def __str__(self) -> str:
        return f"room {self.room_id} of page {self.page_id}"
