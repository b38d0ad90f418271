"""What an account allowed us is given back at its provider once nobody here needs it, and nobody loses what
they were just given.

A provider may take back all that the account's owner allowed, whichever token is named: a sign-in that
crosses it would bring a permission that is dead. So who gives back claims that here first, under the
account's lock, and whoever comes back from a sign-in looks for such a claim under the same lock.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from chosei.actions.connections import is_finished, of_account, same_account
from chosei.actions.sign_ins import SIGN_IN_LASTS
from chosei.core.states import LIVE, ConnectionState
from chosei.records.locks import for_change, lock_account
from chosei.records.models import Connection, ConnectionAttempt

LONGEST_CALL = timedelta(seconds=60)
"""Longer than a provider is ever waited for to take a permission back."""


def claim(connection_id: int, *, now: datetime) -> str | None:
    """The token to give back, once nothing of ours needs the account: that may be under way for a minute.

    Empty where nothing is to be given back: another row here uses the same account. None while the account
    is needed, its owner is on the way back from a sign-in, or somebody else is giving back.
    """
    with transaction.atomic():
        known = Connection.objects.get(pk=connection_id)
        lock_account(known.provider, known.account_tenant, known.account_object)
        connection = for_change(Connection.objects).get(pk=connection_id)
        if not is_finished(connection, now=now) or _owner_is_signing_in(connection, now):
            return None
        if connection.giving_back_until is not None and connection.giving_back_until > now:
            return None
        if not connection.refresh_token or used_by_others(connection):
            return ""
        connection.giving_back_until = now + LONGEST_CALL
        connection.save(update_fields=["giving_back_until"])
        return connection.refresh_token


def given_back(connection_id: int, *, now: datetime) -> None:
    """The provider has answered, whatever it said: nothing is under way any more."""
    Connection.objects.filter(pk=connection_id).update(giving_back_until=now)


def crossed(provider: str, account_tenant: str, account_object: str, *, since: datetime) -> bool:
    """Whether the account's permission was being given back at any time ``since`` (UTC) a sign-in began. What
    that has brought may be dead. Under the account's lock."""
    rows = of_account(provider, account_tenant, account_object)
    return rows.filter(giving_back_until__gte=since).exists()


def used_by_others(connection: Connection) -> bool:
    """Whether somebody else here uses the same account: what it allowed us is theirs as well."""
    return same_account(connection).filter(state__in=(*LIVE, ConnectionState.ENDING)).exists()


def _owner_is_signing_in(connection: Connection, now: datetime) -> bool:
    return ConnectionAttempt.objects.filter(
        member=connection.member_id,
        provider=connection.provider,
        begun_at__gt=now - SIGN_IN_LASTS,
        result="",
    ).exists()
