"""The account that a sign-in brought is kept: in use from now on, as an approval alone, or by a colleague."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from chosei.actions.connections import disconnect, hold_again, let_go, resume
from chosei.actions.errors import ConnectRefused
from chosei.actions.switching import take_over
from chosei.core.addresses import goes_by, same_address
from chosei.core.providers import ConnectionKind
from chosei.core.states import CONNECTION, LIVE, ConnectionEvent, ConnectionState, IllegalTransition, advance
from chosei.core.text import one_line
from chosei.ports.authorization import Account, Grant, Identity
from chosei.ports.calendar import MailboxProfile
from chosei.ports.providers import about
from chosei.records.locks import for_change
from chosei.records.models import Connection, ConnectionAttempt, Member

NO_MAILBOX = "no_mailbox"
KEPT_FOR = timedelta(days=7)
"""How long after a sign-in or refresh the permission is used again, whatever happens; providers let one that
nobody uses die after 90 days or sooner."""

_GRANTED = [
    *("access_token", "refresh_token", "access_expires_at", "refresh_due_at"),
    *("login_names", "scopes", "changed_at"),
]


@dataclass(frozen=True, slots=True)
class Brought:
    grant: Grant
    identity: Identity
    account: Account
    mailbox: MailboxProfile | None


def leave_to_colleague(member: Member, provider: str, brought: Brought) -> None:
    """An account for meetings has one permission at a time: a sign-in may end the one before
    (contracts/zoom.md, "several authorizations"). Whose connection works already goes on with the new one.

    Raises ConnectRefused("in_use").
    """
    if about(provider).kind is not ConnectionKind.MEETINGS:
        return
    with transaction.atomic():
        same = for_change(Connection.objects).filter(
            provider=provider,
            account_tenant=brought.identity.tenant_id,
            account_object=brought.identity.object_id,
            state=ConnectionState.ACTIVE,
        )
        other = same.exclude(member=member).first()
        if other is None:
            return
        _keep_grant(other, brought.grant)
        other.save(update_fields=_GRANTED)
    raise ConnectRefused("in_use")


def link(member: Member, attempt: ConnectionAttempt, brought: Brought, mailbox: MailboxProfile) -> Connection:
    """Under the member's locks: the account is in use from now on."""
    now = timezone.now()
    replaced = _let_others_go(member, attempt, brought, now)
    connection = _keep(member, attempt.provider, brought, mailbox)
    resume(connection)
    if replaced is not None:
        take_over(member, replaced, choice=attempt.instead, now=now)
    elif connection.kind == ConnectionKind.CALENDAR:
        hold_again(member)
    return connection


def _let_others_go(
    member: Member, attempt: ConnectionAttempt, brought: Brought, now: datetime
) -> Connection | None:
    """One calendar, whichever provider's, and one account for meetings beside it. Returns what is replaced.

    Raises ConnectRefused where another is in use and nobody has said that this one is to take its place, or
    where this one is not the member's.
    """
    kind = about(attempt.provider).kind
    other = for_change(Connection.objects).filter(member=member, kind=kind, state__in=LIVE)
    one = other.exclude(
        provider=attempt.provider,
        account_tenant=brought.identity.tenant_id,
        account_object=brought.identity.object_id,
    ).first()
    if one is None:
        return None
    if one.state == ConnectionState.ADDRESS_MISMATCH and not attempt.instead:
        disconnect(member, one, now=now)  # another account was chosen, as the page proposed
        return None
    if not attempt.instead:
        raise ConnectRefused("other_account" if one.provider == attempt.provider else "other_provider")
    accepted = _account(member, attempt.provider, brought).accepted_address
    if not goes_by(list(brought.account.addresses), member.email, accepted):
        raise ConnectRefused("other_address")
    let_go(one, now=now)
    return one


def keep_approval(member: Member, provider: str, brought: Brought) -> Connection:
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


def _account(member: Member, provider: str, brought: Brought) -> Connection:
    known = for_change(Connection.objects).filter(
        member=member,
        provider=provider,
        account_tenant=brought.identity.tenant_id,
        account_object=brought.identity.object_id,
    )
    return known.first() or Connection(
        member=member,
        provider=provider,
        kind=about(provider).kind,
        account_tenant=brought.identity.tenant_id,
        account_object=brought.identity.object_id,
        state=ConnectionState.APPROVAL_ONLY,
    )


def _keep(member: Member, provider: str, brought: Brought, mailbox: MailboxProfile) -> Connection:
    connection = _account(member, provider, brought)
    before = connection.state
    connection.state = advance(CONNECTION, ConnectionState(connection.state), ConnectionEvent.CONNECT)
    connection.problem = connection.trouble = connection.claims = ""
    connection.address = _address(member, brought)
    connection.display_name = one_line(brought.account.display_name)[:200]
    connection.addresses = list(brought.account.addresses)
    connection.account_checked_at = timezone.now()
    is_calendar = connection.kind == ConnectionKind.CALENDAR
    if is_calendar and not goes_by(connection.addresses, member.email, connection.accepted_address):
        connection.state = advance(CONNECTION, ConnectionState(connection.state), ConnectionEvent.MISMATCH)
    if connection.state != before:
        connection.state_since = timezone.now()
    _keep_grant(connection, brought.grant)
    connection.web_meeting = mailbox.web_meeting
    connection.mailbox_zone = mailbox.zone or connection.mailbox_zone
    connection.mirror_error = ""
    connection.save()
    return connection


def _address(member: Member, brought: Brought) -> str:
    """The member's own address where the account goes by it too, else the account's first."""
    addresses = brought.account.addresses
    return next((one for one in addresses if same_address(one, member.email)), next(iter(addresses), ""))


def _keep_grant(connection: Connection, grant: Grant) -> None:
    connection.access_token, connection.refresh_token = grant.access_token, grant.refresh_token
    connection.access_expires_at = grant.expires_at
    connection.refresh_due_at = timezone.now() + KEPT_FOR
    connection.login_names = grant.login_names
    connection.scopes = " ".join(sorted(grant.scopes))
