"""The end of an account that was let go: what it allowed us is given back there, then erased here."""

from __future__ import annotations

import structlog
from django.utils import timezone

from chosei import wiring
from chosei.actions.connections import finish_ending, is_finished
from chosei.actions.giving_back import claim, given_back
from chosei.actions.limits import count, counted
from chosei.ports.errors import PortError, Throttled, Transient
from chosei.records.models import Connection

log = structlog.get_logger(__name__)

GIVE_BACK, DAY, TRIES = "give_back", 24 * 3600, 5
"""A provider that is away is asked again, ten minutes later; then the tokens are erased all the same."""
_PAUSE = 600


def part_with(connection_id: int) -> None:
    """Once nothing of ours needs the account any more. Safe to run at any time, twice, or after a crash."""
    connection = Connection.objects.get(pk=connection_id)
    if is_finished(connection, now=timezone.now()) and _given_back(connection):
        finish_ending(connection_id, now=timezone.now())


def _given_back(connection: Connection) -> bool:
    """False while it is worth trying again, and where the account is needed after all."""
    who = str(connection.pk)
    if counted(GIVE_BACK, who, seconds=DAY) >= TRIES:
        return True
    if counted(GIVE_BACK, who, seconds=_PAUSE):
        return False
    token = claim(connection.pk, now=timezone.now())
    if not token:
        return token is not None
    for seconds in (_PAUSE, DAY):
        count(GIVE_BACK, who, seconds=seconds)
    try:
        wiring.authorization(connection.provider).revoke(token)
    except PortError as error:
        log.warning("permission_not_given_back", connection=connection.pk, error_code=error.code)
        return not isinstance(error, (Transient, Throttled))
    finally:
        given_back(connection.pk, now=timezone.now())
    return True
