"""What rests on a member or on their account, one by one, with what becomes of it when they leave or let the
account go: read before it is done, so that nothing stays behind unseen.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from chosei.actions.offers import present
from chosei.actions.people import Attending, attending
from chosei.actions.rules import STANDING, groups_of
from chosei.actions.taken import RUNNING
from chosei.core.hostchoice import Participation
from chosei.core.states import BookingPageState
from chosei.records import admin_gates, gates
from chosei.records.models import (
    Appointment,
    BookingPage,
    BookingPageHost,
    Connection,
    Member,
    Promise,
    Proposal,
    ProposalHost,
)


@dataclass(frozen=True, slots=True)
class Fate:
    """A thing and what becomes of it. ``needs_hand``: somebody has to do something about it."""

    about: Any
    sentence: str
    needs_hand: bool = False


@dataclass(frozen=True, slots=True)
class Left:
    """Everything concerned, what comes first at the top."""

    appointments: list[Fate]
    proposals: list[Fate]
    pages: list[Fate]

    def __bool__(self) -> bool:
        return bool(self.appointments or self.proposals or self.pages)


@dataclass(frozen=True, slots=True)
class Remaining:
    """What still rests on somebody who has left, counted in words."""

    member: Member
    things: str


def left_by_former(administrator: Member) -> list[Remaining]:
    """Former employees on whom something to come still rests, by name."""
    now = timezone.now()
    former = admin_gates.members_of(administrator).filter(is_active=False)
    promised = Promise.objects.filter(
        host__in=former, standing=True, appointment__state__in=STANDING, appointment__ends_at__gt=now
    ).values("host")
    attended = ProposalHost.objects.filter(member__in=former, proposal__state__in=RUNNING).values("member")
    made = Proposal.objects.filter(author__in=former, state__in=RUNNING).values("author")
    in_use = BookingPage.objects.exclude(state=BookingPageState.ARCHIVED)
    owned = in_use.filter(owner__in=former).values("owner")
    received = BookingPageHost.objects.filter(member__in=former, page__in=in_use).values("member")
    concerned = promised.union(attended, made, owned, received)
    found = former.filter(pk__in={pk for row in concerned for pk in row.values()}).order_by("name", "pk")
    return [Remaining(one, _counted(left_by(administrator, one))) for one in found]


def _counted(left: Left) -> str:
    return counted([fate.about for fate in (*left.appointments, *left.proposals, *left.pages)])


def counted(things: Sequence[Any]) -> str:
    """「アポイントメント1件、予約ページ2件」"""
    kinds: list[tuple[type, Callable[[int], str]]] = [
        (Appointment, lambda n: ngettext("アポイントメント%(n)s件", "アポイントメント%(n)s件", n)),
        (Proposal, lambda n: ngettext("日程調整%(n)s件", "日程調整%(n)s件", n)),
        (BookingPage, lambda n: ngettext("予約ページ%(n)s件", "予約ページ%(n)s件", n)),
    ]
    counts = [(words, sum(isinstance(one, kind) for one in things)) for kind, words in kinds]
    return _("、").join(words(n) % {"n": n} for words, n in counts if n)


def left_by(administrator: Member, member: Member) -> Left:
    """What becomes of everything when ``administrator`` removes ``member`` from 社員情報."""
    coming = gates.appointments_of(administrator).filter(
        promises__host=member, promises__standing=True, state__in=STANDING, ends_at__gt=timezone.now()
    )
    running = gates.proposals_of(administrator).filter(
        Q(author=member) | Q(hosts__member=member), state__in=RUNNING
    )
    pages = gates.booking_pages_of(administrator).filter(
        Q(owner=member) | Q(hosts__member=member) | Q(deputies__member=member)
    )
    return Left(
        [_appointment_without(one, member) for one in coming.distinct().order_by("starts_at", "pk")],
        [_proposal_without(one, member) for one in running.distinct().order_by("deadline", "pk")],
        [_page_without(one, member) for one in _in_use(pages)],
    )


def left_without(member: Member, connection: Connection) -> Left:
    """What becomes of everything of the ``member``'s when they let the account go."""
    coming = gates.appointments_of(member).filter(
        entries__connection=connection,
        entries__desired__isnull=False,
        state__in=STANDING,
        ends_at__gt=timezone.now(),
    )
    running = gates.proposals_of(member).filter(hosts__member=member, state__in=RUNNING)
    pages = gates.booking_pages_of(member).filter(hosts__member=member)
    stays = _("カレンダーにそのまま残ります。")
    return Left(
        [Fate(one, stays) for one in coming.distinct().order_by("starts_at", "pk")],
        [_proposal_unlinked(one, member) for one in running.distinct().order_by("deadline", "pk")],
        [_page_unlinked(one, member) for one in _in_use(pages)],
    )


def _in_use(pages: Any) -> list[BookingPage]:
    rows = pages.exclude(state=BookingPageState.ARCHIVED).distinct()
    return list(rows.order_by("title", "pk"))


def _appointment_without(appointment: Appointment, member: Member) -> Fate:
    promises = appointment.promises.filter(standing=True, host__isnull=False).select_related("host")
    others = [one.host.name for one in promises if one.host and one.host.is_active and one.host != member]
    if others:
        sentence = _("%(names)sさんが引き続き担当します。") % {"names": _("、").join(others)}
        return Fate(appointment, sentence)
    return Fate(appointment, _("担当者がいなくなります。引き継ぐ方を選んでください。"), True)


def _proposal_without(proposal: Proposal, member: Member) -> Fate:
    hosts = [host.member for host in proposal.hosts.select_related("member") if host.member.is_active]
    others = [host for host in hosts if host != member]
    if not others:
        return Fate(proposal, _("お客様は候補を選べなくなります。引き継ぐ方を選んでください。"), True)
    if member in hosts:
        return Fate(proposal, _("残りの担当者で続きます。"))
    return Fate(proposal, _("お客様は引き続き候補を選べます。お客様からのご依頼は担当者に届きます。"))


def _proposal_unlinked(proposal: Proposal, member: Member) -> Fate:
    hosts = attending([host.member for host in proposal.hosts.select_related("member")])
    linked = any(host.connection for host in hosts if host.member != member)
    if proposal.web_meeting and not linked:
        text = _("お客様は引き続き候補を選べますが、Web会議のURLは発行されません。仮予約は削除されます。")
        return Fate(proposal, text, True)
    return Fate(proposal, _("お客様は引き続き候補を選べます。仮予約は削除されます。"))


def _page_without(page: BookingPage, member: Member) -> Fate:
    rows = present(page)
    others = [row for row in rows if row.member_id != member.pk]
    if len(others) == len(rows):
        return Fate(page, _("受付は変わりません。ページの管理は、引き継ぐ方か担当者に移ります。"))
    if not set(groups_of(page)) <= {row.group for row in others}:
        return Fate(page, _("予約を受け付けなくなります。引き継ぐ方を選んでください。"), True)
    return Fate(page, _("残りの担当者で受付を続けます。"))


def _page_unlinked(page: BookingPage, member: Member) -> Fate:
    rows = present(page)
    hosts = attending([row.member for row in rows])
    if page.participation != Participation.ALL and _others_read(page, rows, hosts, member):
        return Fate(page, _("ほかの担当者の空き時間で受付を続けます。"))
    return Fate(page, _("もう一度接続するまで、空き時間を表示しません。"), True)


def _others_read(
    page: BookingPage, rows: list[BookingPageHost], hosts: list[Attending], member: Member
) -> bool:
    """Whether each group has somebody else whose calendar can be read."""
    readable = {
        row.group
        for row, host in zip(rows, hosts, strict=True)
        if host.is_readable and host.member.pk != member.pk
    }
    return set(groups_of(page)) <= readable
