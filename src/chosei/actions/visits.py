"""Visitors at the front desk: received by their code, announced to their hosts, seen off by the same code."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction

from chosei.actions.chat import tell_chat
from chosei.actions.errors import ActionError
from chosei.actions.limits import take_back, within_limit
from chosei.actions.outbox import queue_mail, to_member, with_author
from chosei.actions.timeline import note
from chosei.core.walltime import local_date
from chosei.records.locks import for_change
from chosei.records.models import Appointment, ChatKind, CodeState, FrontDesk, MailKind, ReceptionCode, Visit

WRONG_AT_A_DESK, WRONG_AT_ALL = 10, 60
"""Wrong codes that one tablet, and all of an organisation together, may be given in ``WINDOW`` seconds."""
WINDOW = 600


class UnknownCode(ActionError):
    """No visitor of today has this code. Why not is nobody's business at the door."""


class TooOften(ActionError):
    """Too many wrong codes: for a while even right ones are not looked at."""


@dataclass(frozen=True, slots=True)
class Received:
    """``again``: they had announced themselves before (or said good-bye before), so nothing was done now."""

    visit: Visit
    again: bool


def receive(desk: FrontDesk, number: int | None, *, now: datetime) -> Received:
    """The visitor has arrived: their hosts are told at once. Raises UnknownCode, TooOften."""
    appointment = _announced(desk, number, now)
    day = local_date(now, desk.organization.zone)
    inside = Visit.objects.filter(appointment=appointment, day=day, left_at__isnull=True)
    try:
        with transaction.atomic():
            visit = inside.first()
            if visit is not None:
                return Received(visit, again=True)
            visit = Visit.objects.create(
                organization_id=desk.organization_id,
                appointment=appointment,
                day=day,
                arrived_at=now,
                arrived_at_desk=desk,
            )
            note("visitor_arrived", appointment=appointment, actor="guest", desk=desk.pk)
            _tell_hosts(appointment, visit)
            tell_chat(appointment, ChatKind.ARRIVED, revision=visit.pk)
    except IntegrityError:
        return Received(inside.get(), again=True)  # pressed twice, or two of a party at two tablets
    return Received(visit, again=False)


def see_off(desk: FrontDesk, number: int | None, *, now: datetime) -> Received:
    """The visitor leaves (退館). Raises UnknownCode (also for who never arrived), TooOften."""
    appointment = _announced(desk, number, now)
    day = local_date(now, desk.organization.zone)
    with transaction.atomic():
        today = for_change(Visit.objects).filter(appointment=appointment, day=day)
        visit = today.order_by("-arrived_at", "-pk").first()
        if visit is None:
            raise UnknownCode
        if visit.left_at is not None:
            return Received(visit, again=True)
        visit.left_at, visit.left_at_desk = now, desk
        visit.save(update_fields=["left_at", "left_at_desk"])
        note("visitor_left", appointment=appointment, actor="guest", desk=desk.pk)
    return Received(visit, again=False)


def _announced(desk: FrontDesk, number: int | None, now: datetime) -> Appointment:
    """Whose code it is. Counted as wrong before it is looked at, and taken back when it was right."""
    limits = (
        ("wrong code at desk", str(desk.pk), WRONG_AT_A_DESK),
        ("wrong code", str(desk.organization_id), WRONG_AT_ALL),
    )
    within = [within_limit(what, who, limit=limit, seconds=WINDOW) for what, who, limit in limits]
    if not all(within):
        raise TooOften
    found = _found(desk, number, now)
    if found is None:
        raise UnknownCode
    for what, who, _ in limits:
        take_back(what, who, seconds=WINDOW)
    FrontDesk.objects.filter(pk=desk.pk).update(used_at=now)
    return found.appointment


def _found(desk: FrontDesk, number: int | None, now: datetime) -> ReceptionCode | None:
    if number is None:
        return None
    good = ReceptionCode.objects.filter(state=CodeState.VALID, valid_from__lte=now, valid_until__gt=now)
    mine = good.filter(organization_id=desk.organization_id, number=number)
    return mine.select_related("appointment__organization", "appointment__proposal__author").first()


def _tell_hosts(appointment: Appointment, visit: Visit) -> None:
    promises = appointment.promises.filter(standing=True, host__isnull=False).select_related("host")
    for member in with_author(appointment, [promise.host for promise in promises if promise.host]):
        queue_mail(
            MailKind.ARRIVED_HOST, appointment, to_member(member), revision=0, occasion=f"visit:{visit.pk}"
        )
