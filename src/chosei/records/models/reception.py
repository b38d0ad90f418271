from __future__ import annotations

import hashlib

from django.db import models
from django.db.models import F, Q

from chosei.records.models.appointment import Appointment
from chosei.records.models.organization import Member, Organization
from chosei.records.sealed import SealedTextField


class Reception(models.Model):
    """How an organisation receives its visitors (受付). Without a row everything is as in a new one.

    A code is good on the day of its appointment in the organisation's zone, and ``days_before`` and
    ``days_after`` that. ``guidance`` says where to wait; ``shows_hosts``: whether the greeting names whom the
    visitor meets.
    """

    organization = models.OneToOneField(Organization, on_delete=models.CASCADE, related_name="reception")
    days_before = models.PositiveSmallIntegerField(default=0)
    days_after = models.PositiveSmallIntegerField(default=0)
    guidance = models.CharField(max_length=300, blank=True, default="")
    shows_hosts = models.BooleanField(default=True)

    def __str__(self) -> str:
        return f"reception of organization {self.organization_id}"


class CodeState(models.TextChoices):
    VALID = "valid"
    EXPIRED = "expired"
    VOID = "void"


class ReceptionCode(models.Model):
    """The six digits (受付コード) with which an appointment's visitors announce themselves.

    Of an organisation's valid codes no two are the same, whatever their days: so a code can stay with an
    appointment that moves. It opens something from ``valid_from`` until ``valid_until`` (UTC), on a paired
    front desk of the organisation alone; a million numbers would protect nothing by themselves.
    """

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="reception_codes")
    appointment = models.OneToOneField(Appointment, on_delete=models.CASCADE, related_name="code")
    number = models.PositiveIntegerField()
    valid_from = models.DateTimeField()
    valid_until = models.DateTimeField()
    state = models.CharField(max_length=8, choices=CodeState.choices, default=CodeState.VALID)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["valid_until"], condition=Q(state="valid"), name="code_to_expire")]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "number"], condition=Q(state="valid"), name="code_once_while_valid"
            ),
            models.CheckConstraint(condition=Q(number__lt=1_000_000), name="code_six_digits"),
            models.CheckConstraint(condition=Q(valid_until__gt=F("valid_from")), name="code_valid_some_time"),
        ]

    def __str__(self) -> str:
        return f"reception code of appointment {self.appointment_id}"

    @property
    def digits(self) -> str:
        return f"{self.number:06d}"


class FrontDesk(models.Model):
    """A tablet at the entrance (受付端末), paired once by an administrator.

    Until then ``pairing_code`` waits for it, until ``pairing_until`` (UTC). The tablet keeps a secret of 256
    random bits in a cookie, of which ``secret_hash`` is the SHA-256; it opens the front desk and nothing
    else. ``revoked_at``: from then on it opens nothing.
    """

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="front_desks")
    name = models.CharField(max_length=80)
    pairing_code = SealedTextField(blank=True, default="", editable=False)
    pairing_hash = models.CharField(max_length=64, blank=True, default="", editable=False)
    pairing_until = models.DateTimeField(null=True, blank=True)
    secret_hash = models.CharField(max_length=64, blank=True, default="", editable=False)
    added_by = models.ForeignKey(Member, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    paired_at = models.DateTimeField(null=True, blank=True)
    used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["secret_hash"], condition=~Q(secret_hash=""), name="front_desk_secret_once"
            ),
            models.UniqueConstraint(
                fields=["pairing_hash"], condition=~Q(pairing_hash=""), name="front_desk_pairing_once"
            ),
        ]

    def __str__(self) -> str:
        return f"front desk {self.pk}"


def desk_secret_hash(secret: str) -> str:
    """How a tablet's secret is kept: 256 random bits need no slow hash."""
    return hashlib.sha256(secret.encode()).hexdigest()


class Visit(models.Model):
    """Somebody came with a code (来訪), and left (退館) where they said so. ``day`` is the organisation's."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="visits")
    appointment = models.ForeignKey(Appointment, on_delete=models.CASCADE, related_name="visits")
    day = models.DateField()
    arrived_at = models.DateTimeField()
    arrived_at_desk = models.ForeignKey(FrontDesk, on_delete=models.PROTECT, related_name="+")
    left_at = models.DateTimeField(null=True, blank=True)
    left_at_desk = models.ForeignKey(
        FrontDesk, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["-arrived_at", "-id"]
        indexes = [models.Index(fields=["organization", "-id"], name="visit_of_organization")]
        constraints = [
            models.UniqueConstraint(
                fields=["appointment", "day"], condition=Q(left_at__isnull=True), name="visit_one_inside"
            ),
        ]

    def __str__(self) -> str:
        return f"visit {self.pk}"
