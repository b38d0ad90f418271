from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower

from chosei.records.models.organization import Organization


class Room(models.Model):
    """A meeting room (会議室): a resource mailbox, or a room without one (``address`` empty).

    ``provider`` and ``tenant_id`` say whose directory lists it; both are empty for a room entered by hand.
    ``vanished_at`` (UTC): since when the directory no longer lists it. ``in_use`` is the administrator's
    word, ``bookable`` the directory's. Rooms are marked and never deleted: promises refer to them.

    The mirror is kept as in ``Connection``; a room without an address has none. ``mirror_asked_at``: when
    somebody last wanted to see it, ``mirror_tried_at``: when it was last to be read.
    """

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="rooms")
    name = models.CharField(max_length=120)
    address = models.EmailField(max_length=254, blank=True, default="")
    building = models.CharField(max_length=120, blank=True, default="")
    floor = models.CharField(max_length=40, blank=True, default="")
    capacity = models.PositiveIntegerField(null=True, blank=True)
    equipment = models.JSONField(default=list, blank=True)
    provider = models.CharField(max_length=16, blank=True, default="")
    tenant_id = models.CharField(max_length=64, blank=True, default="")
    bookable = models.BooleanField(default=True)
    in_use = models.BooleanField(default=True)
    vanished_at = models.DateTimeField(null=True, blank=True)
    mirror_read_at = models.DateTimeField(null=True, blank=True)
    mirror_from = models.DateTimeField(null=True, blank=True)
    mirror_until = models.DateTimeField(null=True, blank=True)
    mirror_error = models.CharField(max_length=80, blank=True, default="")
    mirror_asked_at = models.DateTimeField(null=True, blank=True)
    mirror_tried_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["organization", "building", "name"], name="room_of_organization")]
        constraints = [
            models.UniqueConstraint(
                "organization", Lower("address"), condition=~Q(address=""), name="room_address_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class RoomBusy(models.Model):
    """When a room's calendar is taken, as last read. It does not say by whom: it may be our own booking."""

    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="busy")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["room", "ends_at", "starts_at"], name="room_busy_by_time")]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="room_busy_end_after_start"),
        ]

    def __str__(self) -> str:
        return f"busy time {self.pk} of room {self.room_id}"


class RoomList(models.Model):
    """Rooms of which any will do, in order (会議室リスト): a directory's, or made by hand."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="room_lists")
    name = models.CharField(max_length=120)
    address = models.EmailField(max_length=254, blank=True, default="")
    provider = models.CharField(max_length=16, blank=True, default="")
    tenant_id = models.CharField(max_length=64, blank=True, default="")
    vanished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "organization", Lower("address"), condition=~Q(address=""), name="room_list_address_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class RoomListRoom(models.Model):
    """A room's place in a list."""

    list = models.ForeignKey(RoomList, on_delete=models.CASCADE, related_name="places")
    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="places")
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "id"]
        constraints = [models.UniqueConstraint(fields=["list", "room"], name="room_list_room_once")]

    def __str__(self) -> str:
        return f"room {self.room_id} of list {self.list_id}"


class RoomDirectory(models.Model):
    """That a company wants its rooms from a provider's directory, and how the last look there went.

    The row is made when an administrator asks for the rooms; from then on they are read daily.
    ``reader`` is the connection that was allowed to read it last. ``problem`` is the short code of why the
    last reading failed; "consent_missing" when nobody has the permission yet.
    """

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="room_directories")
    provider = models.CharField(max_length=16)
    reader = models.ForeignKey(
        "records.Connection", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    asked_at = models.DateTimeField(null=True, blank=True)
    tried_at = models.DateTimeField(null=True, blank=True)
    fetched_at = models.DateTimeField(null=True, blank=True)
    found = models.PositiveIntegerField(default=0)
    problem = models.CharField(max_length=80, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "provider"], name="room_directory_once"),
        ]

    def __str__(self) -> str:
        return f"{self.provider} rooms of organization {self.organization_id}"
