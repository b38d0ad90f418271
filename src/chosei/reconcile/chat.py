"""Posting the chat notices that wait, each once."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from chosei import wiring
from chosei.actions.timeline import note
from chosei.jobs import queue
from chosei.mails.chat import compose_notice
from chosei.ports.chat import ChatAddress
from chosei.ports.errors import PortError, Rejected, Throttled, Transient
from chosei.records.locks import exclusively
from chosei.records.models import ChatDestination, ChatKind, ChatMessage, ChatState

log = structlog.get_logger(__name__)

_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(seconds=5), timedelta(minutes=30)
_KEPT_TRYING = timedelta(hours=24)
_ARRIVAL_IS_NEWS = timedelta(hours=1)


def tell(message_id: int) -> None:
    """Post the notice if it still waits and its time has come. Safe at any time, twice, or after a crash: it
    may only be doubled when the service's answer was lost."""
    with exclusively(f"chat:{message_id}") as ours:
        if not ours:
            return
        rows = ChatMessage.objects.filter(pk=message_id, state=ChatState.WAITING)
        message = rows.select_related("destination__organization", "appointment__organization").first()
        if message is not None:
            _tell(message, timezone.now())


def _tell(message: ChatMessage, now: datetime) -> None:
    if message.retry_at is not None and message.retry_at > now:
        queue.enqueue(queue.CHAT, str(message.pk), after=(message.retry_at - now).total_seconds())
        return
    if message.destination.removed or (message.destination.paused and message.kind != ChatKind.TEST):
        _settle(message, ChatState.SUPERSEDED)
        return
    try:
        notice = compose_notice(message, now=now)
    except Exception:  # our own mistake must be seen, and must not come back for ever
        log.exception("chat_not_composed", message=message.pk)
        _failed(message, Transient("not_composed"), now)
        return
    if notice is None:
        _settle(message, ChatState.SUPERSEDED)
        return
    target = message.destination
    try:
        wiring.chat_port().post(ChatAddress(target.service, target.secret, target.room), notice)
    except PortError as error:
        _failed(message, error, now)
    else:
        _sent(message, now)


def _sent(message: ChatMessage, now: datetime) -> None:
    with transaction.atomic():
        _settle(message, ChatState.SENT, sent_at=now, problem="")
        ChatDestination.objects.filter(pk=message.destination_id).update(problem="", problem_at=None)
        _note(message, "chat_sent")


def _failed(message: ChatMessage, error: PortError, now: datetime) -> None:
    patience = _ARRIVAL_IS_NEWS if message.kind == ChatKind.ARRIVED else _KEPT_TRYING
    lasting = isinstance(error, Rejected) or now - message.created_at > patience
    log.warning(
        "chat_not_taken",
        message=message.pk,
        destination=message.destination_id,
        error_code=error.code,
        attempts=message.attempts + 1,
    )
    code = error.code[:80]
    with transaction.atomic():
        destination = ChatDestination.objects.filter(pk=message.destination_id)
        destination.filter(problem="").update(problem_at=now)
        destination.update(problem=code)
        if lasting:
            _settle(message, ChatState.REFUSED, problem=code)
            _note(message, "chat_refused")
            return
        pause = _pause(message, error)
        ChatMessage.objects.filter(pk=message.pk).update(
            attempts=F("attempts") + 1, retry_at=now + pause, problem=code
        )
        queue.enqueue(queue.CHAT, str(message.pk), after=pause.total_seconds())


def _pause(message: ChatMessage, error: PortError) -> timedelta:
    if isinstance(error, Throttled):
        return timedelta(seconds=min(max(error.retry_after, 1.0), _LONGEST_PAUSE.total_seconds()))
    doubled: int = 2 ** min(message.attempts, 10)
    return min(_FIRST_PAUSE * doubled, _LONGEST_PAUSE)


def _settle(message: ChatMessage, state: ChatState, **values: object) -> None:
    ChatMessage.objects.filter(pk=message.pk).update(
        state=state, retry_at=None, attempts=F("attempts") + 1, **values
    )


def _note(message: ChatMessage, kind: str) -> None:
    if message.appointment is not None:
        note(kind, appointment=message.appointment, chat=message.destination_id, about=message.kind)
