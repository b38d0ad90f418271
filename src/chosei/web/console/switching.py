"""What a switch of calendar would mean, one by one, told before it is done."""

from __future__ import annotations

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from chosei.actions.rules import STANDING
from chosei.actions.sign_ins import likely_company
from chosei.actions.switching import Prospect, prospect_of
from chosei.actions.taken import RUNNING
from chosei.core.providers import About
from chosei.core.rooms import RoomState
from chosei.core.states import BookingPageState
from chosei.ports.providers import about
from chosei.records import gates
from chosei.records.models import Connection, Member, Proposal, Room
from chosei.web.console.leaving import Fate, Left
from chosei.web.console.providers import calendar_name, place_name


def left_behind(member: Member, old: Connection, new: About) -> Left:
    """What becomes of everything of the ``member``'s when they use ``new`` instead of ``old``."""
    account = Connection(
        member=member,
        provider=new.key,
        kind=new.kind,
        account_tenant=likely_company(member, new.key),
        state="active",
        web_meeting=bool(new.meeting),
    )
    coming = gates.appointments_of(member).filter(
        entries__connection=old,
        entries__desired__isnull=False,
        state__in=STANDING,
        ends_at__gt=timezone.now(),
    )
    running = gates.proposals_of(member).filter(hosts__member=member, state__in=RUNNING)
    pages = gates.booking_pages_of(member).filter(hosts__member=member)
    pages = pages.exclude(state=BookingPageState.ARCHIVED).distinct().order_by("title", "pk")
    name = {"calendar": calendar_name(new)}
    reads = _("%(calendar)sの空き時間で受付を続けます。") % name
    appointments = coming.select_related("organizer").distinct().order_by("starts_at", "pk")
    return Left(
        [_fate(prospect_of(one, member, account), old, new) for one in appointments],
        [_of_proposal(one, new) for one in running.distinct().order_by("deadline", "pk")],
        [Fate(page, reads) for page in pages],
    )


def _fate(found: Prospect, old: Connection, new: About) -> Fate:
    said = [_("%(calendar)sに移ります。") % {"calendar": calendar_name(new)}]
    if found.stays:
        said = [_("Web会議のURLを発行し直せないため、%(place)sに残します。") % {"place": _place(old)}]
    elif found.link_changes:
        said.append(_("Web会議のURLが新しくなり、お客様にメールでお知らせします。"))
    if found.rooms_lost:
        words = {"rooms": _names(found.rooms_lost), "place": place_name(new)}
        said.append(_("%(rooms)sは%(place)sから予約できません。会議室はご自身で取り直してください。") % words)
    if found.rooms_anew:
        words = {"rooms": _names(found.rooms_anew)}
        if found.appointment.room_state == RoomState.UNBOOKED:
            said.append(_("会議室(%(rooms)s)を予約します。") % words)
        else:
            said.append(_("会議室(%(rooms)s)は、いったん空けてから予約し直します。") % words)
    return Fate(found.appointment, "".join(said), bool(found.stays or found.rooms_lost))


def _of_proposal(proposal: Proposal, new: About) -> Fate:
    said = _("仮予約は%(calendar)sに移ります。") % {"calendar": calendar_name(new)}
    foreign = ~Q(room__provider="") & ~Q(room__provider=new.key)
    held = proposal.candidates.filter(foreign, state="open", room__isnull=False).select_related("room")
    rooms = {one.room.pk: one.room for one in held if one.room is not None}
    if not rooms or not proposal.write_holds:
        return Fate(proposal, said)
    lost = _("会議室(%(rooms)s)は仮予約に含まれなくなります。") % {"rooms": _names(list(rooms.values()))}
    return Fate(proposal, said + lost, True)


def _names(rooms: tuple[Room, ...] | list[Room]) -> str:
    return _("、").join(room.name for room in rooms)


def _place(connection: Connection) -> str:
    return place_name(about(connection.provider))
