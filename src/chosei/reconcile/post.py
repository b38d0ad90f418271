"""Sending the mails that wait, each once."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from django.db.models import F
from django.utils import timezone

from chosei import wiring
from chosei.actions.links import mail_went
from chosei.actions.timeline import note
from chosei.jobs import queue
from chosei.mails.compose import compose
from chosei.ports.errors import PortError, Rejected, Throttled, Transient
from chosei.records.locks import exclusively
from chosei.records.models import MailMessage, MailState

log = structlog.get_logger(__name__)

_LONGEST_PAUSE = timedelta(hours=1)
_TRIES = 12
"""How often a letter that we cannot write is tried: about ten hours."""


def post(mail_id: int) -> None:
    """Send the mail if it still waits and its time has come. Safe to call at any time, twice, or after a
    crash: it may only be doubled when the server's answer was lost, and then under the same Message-ID."""
    with exclusively(f"mail:{mail_id}") as ours:
        if not ours:
            return
        message = (
            MailMessage.objects.select_related(
                "appointment", "proposal", "connection__member", "organization", "member"
            )
            .filter(pk=mail_id, state=MailState.WAITING)
            .first()
        )
        if message is not None:
            _post(message)


def _post(message: MailMessage) -> None:
    now = timezone.now()
    pause = _pause(message, now)
    if pause > timedelta(0):
        queue.enqueue(queue.POST, str(message.pk), after=pause.total_seconds())
        return
    try:
        letter = compose(message, now=now)
    except Exception:  # a letter that cannot be written must not come back for ever without anybody knowing
        log.exception("mail_not_composed", mail=message.pk)
        _cannot_be_written(message, now)
        return
    if letter is None:
        _settle(message, MailState.SUPERSEDED)
        return
    told_link = bool(message.appointment and message.appointment.join_url)
    try:
        wiring.mail_port().send(letter)
    except Rejected as error:
        _settle(message, MailState.REFUSED, problem=error.code[:80])
        _note(message, "mail_refused")
    except PortError as error:
        _try_later(message, error, now)
    else:
        mail_went(message, told_link=told_link, now=now)
        _note(message, "mail_sent")


def _pause(message: MailMessage, now: datetime) -> timedelta:
    """How long the mail has yet to wait: for its next try, for the link, or for a room's answer."""
    wakes = [message.retry_at] if message.retry_at else []
    appointment = message.appointment
    if message.wait_for_link_until and appointment and appointment.is_incomplete:
        wakes.append(message.wait_for_link_until)
    return max((wake - now for wake in wakes), default=timedelta(0))


def _try_later(message: MailMessage, error: PortError, now: datetime) -> None:
    pause = min(timedelta(seconds=5) * 2 ** min(message.attempts, 10), _LONGEST_PAUSE)
    if isinstance(error, Throttled):
        pause = max(pause, timedelta(seconds=error.retry_after))
    log.warning("mail_not_taken", mail=message.pk, error_code=error.code, attempts=message.attempts + 1)
    MailMessage.objects.filter(pk=message.pk).update(
        attempts=F("attempts") + 1, retry_at=now + pause, problem=error.code[:80]
    )
    queue.enqueue(queue.POST, str(message.pk), after=pause.total_seconds())


def _cannot_be_written(message: MailMessage, now: datetime) -> None:
    """Our own mistake, perhaps mended with the next version: tried for a while, then shown as refused."""
    if message.attempts + 1 < _TRIES:
        _try_later(message, Transient("not_composed"), now)
        return
    _settle(message, MailState.REFUSED, problem="not_composed")
    _note(message, "mail_refused")


def _settle(message: MailMessage, state: MailState, **values: object) -> None:
    MailMessage.objects.filter(pk=message.pk).update(state=state, retry_at=None, **values)


def _note(message: MailMessage, kind: str) -> None:
    if message.appointment or message.proposal:
        note(kind, proposal=message.proposal, appointment=message.appointment, mail=message.kind)
