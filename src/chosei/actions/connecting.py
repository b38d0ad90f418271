"""Connecting an account (接続): to the provider's sign-in and back, until the account is kept or refused."""

from __future__ import annotations

import hashlib
import secrets

from django.db import transaction
from django.utils import timezone

from chosei import wiring
from chosei.actions.accounts import NO_MAILBOX, Brought, keep_approval, leave_to_colleague, link
from chosei.actions.approvals import somebody_connected
from chosei.actions.errors import ConnectRefused
from chosei.actions.giving_back import crossed
from chosei.actions.sign_ins import SIGN_IN_LASTS, likely_company, redirect_uri
from chosei.core.providers import ConnectionKind
from chosei.core.states import ConnectionState
from chosei.core.troubles import Trouble
from chosei.ports.authorization import CANCELLED, FOREIGN_ACCOUNT, WALL, Grant, Identity, SignIn
from chosei.ports.calendar import MailboxProfile
from chosei.ports.errors import Misconfigured, NeedsReconnect, PortError, Rejected
from chosei.ports.providers import about
from chosei.records.locks import for_change, lock_account, lock_hosts, lock_organization
from chosei.records.models import Connection, ConnectionAttempt, Member

_SAYS_NOTHING_HERE = (Trouble.SIGNED_OUT, Trouble.REVOKED, Trouble.IDLE)


def begin_connection(member: Member, provider: str, *, also: str = "", instead: str = "") -> str:
    """Where to send the browser. The attempt is remembered: only this member's browser may bring it back.

    ``also``: what is asked for beyond the calendar (``ports.authorization``). ``instead``: the account is to
    take the place of the one in use, whose entries are to ``MOVE`` or to be left (``LEAVE``).
    Raises ConnectRefused("provider_away" or "misconfigured").
    """
    state = secrets.token_urlsafe(32)
    try:
        asked = SignIn(
            state=state,
            redirect_uri=redirect_uri(provider),
            login_hint=member.email,
            company=likely_company(member, provider),
            also=also,
            claims=_claims(member, provider),
        )
        beginning = wiring.authorization(provider).begin(asked)
    except PortError as error:
        raise _refusal(error) from error
    ConnectionAttempt.objects.create(
        member=member,
        provider=provider,
        state_hash=_hash(state),
        nonce=beginning.nonce,
        code_verifier=beginning.code_verifier,
        instead=instead,
    )
    return beginning.url


def complete_connection(
    member: Member,
    provider: str,
    *,
    state: str,
    code: str,
    error: str,
    error_detail: str = "",
    begun_here: bool = True,
) -> Connection:
    """The browser is back from the provider's sign-in. Tests the mailbox and keeps the tokens, sealed.

    The same account resumes all its entries; another one never adopts them. Either holds the times of
    proposals that run. One that was to take another's place lets that go, see ``switching``.
    An account without a mailbox, as administrators often have, has still consented: that is kept (承認のみ),
    without its tokens.
    ``begun_here``: by the browser that has come back; another one is refused, and uses nothing up.
    Raises ConnectRefused.
    """
    attempt = _spend(member, provider, state, begun_here)
    if error:
        returned = wiring.authorization(provider).returned(error, error_detail)
        raise _finished(attempt, _refusal(returned)) from returned
    try:
        brought = _bring(provider, attempt, code)
    except PortError as failure:
        if isinstance(failure, NeedsReconnect):
            ConnectionAttempt.objects.filter(pk=attempt.pk).update(claims=failure.claims)
        raise _finished(attempt, _refusal(failure)) from failure
    try:
        leave_to_colleague(member, provider, brought)
        with transaction.atomic():
            lock_organization(member.organization_id)  # for the news of an approval
            _insist_on_living(attempt, brought.identity)
            lock_hosts([member.pk])  # before any row: whoever confirms now waits for us or we for them
            # Two browser tabs: one after the other; rows that refer to the member need not wait.
            for_change(Member.objects).get(pk=member.pk)
            if brought.mailbox is None:
                connection = keep_approval(member, provider, brought)
            else:
                connection = link(member, attempt, brought, brought.mailbox)
            attempt.result = "connected" if brought.mailbox else "approved"
            attempt.save(update_fields=["result"])
            somebody_connected(member, provider, brought.identity.tenant_id, now=timezone.now())
    except ConnectRefused as refused:
        _finished(attempt, refused)
        raise
    return connection


def _claims(member: Member, provider: str) -> str:
    """What the provider asked of this member's next sign-in: when it took the permission away, or when it
    refused the last one."""
    lost = Connection.objects.filter(
        member=member, provider=provider, state=ConnectionState.NEEDS_RECONNECT
    ).first()
    last = ConnectionAttempt.objects.filter(
        member=member, provider=provider, begun_at__gt=timezone.now() - SIGN_IN_LASTS
    )
    refused = last.order_by("-begun_at", "-pk").first()
    return (refused.claims if refused else "") or (lost.claims if lost else "")


def _spend(member: Member, provider: str, state: str, begun_here: bool) -> ConnectionAttempt:
    """The attempt this state belongs to, now used up. A state is good once, for one member in one browser,
    for an hour."""
    with transaction.atomic():
        attempt = (
            for_change(ConnectionAttempt.objects).filter(state_hash=_hash(state), provider=provider).first()
        )
        if attempt is None:
            raise ConnectRefused("state_unknown")
        if attempt.member_id != member.pk:
            raise ConnectRefused("other_member")
        if not begun_here:
            raise ConnectRefused("state_unknown")
        if attempt.returned_at is not None or attempt.begun_at < timezone.now() - SIGN_IN_LASTS:
            raise ConnectRefused("state_spent")
        attempt.returned_at = timezone.now()
        attempt.save(update_fields=["returned_at"])
    return attempt


def _bring(provider: str, attempt: ConnectionAttempt, code: str) -> Brought:
    port = wiring.authorization(provider)
    grant, identity = port.complete(
        code=code,
        redirect_uri=redirect_uri(provider),
        nonce=attempt.nonce,
        code_verifier=attempt.code_verifier,
    )
    account = port.account(grant.access_token)
    return Brought(grant, identity, account, _mailbox(provider, grant, identity))


def _mailbox(provider: str, grant: Grant, identity: Identity) -> MailboxProfile | None:
    if about(provider).kind is not ConnectionKind.CALENDAR:
        return MailboxProfile(address="", zone="", web_meeting=True)  # no calendar to look at
    try:
        return wiring.calendar_with(provider, grant.access_token, identity).profile()
    except Rejected as refused:
        if refused.code != NO_MAILBOX:
            raise
        return None


def _insist_on_living(attempt: ConnectionAttempt, identity: Identity) -> None:
    """Raises ConnectRefused("let_go_just_now") where what was brought may have been taken back meanwhile."""
    account = (attempt.provider, identity.tenant_id, identity.object_id)
    lock_account(*account)
    if crossed(*account, since=attempt.begun_at):
        raise ConnectRefused("let_go_just_now")


def _finished(attempt: ConnectionAttempt, refused: ConnectRefused) -> ConnectRefused:
    ConnectionAttempt.objects.filter(pk=attempt.pk).update(result=refused.reason)
    return refused


def _refusal(error: PortError) -> ConnectRefused:
    """The person is told the trouble where there is one we know."""
    if isinstance(error, Misconfigured):
        return ConnectRefused("misconfigured", error.code)
    if isinstance(error, Rejected):
        known = error.code in (NO_MAILBOX, "scopes_missing", CANCELLED, FOREIGN_ACCOUNT, WALL)
        return ConnectRefused(error.code if known else "rejected", error.code)
    if isinstance(error, NeedsReconnect):
        reason = "rejected" if error.trouble in _SAYS_NOTHING_HERE else str(error.trouble)
        return ConnectRefused(reason, error.code)
    return ConnectRefused("provider_away", error.code)


def _hash(state: str) -> str:
    return hashlib.sha256(state.encode()).hexdigest()
