from __future__ import annotations

import uuid
from datetime import datetime

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.fields import BigIntegerField

from chosei.records.links import SecretLinked
from chosei.records.models.booking_page import BookingPage
from chosei.records.models.meeting import GuestDetails, Meeting, guest_grams
from chosei.records.models.organization import Member, Organization
from chosei.records.models.proposal import Candidate, Proposal
from chosei.records.models.room import Room


class Appointment(SecretLinked, Meeting, GuestDetails):
    """A confirmed meeting (アポイントメント). ``state`` is a ``core.states.AppointmentState``; instants are
    UTC.

    ``ics_uid`` is Chosei's own and never changes; ``sequence`` rises with each change the guest is told of.
    ``revision`` counts the same changes for the identity of mails. ``submission`` makes a form sent twice
    one appointment. ``previous_starts_at`` and ``previous_ends_at``: the time that the last change took it
    from, as far as people were told of it; ``previous`` the same for everything else that changed, by name
    (title, format, location, guidance, hosts, link). ``next_reminder_at`` is when a reminder is due next;
    those due until ``reminded_until`` have been dealt with. ``link_wanted_at``: since when the web
    meeting's link that is not there yet is waited for, where that is not the confirmation. The secret
    link is the guest's.
    ``web_apart``: the link comes from a meeting of its own at ``meeting_account`` (WebMeeting), not with the
    organiser's event; without an account nobody who attends had one when it was settled.
    ``room_state`` is a ``core.rooms.RoomState``: empty when no room is wanted.

    ``arranged_by``: the proposal's author or the page's owner, who never change; kept here as well, so that
    their list has an index by start. Buffers are minutes kept free for the hosts around it.
    ``approve_until``: when a request that waits for approval lapses. ``consent_text``: the privacy notice
    that the guest agreed to, as it read then.
    """

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="appointments")
    proposal = models.ForeignKey(
        Proposal, null=True, blank=True, on_delete=models.PROTECT, related_name="appointments"
    )
    candidate = models.ForeignKey(
        Candidate, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    booking_page = models.ForeignKey(
        BookingPage, null=True, blank=True, on_delete=models.PROTECT, related_name="appointments"
    )
    arranged_by = models.ForeignKey(
        Member, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    organizer = models.ForeignKey(
        "records.Connection",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="organized_appointments",
    )
    web_apart = models.BooleanField(default=False, help_text="the link comes from a service of its own")
    meeting_account = models.ForeignKey(
        "records.Connection",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="hosted_appointments",
    )
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    previous_starts_at = models.DateTimeField(null=True, blank=True)
    previous_ends_at = models.DateTimeField(null=True, blank=True)
    previous = models.JSONField(default=dict, blank=True)
    state = models.CharField(max_length=16, default="confirmed")
    guest_message = models.TextField(max_length=4000, blank=True, default="")
    join_url = models.URLField(max_length=2000, blank=True, default="")
    ics_uid = models.CharField(max_length=120, unique=True)
    sequence = models.PositiveIntegerField(default=0)
    revision = models.PositiveIntegerField(default=0)
    submission = models.UUIDField(default=uuid.uuid4, unique=True)
    room_state = models.CharField(max_length=16, blank=True, default="")
    cancelled_by = models.CharField(max_length=16, blank=True, default="")
    cancel_reason = models.TextField(max_length=2000, blank=True, default="")
    confirmed_at = models.DateTimeField()
    link_wanted_at = models.DateTimeField(null=True, blank=True)
    reminded_until = models.DateTimeField(null=True, blank=True)
    next_reminder_at = models.DateTimeField(null=True, blank=True)
    buffer_before_minutes = models.PositiveIntegerField(default=0)
    buffer_after_minutes = models.PositiveIntegerField(default=0)
    approve_until = models.DateTimeField(null=True, blank=True)
    consented_at = models.DateTimeField(null=True, blank=True)
    consent_text = models.TextField(max_length=8000, blank=True, default="")
    changed_at = models.DateTimeField(auto_now=True)
    guest_grams = guest_grams()

    class Meta:
        indexes = [
            models.Index(fields=["organization", "state", "starts_at", "id"], name="appointment_by_state"),
            GinIndex(fields=["guest_grams"], name="appointment_by_guest"),
            models.Index(fields=["organization", "-starts_at", "-id"], name="appointment_of_organization"),
            models.Index(
                fields=["next_reminder_at"],
                condition=Q(next_reminder_at__isnull=False),
                name="appointment_reminder_due",
            ),
            models.Index(
                fields=["booking_page", "starts_at"],
                condition=Q(state__in=["pending", "confirmed"]),
                name="appointment_of_page",
            ),
            models.Index(fields=["arranged_by", "starts_at", "id"], name="appointment_of_arranger"),
            models.Index(fields=["booking_page", "starts_at", "id"], name="appointment_of_page_by_start"),
            models.Index(
                fields=["approve_until"], condition=Q(state="pending"), name="appointment_to_approve"
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="appointment_end_after_start"
            ),
            models.UniqueConstraint(
                fields=["proposal"],
                condition=Q(state__in=["pending", "confirmed"]),
                name="appointment_one_per_proposal",
            ),
        ]

    def __str__(self) -> str:
        return f"appointment {self.pk}"

    @property
    def link_awaited_from(self) -> datetime:
        return self.link_wanted_at or self.confirmed_at

    @property
    def issuer(self) -> int | None:
        """The number of the connection that issues the web meeting's link."""
        return self.meeting_account_id if self.web_apart else self.organizer_id

    @property
    def link_with_event(self) -> bool:
        """Whether the organiser's event is to bring the web meeting's link along."""
        return self.web_meeting and not self.web_apart

    @property
    def link_is_to_come(self) -> bool:
        """Whether a web meeting's link is still to be issued, by an account that can."""
        if not self.web_meeting or self.join_url:
            return False
        if self.web_apart:
            return self.issuer is not None
        return self.organizer is not None and self.organizer.web_meeting

    @property
    def is_incomplete(self) -> bool:
        """Whether the web meeting's link or a room's answer is still to come."""
        linkless = self.web_meeting and self.issuer is not None and not self.join_url
        return self.state == "confirmed" and (linkless or self.room_state == "asked")


def _as_range(column: str) -> Func:
    # A one-value int8range compares with "=" under plain GiST, so that no extension (btree_gist) is needed.
    return Func(F(column), F(column), Value("[]"), function="int8range", output_field=BigIntegerField())


class Promise(models.Model):
    """A host's or a room's time, promised to a customer. The database forbids that two standing ones overlap.

    ``standing`` turns False when the appointment is cancelled; the row stays as history. A promise that moves
    with its appointment keeps its row; that of a host who no longer attends goes. ``answer`` is what the room
    said, a ``core.rooms.RoomAnswer``; a room that declined or was let go no longer stands. ``…_given_back``:
    the host deleted the buffer in their calendar, or moved it, so that the time beside the meeting is free.
    """

    appointment = models.ForeignKey(Appointment, on_delete=models.CASCADE, related_name="promises")
    host = models.ForeignKey(Member, null=True, blank=True, on_delete=models.PROTECT, related_name="promises")
    room = models.ForeignKey(Room, null=True, blank=True, on_delete=models.PROTECT, related_name="promises")
    during = DateTimeRangeField()
    position = models.PositiveSmallIntegerField(default=0)
    standing = models.BooleanField(default=True)
    answer = models.CharField(max_length=16, blank=True, default="")
    before_given_back = models.BooleanField(default=False)
    after_given_back = models.BooleanField(default=False)

    class Meta:
        ordering = ["position", "id"]
        indexes = [
            models.Index(fields=["host", "during"], condition=Q(standing=True), name="promise_of_host"),
            models.Index(
                F("host"),
                Func(F("during"), function="lower"),
                F("appointment"),
                condition=Q(host__isnull=False),
                name="promise_of_host_by_start",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(host__isnull=False, room__isnull=True) | Q(host__isnull=True, room__isnull=False),
                name="promise_host_or_room",
            ),
            ExclusionConstraint(
                name="promise_host_no_overlap",
                expressions=[(_as_range("host"), RangeOperators.EQUAL), ("during", RangeOperators.OVERLAPS)],
                condition=Q(standing=True, host__isnull=False),
            ),
            ExclusionConstraint(
                name="promise_room_no_overlap",
                expressions=[(_as_range("room"), RangeOperators.EQUAL), ("during", RangeOperators.OVERLAPS)],
                condition=Q(standing=True, room__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"promise {self.pk}"


class Companion(models.Model):
    """Somebody the customer brings along (同席者), in the order given; without an address no mail goes."""

    appointment = models.ForeignKey(Appointment, on_delete=models.CASCADE, related_name="companions")
    name = models.CharField(max_length=120)
    email = models.EmailField(max_length=254, blank=True, default="")
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return f"companion {self.pk}"
