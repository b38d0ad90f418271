"""What becomes of a web meeting that is gone, was refused, or whose account was taken away."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from chosei.actions.changes import changed
from chosei.actions.connections import MAY_STAND
from chosei.actions.errors import Closed
from chosei.actions.timeline import note
from chosei.actions.web_meetings import (
    hosts_of,
    is_past_use,
    settle_issuer,
    settle_web_meeting,
    waits_for_hand,
)
from chosei.core.entries import EntryState
from chosei.core.states import AppointmentState
from chosei.jobs import queue
from chosei.records.locks import for_change, lock_people
from chosei.records.models import Appointment, Connection, Member, WebMeeting

_PATIENCE = timedelta(seconds=60)
NO_ACCOUNT = "no_meeting_account"
"""The link is wanted of a service that nobody who attends has connected."""
DEAUTHORISED = "deauthorised"
"""The account's owner or administrator removed Chosei from it."""


def meeting_gone(web_meeting_id: int, *, now: datetime) -> None:
    """A meeting that should stand is not there any more: the next one brings another link, which is told."""
    with transaction.atomic():
        about = WebMeeting.objects.select_related("appointment").get(pk=web_meeting_id).appointment
        lock_people(about)
        appointment = for_change(Appointment.objects).get(pk=about.pk)
        row = for_change(WebMeeting.objects).get(pk=web_meeting_id)
        row.remote_id, row.join_url, row.written, row.doubted, row.create_begun = "", "", None, False, False
        row.save(update_fields=["remote_id", "join_url", "written", "doubted", "create_begun", "changed_at"])
        if row.desired is None or appointment.state != AppointmentState.CONFIRMED:
            return
        note("web_meeting_gone", appointment=appointment, proposal=appointment.proposal, actor="chosei")
        _expect_another(appointment, now)
        queue.enqueue(queue.MEET, str(appointment.pk))


def issue_again(member: Member, appointment: Appointment, *, now: datetime) -> None:
    """Try once more what the service refused, or nobody had an account for; where the account is past use,
    through another. Raises Closed("decided" or NO_ACCOUNT)."""
    with transaction.atomic():
        lock_people(appointment)
        rows = for_change(Appointment.objects).select_related("organization")
        locked = rows.get(pk=appointment.pk)
        standing = locked.web_meetings.filter(desired__isnull=False).select_related("connection").first()
        parked = standing if standing is not None and waits_for_hand(standing) else None
        lacking = locked.web_apart and locked.meeting_account_id is None
        if locked.state != AppointmentState.CONFIRMED or (parked is None and not lacking):
            raise Closed("decided")
        settle_issuer(locked, hosts_of(locked))
        if locked.meeting_account is None or is_past_use(locked.meeting_account):
            raise Closed(NO_ACCOUNT)
        if parked is not None and parked.connection_id == locked.meeting_account_id:
            WebMeeting.objects.filter(pk=parked.pk).update(
                state=EntryState.WAITING, attempts=0, retry_at=None, problem=""
            )
            queue.enqueue(queue.MEET, str(locked.pk))
        elif locked.join_url:
            _expect_another(locked, now)
        else:
            locked.link_wanted_at = now
        locked.save(update_fields=["meeting_account", "link_wanted_at", "changed_at"])
        settle_web_meeting(locked)
        note("link_asked_again", appointment=locked, proposal=locked.proposal, member=member, actor="member")


def _expect_another(appointment: Appointment, now: datetime) -> None:
    """The link that people have leads nowhere: whoever was told it is told the next one."""
    if appointment.join_url:
        appointment.join_url, appointment.link_wanted_at = "", now
        changed(appointment, before=None, wait_for_link_until=now + _PATIENCE, now=now)


def drop_account(connection: Connection, *, now: datetime) -> None:
    """The account is gone for good: what is still to come waits visibly for a host. Of its meetings only what
    a person needs to find them is kept, until they have passed (``leftovers.forget_passed``). Inside a
    transaction."""
    rows = WebMeeting.objects.filter(connection=connection)
    coming = rows.filter(desired__isnull=False, appointment__ends_at__gt=now)
    for row in coming.select_related("appointment__proposal"):
        note(
            "web_account_gone",
            appointment=row.appointment,
            proposal=row.appointment.proposal,
            actor="chosei",
        )
    rows.update(join_url="", doubted=False, retry_at=None)
    rows.filter(Q(desired__isnull=False) | MAY_STAND).update(state=EntryState.PARKED, problem=DEAUTHORISED)
    rows.filter(~MAY_STAND, desired__isnull=True).update(state=EntryState.GONE, problem="")
