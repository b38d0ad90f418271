"""What a member offers goes to those who stay (引き継ぎ): running proposals and booking pages.

Inside the caller's transaction, under the locks of everybody concerned.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from chosei.actions.booking_pages import pause_page
from chosei.actions.hold_wishes import settle_holds
from chosei.actions.keywords import compare_again
from chosei.actions.outbox import queue_mail, to_member
from chosei.actions.people import attending
from chosei.actions.proposals import set_hosts, withdraw_proposal
from chosei.actions.rules import groups_of
from chosei.actions.taken import RUNNING
from chosei.actions.timeline import note
from chosei.actions.wishes import converge_soon
from chosei.core.states import BookingPageState, ConnectionState
from chosei.records.locks import for_change
from chosei.records.models import (
    BookingPage,
    BookingPageHost,
    MailKind,
    MailMessage,
    Member,
    Proposal,
    ProposalHost,
)


@dataclass(frozen=True, slots=True)
class HandedOffer:
    """``taken``: whether somebody goes on with it. ``newly``: who has to do with it from now on, and had not
    before."""

    offer: Proposal | BookingPage
    taken: bool
    newly: frozenset[Member] = frozenset()


def proposals_with(member: Member) -> list[int]:
    """The running ones that the member made or is to attend."""
    rows = Proposal.objects.filter(Q(author=member) | Q(hosts__member=member), state__in=RUNNING)
    return list(rows.order_by("pk").values_list("pk", flat=True).distinct())


def pages_with(member: Member) -> list[int]:
    """Those in use that the member owns, receives on or manages."""
    mine = Q(owner=member) | Q(hosts__member=member) | Q(deputies__member=member)
    rows = BookingPage.objects.filter(mine).exclude(state=BookingPageState.ARCHIVED)
    return list(rows.order_by("pk").values_list("pk", flat=True).distinct())


def attend_beside(member: Member) -> set[int]:
    """Who attends what comes of the member's proposals: their holds are settled along with it."""
    rows = ProposalHost.objects.filter(proposal__in=proposals_with(member))
    return set(rows.values_list("member_id", flat=True))


def hand_proposal(by: Member, pk: int, member: Member, to: Member | None) -> HandedOffer | None:
    """Whoever else attends goes on; what only ``member`` was to attend, ``to`` does. The author changes as
    well, and the holds follow. None where it is decided by now.

    What stands in ``to``'s calendar nobody has looked at: such a candidate cannot be chosen.
    """
    rows = for_change(Proposal.objects).select_related("organization", "author")
    proposal = rows.filter(pk=pk, state__in=RUNNING).first()
    if proposal is None:
        return None
    hosts = [host.member for host in proposal.hosts.select_related("member")]
    after = _without([host for host in hosts if host.is_active], member, to)
    if not after:
        return HandedOffer(proposal, taken=False)
    before = {proposal.author, *hosts}
    if proposal.author_id == member.pk:
        proposal.author = to or after[0]
    proposal.revision += 1  # a form that was opened before shows other people
    proposal.save(update_fields=["author", "revision", "changed_at"])
    if after != hosts:
        set_hosts(proposal, after)
        settle_holds(proposal, attending(after))
        converge_soon(proposal)
    ids = [host.pk for host in after]
    note("proposal_handed_over", proposal=proposal, member=by, actor="member", hosts=ids)
    return HandedOffer(proposal, True, frozenset({proposal.author, *after} - before))


def _without(hosts: Sequence[Member], member: Member, to: Member | None) -> list[Member]:
    others = [host for host in hosts if host.pk != member.pk]
    return others or ([to] if to is not None else [])


def hand_page(pk: int, member: Member, to: Member | None) -> HandedOffer | None:
    """Whoever else receives goes on; where nobody would be left, or nobody of a group, ``to`` receives in the
    member's place, if their calendar can be read. The owner changes as well. None where the page has been
    put away meanwhile.
    """
    rows = for_change(BookingPage.objects).select_related("owner")
    page = rows.filter(pk=pk).exclude(state=BookingPageState.ARCHIVED).first()
    if page is None:
        return None
    before = _concerned(page)
    hosts = list(page.hosts.select_related("member"))
    own = next((row for row in hosts if row.member_id == member.pk), None)
    others = [row for row in hosts if row.member_id != member.pk and row.member.is_active]
    if not set(groups_of(page)) <= {row.group for row in others}:
        if own is None or to is None or not _can_receive(to, others):
            return HandedOffer(page, taken=False)
        _receive_instead(page, own, to)
        others.append(own)
    elif own is not None:
        own.delete()
    if page.owner_id == member.pk:
        page.owner = to or others[0].member
        page.save(update_fields=["owner", "changed_at"])
    _manage_instead(page, member, to)
    return HandedOffer(page, True, frozenset(_concerned(page) - before))


def _concerned(page: BookingPage) -> set[Member]:
    hosts = {row.member for row in page.hosts.select_related("member")}
    return {page.owner, *hosts, *(row.member for row in page.deputies.select_related("member"))}


def _can_receive(to: Member, others: Sequence[BookingPageHost]) -> bool:
    linked = attending([to])[0].connection
    readable = linked is not None and linked.state == ConnectionState.ACTIVE
    return readable and to.pk not in {row.member_id for row in others}


def _receive_instead(page: BookingPage, row: BookingPageHost, to: Member) -> None:
    """In the same place; the hours that the page had for the other are not theirs."""
    page.deputies.filter(member=to).delete()  # whoever attends manages the page already
    row.member, row.hours = to, None
    row.save(update_fields=["member", "hours"])
    if page.free_words:
        compare_again([to.pk])


def _manage_instead(page: BookingPage, member: Member, to: Member | None) -> None:
    gone, _ = page.deputies.filter(member=member).delete()
    if gone and to is not None and not page.hosts.filter(member=to).exists():
        page.deputies.get_or_create(member=to)


def tell_successors(handed: Iterable[HandedOffer], member: Member, *, by: Member) -> None:
    """Everybody but ``by`` who goes on with something of the ``member``'s is told of all of it at once."""
    theirs: dict[Member, dict[str, list[int]]] = {}
    for one in handed:
        kind = "proposals" if isinstance(one.offer, Proposal) else "pages"
        for who in one.newly - {by}:
            theirs.setdefault(who, {"proposals": [], "pages": []})[kind].append(one.offer.pk)
    for who, listed in sorted(theirs.items(), key=lambda item: item[0].pk):
        earlier = MailMessage.objects.filter(about=f"member:{who.pk}", kind=MailKind.HANDED_OVER).count()
        told = {**listed, "from": member.name}  # whom nothing refers to any more is deleted altogether
        queue_mail(MailKind.HANDED_OVER, who, to_member(who), revision=earlier, listed=told)


def end_proposal(by: Member, proposal: Proposal, *, now: datetime) -> None:
    """Nobody is left to attend: the offer is taken back, and its holds go."""
    withdraw_proposal(by, proposal, now=now)


def end_page(by: Member, page: BookingPage) -> None:
    """Nobody is left to receive: the page offers nothing until somebody does."""
    if page.state == BookingPageState.PUBLISHED:
        pause_page(by, page)
