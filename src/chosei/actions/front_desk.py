"""Tablets at the entrance (受付端末): paired once by an administrator, and let go again."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from chosei.actions.errors import Closed, InvalidInput
from chosei.core.text import one_line
from chosei.records.gates import NotThere
from chosei.records.locks import for_change
from chosei.records.models import FrontDesk, Member, Reception
from chosei.records.models.reception import desk_secret_hash

PAIRING_LASTS = timedelta(minutes=30)
MOST_DAYS = 30
_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # nothing that is read as something else
_LENGTH = 12  # 60 random bits, for half an hour, of which each address may try a few


def add_desk(administrator: Member, name: str, *, now: datetime) -> FrontDesk:
    """A tablet to be paired with its ``pairing_code``. Raises InvalidInput, NotThere."""
    _insist_on_administrator(administrator)
    desk = FrontDesk(
        organization_id=administrator.organization_id, name=_checked(name), added_by=administrator
    )
    return _await_pairing(desk, now)


def await_pairing_again(administrator: Member, desk: FrontDesk, *, now: datetime) -> FrontDesk:
    """A fresh code for a tablet whose code has run out. Raises Closed when it was paired meanwhile."""
    _insist_on_administrator(administrator)
    with transaction.atomic():
        locked = for_change(FrontDesk.objects).get(pk=desk.pk)
        if locked.secret_hash or locked.revoked_at is not None:
            raise Closed("paired")
        return _await_pairing(locked, now)


def pair(typed: str, *, now: datetime) -> tuple[FrontDesk, str]:
    """The tablet that shows the right code, and the secret it is known by from now on: told once.

    Raises Closed("pairing_unknown") for a code that is wrong, spent or too old. Limit the rate of calls.
    """
    code = "".join(sign for sign in typed.upper() if sign in _ALPHABET)
    with transaction.atomic():
        waiting = for_change(FrontDesk.objects).filter(pairing_until__gt=now, revoked_at__isnull=True)
        desk = waiting.filter(pairing_hash=_pairing_hash(code)).first()
        if desk is None:
            raise Closed("pairing_unknown")
        secret = secrets.token_urlsafe(32)
        desk.secret_hash = desk_secret_hash(secret)
        desk.pairing_code, desk.pairing_hash, desk.pairing_until = "", "", None
        desk.paired_at = now
        desk.save()
    return desk, secret


def rename_desk(administrator: Member, desk: FrontDesk, name: str) -> None:
    """Raises InvalidInput, NotThere."""
    _insist_on_administrator(administrator)
    FrontDesk.objects.filter(pk=desk.pk).update(name=_checked(name))


def revoke_desk(administrator: Member, desk: FrontDesk, *, now: datetime) -> None:
    """The tablet opens nothing any more. What it has logged stays."""
    _insist_on_administrator(administrator)
    FrontDesk.objects.filter(pk=desk.pk, revoked_at__isnull=True).update(
        revoked_at=now, secret_hash="", pairing_code="", pairing_hash="", pairing_until=None
    )


def set_reception(administrator: Member, wanted: Reception) -> None:
    """How the organisation receives people. Codes keep the days they have until their appointment changes.

    Raises InvalidInput, NotThere.
    """
    _insist_on_administrator(administrator)
    for name in ("days_before", "days_after"):
        if not 0 <= getattr(wanted, name) <= MOST_DAYS:
            raise InvalidInput(**{name: "out_of_range"})
    Reception.objects.update_or_create(
        organization_id=administrator.organization_id,
        defaults={
            "days_before": wanted.days_before,
            "days_after": wanted.days_after,
            "guidance": one_line(wanted.guidance)[:300],
            "shows_hosts": wanted.shows_hosts,
        },
    )


def _await_pairing(desk: FrontDesk, now: datetime) -> FrontDesk:
    code = "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))
    desk.pairing_code = "-".join(code[at : at + 4] for at in range(0, _LENGTH, 4))
    desk.pairing_hash = _pairing_hash(code)
    desk.pairing_until = now + PAIRING_LASTS
    desk.save()
    return desk


def _pairing_hash(code: str) -> str:
    return hmac.new(
        f"chosei.pairing:{settings.SECRET_KEY}".encode(), code.encode(), hashlib.sha256
    ).hexdigest()


def _checked(name: str) -> str:
    clean = one_line(name)
    if not clean:
        raise InvalidInput(name="required")
    if len(clean) > 80:
        raise InvalidInput(name="too_long")
    return clean


def _insist_on_administrator(member: Member) -> None:
    if not member.is_administrator:
        raise NotThere
