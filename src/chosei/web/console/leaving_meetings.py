"""What rests on an account for web meetings, and what becomes of it when its owner lets it go."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils import timezone
from django.utils.translation import gettext as _

from chosei.actions.offers import present
from chosei.actions.people import attending
from chosei.actions.rules import STANDING
from chosei.actions.taken import RUNNING
from chosei.core.states import BookingPageState
from chosei.ports.providers import about
from chosei.records import gates
from chosei.records.models import BookingPage, Connection, Member, Proposal
from chosei.web.console.leaving import Fate, Left


def left_without_meetings(member: Member, connection: Connection) -> Left:
    """Meetings that stand stay, and still follow their appointments; new ones need somebody else's
    account."""
    service = connection.provider
    name = {"service": about(service).name}
    coming = gates.appointments_of(member).filter(
        web_meetings__connection=connection,
        web_meetings__desired__isnull=False,
        state__in=STANDING,
        ends_at__gt=timezone.now(),
    )
    running = gates.proposals_of(member).filter(
        hosts__member=member, state__in=RUNNING, web_meeting=True, web_service=service
    )
    pages = gates.booking_pages_of(member).filter(hosts__member=member, web_meeting=True, web_service=service)
    pages = pages.exclude(state=BookingPageState.ARCHIVED)
    stays = _("%(service)sの会議とURLはそのまま残ります。") % name
    return Left(
        [Fate(one, stays) for one in coming.distinct().order_by("starts_at", "pk")],
        [
            _without(one, [host.member for host in one.hosts.select_related("member")], member, service)
            for one in running.distinct().order_by("deadline", "pk")
        ],
        [
            _without(one, [row.member for row in present(one)], member, service)
            for one in pages.distinct().order_by("title", "pk")
        ],
    )


def _without(one: Proposal | BookingPage, members: Iterable[Member], leaving: Member, service: str) -> Fate:
    name = {"service": about(service).name}
    others = attending([member for member in members if member != leaving])
    if any(host.meetings is not None and host.meetings.provider == service for host in others):
        return Fate(one, _("ほかの担当者の%(service)sで、URLを発行します。") % name)
    text = _("Web会議のURLを発行できなくなります。ツールを変えるか、担当者が%(service)sを接続してください。")
    return Fate(one, text % name, True)
