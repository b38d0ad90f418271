"""Asking an account again what it goes by; changes found there lead where a mismatch at sign-in leads."""

from __future__ import annotations

import structlog

from chosei import wiring
from chosei.actions.addresses import judge
from chosei.actions.health import connection_lost
from chosei.core.states import ConnectionState
from chosei.ports.errors import NeedsReconnect, PortError
from chosei.reconcile.tokens import access_token
from chosei.records.models import Connection

CHECKED = (ConnectionState.ACTIVE, ConnectionState.ADDRESS_MISMATCH)

log = structlog.get_logger(__name__)


def check_account(connection_id: int) -> None:
    """One look at the account. What cannot be asked now is asked again the next day."""
    connection = Connection.objects.filter(pk=connection_id, state__in=CHECKED).first()
    if connection is None:
        return
    try:
        token = access_token(connection_id)
        account = wiring.authorization(connection.provider).account(token)
    except PortError as error:
        log.warning(
            "account_not_checked", connection=connection_id, code=error.code, request_id=error.request_id
        )
        if isinstance(error, NeedsReconnect):
            connection_lost(connection_id, error)
        return
    judge(connection_id, addresses=account.addresses)
