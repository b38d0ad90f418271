from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q

from chosei.records.links import SecretLinked
from chosei.records.models.meeting import GuestDetails, Meeting, guest_grams
from chosei.records.models.organization import Member, Organization
from chosei.records.models.room import Room, RoomList


class Proposal(SecretLinked, Meeting, GuestDetails):
    """A 候補提案型 negotiation (日程調整). ``state``: ``core.states.ProposalState``; ``deadline`` is UTC.

    ``submission`` makes the author's form, sent twice, one proposal. ``next_reminder_at``: when the customer
    is reminded of the deadline next; reminders due until ``reminded_until`` have been dealt with.
    ``room_min_capacity``: people that a room has to hold.
    """

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="proposals")
    author = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="proposals")
    state = models.CharField(max_length=24, default="draft")
    deadline = models.DateTimeField(null=True, blank=True)
    write_holds = models.BooleanField(default=True)
    revision = models.PositiveIntegerField(default=0)
    submission = models.UUIDField(null=True, blank=True, editable=False)
    reminded_until = models.DateTimeField(null=True, blank=True)
    next_reminder_at = models.DateTimeField(null=True, blank=True)
    room_min_capacity = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)
    guest_grams = guest_grams()

    class Meta:
        indexes = [
            models.Index(fields=["organization", "state", "-id"], name="proposal_by_state"),
            GinIndex(fields=["guest_grams"], name="proposal_by_guest"),
            models.Index(fields=["organization", "-id"], name="proposal_of_organization"),
            models.Index(fields=["author", "-id"], name="proposal_of_author"),
            models.Index(fields=["deadline"], condition=Q(state="open"), name="proposal_open_deadline"),
            models.Index(
                fields=["next_reminder_at"],
                condition=Q(next_reminder_at__isnull=False),
                name="proposal_reminder_due",
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["author", "submission"], name="proposal_submission_once")
        ]

    def __str__(self) -> str:
        return f"proposal {self.pk}"


class ProposalHost(models.Model):
    """A member who attends (担当者), in order; the first who can organises."""

    proposal = models.ForeignKey(Proposal, on_delete=models.CASCADE, related_name="hosts")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "id"]
        indexes = [models.Index(fields=["member", "-proposal"], name="proposal_of_host")]
        constraints = [models.UniqueConstraint(fields=["proposal", "member"], name="proposal_host_once")]

    def __str__(self) -> str:
        return f"host {self.member_id} of proposal {self.proposal_id}"


class Candidate(models.Model):
    """A time on offer (候補日時). ``state`` is a ``core.states.CandidateState``.

    ``accepted_conflicts`` lists the remote ids of events that the author saw under this candidate and kept it
    over: those never make it unavailable later.

    ``room`` is the one that is held for it now; ``room_list``: any free room of that list will do, and the
    next takes its place when one declines. ``room_wanted`` stays True when none could be had: people see it.
    ``room_answer`` is what the room said, a ``core.rooms.RoomAnswer``.
    """

    proposal = models.ForeignKey(Proposal, on_delete=models.CASCADE, related_name="candidates")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    state = models.CharField(max_length=16, default="open")
    accepted_conflicts = models.JSONField(default=list, blank=True)
    room = models.ForeignKey(Room, null=True, blank=True, on_delete=models.PROTECT, related_name="candidates")
    room_list = models.ForeignKey(
        RoomList, null=True, blank=True, on_delete=models.SET_NULL, related_name="candidates"
    )
    room_wanted = models.BooleanField(default=False)
    room_answer = models.CharField(max_length=16, blank=True, default="")

    class Meta:
        ordering = ["starts_at", "id"]
        indexes = [
            models.Index(fields=["starts_at"], name="candidate_by_start"),
            models.Index(
                fields=["ends_at", "starts_at"], condition=Q(state="open"), name="candidate_open_by_time"
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="candidate_end_after_start"),
        ]

    def __str__(self) -> str:
        return f"candidate {self.pk}"


class ProposalTemplate(Meeting):
    """What a member starts new proposals from (ひな形): the meeting, who attends, and how. Their own alone.

    ``host_ids`` are members in order; ``minutes`` is a candidate's usual length; ``deadline_days`` counts
    from the day the proposal is sent. ``room`` or ``room_list``: what every candidate usually wishes for.
    """

    owner = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="proposal_templates")
    name = models.CharField(max_length=120)
    host_ids = models.JSONField(default=list, blank=True)
    minutes = models.PositiveIntegerField(default=60)
    deadline_days = models.PositiveIntegerField(default=7)
    write_holds = models.BooleanField(default=True)
    room = models.ForeignKey(Room, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    room_list = models.ForeignKey(
        RoomList, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    room_min_capacity = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name", "id"]
        constraints = [models.UniqueConstraint(fields=["owner", "name"], name="proposal_template_name_once")]

    def __str__(self) -> str:
        return f"proposal template {self.pk}"
