from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from chosei.records.models.organization import Member
from chosei.records.sealed import SealedTextField


class Connection(models.Model):
    """One member's link to one provider account (外部連携). The account, tenant id + object id, is its
    identity.

    ``kind``: what it is connected for; a member uses one account for calendars, whichever provider's, and one
    for meetings beside it.

    A row is never handed to another account: connecting another one makes another row, so that every entry
    stays with the account that wrote it. ``state`` is a ``core.states.ConnectionState``.

    The mirror: ``mirror_read_at`` is when the last complete read began; it covers ``mirror_from`` to
    ``mirror_until`` (UTC). Nothing outside that, and nothing older than the freshness bound, may be called
    free. ``mirror_token`` asks what has changed since; ``mirror_whole_at`` is when everything was read last.
    ``further_calendars``: those of the same mailbox that count beside the default one, each
    ``{"id", "name", "missing"}``. ``mailbox_zone`` (IANA, empty while not told) is where its all-day events
    are days. Until ``silent_until`` nobody who waits asks this account: it did not answer just now.

    ``trouble`` is a ``core.troubles.Trouble``, empty while nothing is wrong; ``claims`` is what the provider
    wants of the next sign-in. Until ``giving_back_until`` (UTC) the permission is, or was, being given back
    (actions.giving_back). By ``refresh_due_at`` (UTC) the permission is used again, so that it does not
    die of idleness. ``login_names``: see ``ports.authorization.Grant``.
    """

    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="connections")
    provider = models.CharField(max_length=16)
    kind = models.CharField(max_length=16, default="calendar", help_text="a core.providers.ConnectionKind")
    account_tenant = models.CharField(max_length=64)
    account_object = models.CharField(max_length=64)
    address = models.EmailField(max_length=254, blank=True, default="")
    display_name = models.CharField(max_length=200, blank=True, default="")
    state = models.CharField(max_length=24, default="active")
    problem = models.CharField(max_length=80, blank=True, default="", help_text="short code of what is wrong")
    trouble = models.CharField(max_length=24, blank=True, default="")
    claims = models.TextField(blank=True, default="")
    access_token = SealedTextField(blank=True, default="")
    refresh_token = SealedTextField(blank=True, default="")
    access_expires_at = models.DateTimeField(null=True, blank=True)
    refresh_due_at = models.DateTimeField(default=timezone.now, db_index=True)
    login_names = models.CharField(max_length=600, blank=True, default="")
    addresses = models.JSONField(default=list, blank=True, help_text="all the account goes by, as it said")
    accepted_address = models.EmailField(
        max_length=254,
        blank=True,
        default="",
        help_text="the member's address that an administrator accepted",
    )
    account_checked_at = models.DateTimeField(default=timezone.now)
    state_since = models.DateTimeField(default=timezone.now)
    scopes = models.TextField(blank=True, default="")
    web_meeting = models.BooleanField(default=False, help_text="the account can issue web meeting links")
    connected_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)
    mirror_read_at = models.DateTimeField(null=True, blank=True)
    mirror_from = models.DateTimeField(null=True, blank=True)
    mirror_until = models.DateTimeField(null=True, blank=True)
    mirror_error = models.CharField(max_length=80, blank=True, default="")
    mirror_asked_at = models.DateTimeField(null=True, blank=True)
    mirror_token = SealedTextField(blank=True, default="")
    mirror_whole_at = models.DateTimeField(null=True, blank=True)
    further_calendars = models.JSONField(default=list, blank=True)
    mailbox_zone = models.CharField(max_length=64, blank=True, default="")
    silent_until = models.DateTimeField(null=True, blank=True)
    giving_back_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["member", "provider", "account_tenant", "account_object"],
                name="connection_account_once",
            ),
            models.UniqueConstraint(
                fields=["member", "kind"],
                condition=Q(state__in=["active", "needs_reconnect", "address_mismatch"]),
                name="connection_one_live_of_kind",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider} connection {self.pk}"


class ConnectionAttempt(models.Model):
    """A sign-in that has begun. Spent by its return; one that never returns is a sign of the admin wall.

    ``claims``: what the provider wants of the next one, when it refused this one. ``instead``: the account is
    to take the place of the one in use, and what becomes of that one's entries (actions.switching).
    """

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="connection_attempts")
    provider = models.CharField(max_length=16)
    state_hash = models.CharField(max_length=64, unique=True)
    nonce = models.CharField(max_length=128)
    code_verifier = SealedTextField()
    begun_at = models.DateTimeField(auto_now_add=True)
    returned_at = models.DateTimeField(null=True, blank=True)
    result = models.CharField(max_length=80, blank=True, default="")
    claims = models.TextField(blank=True, default="")
    instead = models.CharField(max_length=8, blank=True, default="")

    def __str__(self) -> str:
        return f"{self.provider} sign-in {self.pk}"


class MirroredEvent(models.Model):
    """An occurrence in a connected calendar, as last read: what the public pages compute with.

    ``subject`` is sealed and for its owner alone; bodies are never stored. ``entry_key`` marks our own
    events. All that stands there is kept, blocking or not; ``blocks`` is what ``core.blocking`` makes of it
    for its owner. ``calendar_id`` is empty for the default calendar. ``series_id`` is the id of the series an
    occurrence belongs to; ``inherits``: all but its time is the series'. ``free_words``: keyed digests of the
    booking pages' keywords that the subject contains, so that no offer needs the subject itself.
    """

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="mirrored_events")
    remote_id = models.CharField(max_length=400)
    calendar_id = models.CharField(max_length=400, blank=True, default="")
    series_id = models.CharField(max_length=400, blank=True, default="")
    inherits = models.BooleanField(default=False)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    show_as = models.CharField(max_length=20)
    all_day = models.BooleanField(default=False)
    private = models.BooleanField(default=False)
    declined = models.BooleanField(default=False)
    blocks = models.BooleanField(default=True, help_text="counts as busy")
    free_words = ArrayField(models.CharField(max_length=16), default=list, blank=True)
    subject = SealedTextField(blank=True, default="")
    entry_key = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        indexes = [models.Index(fields=["connection", "ends_at", "starts_at"], name="mirror_by_time")]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gte=F("starts_at")), name="mirror_end_not_before_start"
            ),
        ]

    def __str__(self) -> str:
        return f"mirrored event {self.pk}"


class MailboxPause(models.Model):
    """A mailbox that asked to be left alone until ``until`` (UTC), by every process (Retry-After).

    ``account`` is the provider account as the limiter names it.
    """

    account = models.CharField(max_length=140, unique=True)
    until = models.DateTimeField()

    def __str__(self) -> str:
        return f"mailbox pause {self.pk}"
