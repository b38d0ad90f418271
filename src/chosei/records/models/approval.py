from __future__ import annotations

from django.db import models

from chosei.records.links import SecretLinked
from chosei.records.models.organization import Member, Organization


class ProviderApproval(SecretLinked):
    """Whether a company's administrator lets its people connect (管理者の承認), one row for each tenant.

    ``tenant_id`` is empty until somebody comes back: the wall itself does not say whose it is.
    ``state`` is a ``core.states.ApprovalState``. The secret link is the ``state`` of the admin-consent link:
    it tells which row a return belongs to, and nothing about who came back. ``how`` it was decided: link,
    administrator (「設定しました」) or connected (somebody of the tenant could connect).
    """

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="approvals")
    provider = models.CharField(max_length=16)
    tenant_id = models.CharField(max_length=64, blank=True, default="")
    state = models.CharField(max_length=16)
    asked_by = models.ForeignKey(Member, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    asked_at = models.DateTimeField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    how = models.CharField(max_length=16, blank=True, default="")
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "provider", "tenant_id"], name="approval_tenant_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider} approval {self.pk}: {self.state}"
