from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone

from chosei.records.models.connection import Connection


class Subscription(models.Model):
    """A connection's standing request to be told of changes in its calendar.

    ``remote_id`` is the provider's, empty while none stands there. ``secret_hash`` is the SHA-256 of what the
    provider repeats with every notification. ``url`` is where it was told to notify us; under another public
    address it is made anew. ``due_at`` (UTC): when it is to be looked after next; ``problem`` is the short
    code of why that failed last. ``told_at``: when the provider last told us anything by it.
    """

    connection = models.OneToOneField(Connection, on_delete=models.CASCADE, related_name="subscription")
    remote_id = models.CharField(max_length=80, blank=True, default="")
    secret_hash = models.CharField(max_length=64, blank=True, default="")
    url = models.CharField(max_length=500, blank=True, default="")
    expires_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(default=timezone.now)
    attempts = models.PositiveIntegerField(default=0)
    problem = models.CharField(max_length=80, blank=True, default="")
    told_at = models.DateTimeField(null=True, blank=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        indexes = [models.Index(fields=["due_at"], name="subscription_due")]
        constraints = [
            models.UniqueConstraint(
                fields=["remote_id"], condition=~Q(remote_id=""), name="subscription_remote_once"
            ),
        ]

    def __str__(self) -> str:
        return f"subscription of connection {self.connection_id}"
