"""Connecting an account, and letting it go (接続, 接続解除)."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from chosei import wiring
from chosei.actions.approvals import WALL, somebody_connected
from chosei.actions.errors import ConnectRefused
from chosei.actions.notices import look_after_soon
from chosei.actions.sign_ins import SIGN_IN_LASTS, redirect_uri
from chosei.actions.wishes import drop
from chosei.core.addresses import goes_by, same_address
from chosei.core.entries import EntryPurpose, EntryState
from chosei.core.states import CONNECTION, ConnectionEvent, ConnectionState, IllegalTransition, advance
from chosei.core.text import one_line
from chosei.jobs import queue
from chosei.ports.authorization import Account, Grant, Identity
from chosei.ports.calendar import MailboxProfile
from chosei.ports.errors import Misconfigured, NeedsReconnect, PortError, Rejected
from chosei.records.locks import lock_hosts
from chosei.records.models import CalendarEntry, Connection, ConnectionAttempt, Member, Subscription

NO_MAILBOX = "no_mailbox"
_LIVE = (ConnectionState.ACTIVE, ConnectionState.NEEDS_RECONNECT, ConnectionState.ADDRESS_MISMATCH)


def begin_connection(member: Member, provider: str, *, also: str = "") -> str:
    """Where to send the browser. The attempt is remembered: only this member's browser may bring it back.

    ``also``: what is asked for beyond the calendar (``ports.authorization``).
    Raises ConnectRefused("provider_away" or "misconfigured").
    """
    state = secrets.token_urlsafe(32)
    try:
        beginning = wiring.authorization(provider).begin(
            state=state, redirect_uri=redirect_uri(provider), login_hint=member.email, also=also
        )
    except PortError as error:
        raise _refusal(error) from error
    ConnectionAttempt.objects.create(
        member=member,
        provider=provider,
        state_hash=_hash(state),
        nonce=beginning.nonce,
        code_verifier=beginning.code_verifier,
    )
    return beginning.url


def complete_connection(
    member: Member, provider: str, *, state: str, code: str, error: str, error_detail: str = ""
) -> Connection:
    """The browser is back from the provider's sign-in. Tests the mailbox and keeps the tokens, sealed.

    The same account resumes all its entries; another one never adopts them. An account without a mailbox,
    as administrators often have, has still consented: that is kept (承認のみ), without its tokens.
    Raises ConnectRefused.
    """
    attempt = _spend(member, provider, state)
    if error:
        raise _finished(attempt, ConnectRefused(_redirect_reason(error, error_detail), error))
    try:
        brought = _bring(provider, attempt, code)
    except PortError as failure:
        raise _finished(attempt, _refusal(failure)) from failure
    try:
        with transaction.atomic():
            Member.objects.select_for_update().get(pk=member.pk)  # two browser tabs: one after the other
            if brought.mailbox is None:
                connection = _keep_approval(member, provider, brought)
            else:
                _insist_on_one_account(member, provider, brought)
                connection = _keep(member, provider, brought, brought.mailbox)
                resume(connection)
            attempt.result = "connected" if brought.mailbox else "approved"
            attempt.save(update_fields=["result"])
            somebody_connected(member, provider, brought.identity.tenant_id, now=timezone.now())
    except ConnectRefused as refused:
        _finished(attempt, refused)
        raise
    return connection


def disconnect(member: Member, connection: Connection, *, now: datetime) -> None:
    """Let the account go: its holds are removed, confirmed events stay and can still be cancelled through it.

    The connection reads nothing more; the sweep erases its tokens when its last entry is finished.
    """
    with transaction.atomic():
        lock_hosts([member.pk])  # whoever confirms or offers now decides before us or sees what we did
        locked = Connection.objects.select_for_update().get(pk=connection.pk)
        if locked.state not in (*_LIVE, ConnectionState.APPROVAL_ONLY):
            return
        locked.state = advance(CONNECTION, ConnectionState(locked.state), ConnectionEvent.DISCONNECT)
        locked.state_since = now
        locked.mirror_read_at = locked.mirror_from = locked.mirror_until = None
        locked.mirror_token = ""
        locked.save(
            update_fields=[
                "mirror_token",
                "state",
                "state_since",
                "mirror_read_at",
                "mirror_from",
                "mirror_until",
                "changed_at",
            ]
        )
        locked.mirrored_events.all().delete()
        drop(
            CalendarEntry.objects.filter(connection=locked, purpose=EntryPurpose.HOLD, desired__isnull=False)
        )
        look_after_soon(locked.pk, now=now)
        converge_all(locked)


def finish_ending(connection_id: int, *, now: datetime) -> None:
    """Erase the tokens of an account that was let go, once nothing of ours in it needs them any more."""
    with transaction.atomic():
        connection = Connection.objects.select_for_update().get(pk=connection_id)
        if connection.state != ConnectionState.ENDING:
            return
        # What is parked cannot be done through this account any more, and is shown to its owner.
        unfinished = connection.entries.filter(state__in=[EntryState.WAITING, EntryState.RETRYING])
        to_come = connection.entries.filter(
            Q(purpose=EntryPurpose.HOLD) | Q(appointment__ends_at__gt=now), desired__isnull=False
        )
        if unfinished.exists() or to_come.exists():
            return
        watched = Subscription.objects.filter(connection=connection, expires_at__gt=now)
        if watched.exclude(remote_id="").exists():
            return  # it is ended through this account, or runs out
        connection.state = advance(CONNECTION, ConnectionState.ENDING, ConnectionEvent.FINISH)
        connection.access_token = connection.refresh_token = ""
        connection.save(update_fields=["state", "access_token", "refresh_token", "changed_at"])


def resume(connection: Connection) -> None:
    """Take up everything that waited for this account. Inside a transaction."""
    queue.enqueue(queue.OBSERVE, str(connection.pk))
    look_after_soon(connection.pk, now=timezone.now())
    connection.entries.filter(state=EntryState.PARKED).update(
        state=EntryState.WAITING, attempts=0, problem=""
    )
    converge_all(connection)


def converge_all(connection: Connection) -> None:
    """Enqueue every negotiation and appointment with something unfinished in this calendar."""
    unfinished = connection.entries.exclude(state__in=[EntryState.WRITTEN, EntryState.GONE])
    keys = set()
    for candidate_of, appointment_id, appointment_of in unfinished.values_list(
        "candidate__proposal_id", "appointment_id", "appointment__proposal_id"
    ):
        proposal_id = appointment_of or candidate_of
        keys.add(f"proposal:{proposal_id}" if proposal_id else f"appointment:{appointment_id}")
    for key in sorted(keys):  # in one order: two that enqueue the same keys wait for each other
        queue.enqueue(queue.CONVERGE, key)


@dataclass(frozen=True, slots=True)
class _Brought:
    grant: Grant
    identity: Identity
    account: Account
    mailbox: MailboxProfile | None


def _spend(member: Member, provider: str, state: str) -> ConnectionAttempt:
    """The attempt this state belongs to, now used up. A state is good once, for one member, for an hour."""
    with transaction.atomic():
        attempt = (
            ConnectionAttempt.objects.select_for_update()
            .filter(state_hash=_hash(state), provider=provider)
            .first()
        )
        if attempt is None:
            raise ConnectRefused("state_unknown")
        if attempt.member_id != member.pk:
            raise ConnectRefused("other_member")
        if attempt.returned_at is not None or attempt.begun_at < timezone.now() - SIGN_IN_LASTS:
            raise ConnectRefused("state_spent")
        attempt.returned_at = timezone.now()
        attempt.save(update_fields=["returned_at"])
    return attempt


def _bring(provider: str, attempt: ConnectionAttempt, code: str) -> _Brought:
    port = wiring.authorization(provider)
    grant, identity = port.complete(
        code=code,
        redirect_uri=redirect_uri(provider),
        nonce=attempt.nonce,
        code_verifier=attempt.code_verifier,
    )
    account = port.account(grant.access_token)
    return _Brought(grant, identity, account, _mailbox(provider, grant, identity))


def _mailbox(provider: str, grant: Grant, identity: Identity) -> MailboxProfile | None:
    try:
        return wiring.calendar_with(provider, grant.access_token, identity).profile()
    except Rejected as refused:
        if refused.code != NO_MAILBOX:
            raise
        return None


def _insist_on_one_account(member: Member, provider: str, brought: _Brought) -> None:
    other = Connection.objects.filter(member=member, state__in=_LIVE).exclude(
        provider=provider,
        account_tenant=brought.identity.tenant_id,
        account_object=brought.identity.object_id,
    )
    for one in other:
        if one.state != ConnectionState.ADDRESS_MISMATCH:
            raise ConnectRefused("other_account")
        disconnect(member, one, now=timezone.now())  # another account was chosen, as the page proposed


def _keep_approval(member: Member, provider: str, brought: _Brought) -> Connection:
    """Somebody without a mailbox has consented. One whose calendar we had before has lost it: refused."""
    connection = _account(member, provider, brought)
    try:
        state = advance(CONNECTION, ConnectionState(connection.state), ConnectionEvent.APPROVE)
    except IllegalTransition as lost:
        raise ConnectRefused(NO_MAILBOX) from lost
    connection.state = state
    connection.problem = NO_MAILBOX
    connection.address = _address(member, brought)
    connection.display_name = brought.account.display_name
    connection.save()
    return connection


def _account(member: Member, provider: str, brought: _Brought) -> Connection:
    known = Connection.objects.select_for_update().filter(
        member=member,
        provider=provider,
        account_tenant=brought.identity.tenant_id,
        account_object=brought.identity.object_id,
    )
    return known.first() or Connection(
        member=member,
        provider=provider,
        account_tenant=brought.identity.tenant_id,
        account_object=brought.identity.object_id,
        state=ConnectionState.APPROVAL_ONLY,
    )


def _keep(member: Member, provider: str, brought: _Brought, mailbox: MailboxProfile) -> Connection:
    connection = _account(member, provider, brought)
    before = connection.state
    connection.state = advance(CONNECTION, ConnectionState(connection.state), ConnectionEvent.CONNECT)
    connection.problem = ""
    connection.address = _address(member, brought)
    connection.display_name = one_line(brought.account.display_name)[:200]
    connection.addresses = list(brought.account.addresses)
    connection.account_checked_at = timezone.now()
    if not goes_by(connection.addresses, member.email, connection.accepted_address):
        connection.state = advance(CONNECTION, ConnectionState(connection.state), ConnectionEvent.MISMATCH)
    if connection.state != before:
        connection.state_since = timezone.now()
    connection.access_token = brought.grant.access_token
    connection.refresh_token = brought.grant.refresh_token
    connection.access_expires_at = brought.grant.expires_at
    connection.scopes = " ".join(sorted(brought.grant.scopes))
    connection.web_meeting = mailbox.web_meeting
    connection.mailbox_zone = mailbox.zone or connection.mailbox_zone
    connection.mirror_error = ""
    connection.save()
    return connection


def _address(member: Member, brought: _Brought) -> str:
    """The member's own address where the account goes by it too, else the account's first."""
    addresses = brought.account.addresses
    return next((one for one in addresses if same_address(one, member.email)), next(iter(addresses), ""))


def _finished(attempt: ConnectionAttempt, refused: ConnectRefused) -> ConnectRefused:
    ConnectionAttempt.objects.filter(pk=attempt.pk).update(result=refused.reason)
    return refused


def _redirect_reason(error: str, detail: str) -> str:
    """What an error that came back with the browser means. ``error`` decides; the number only tells walls
    apart.
    """
    if error == "access_denied":
        walls = ("AADSTS90094", "AADSTS90093", "AADSTS900941", "AADSTS90095", "AADSTS65005")
        return WALL if any(code in detail for code in walls) else "cancelled"
    if error in ("consent_required", "interaction_required"):
        return WALL
    if error in ("temporarily_unavailable", "server_error"):
        return "provider_away"
    return "rejected"


def _refusal(error: PortError) -> ConnectRefused:
    if isinstance(error, Misconfigured):
        return ConnectRefused("misconfigured", error.code)
    if isinstance(error, Rejected):
        known = error.code in ("no_mailbox", "scopes_missing")
        return ConnectRefused(error.code if known else "rejected", error.code)
    if isinstance(error, NeedsReconnect):
        return ConnectRefused("rejected", error.code)
    return ConnectRefused("provider_away", error.code)


def _hash(state: str) -> str:
    return hashlib.sha256(state.encode()).hexdigest()
