"""Making and changing a booking page (予約ページ)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from django.db import transaction
from django.utils import timezone

from chosei.actions.errors import Closed, InvalidInput, Unconnected
from chosei.actions.inputs import BookingPageInput
from chosei.actions.keywords import compare_again
from chosei.actions.page_addresses import set_address
from chosei.actions.page_rooms import check_rooms, have_rooms_read, set_rooms
from chosei.actions.page_settings import check_people, check_settings, fill, settings_of
from chosei.actions.people import attending
from chosei.actions.reminding import plan_page_anew
from chosei.actions.rules import groups_of
from chosei.core.hostchoice import Participation
from chosei.core.states import BOOKING_PAGE, BookingPageEvent, BookingPageState, IllegalTransition, advance
from chosei.records.locks import for_change, lock_organization
from chosei.records.models import BookingPage, BookingPageDeputy, BookingPageHost, Member, Organization


def create_page(owner: Member, wanted: BookingPageInput) -> BookingPage:
    """A new page, as a draft. Raises InvalidInput."""
    check_settings(wanted)
    hosts = check_people(owner, wanted)
    check_rooms(owner, wanted)
    with transaction.atomic():
        lock_organization(owner.organization_id)  # before any row, for the page's address
        page = BookingPage(organization_id=owner.organization_id, owner=owner)
        page.make_link()
        fill(page, wanted)
        page.save()
        _set_people(page, hosts, wanted)
        set_address(page, wanted.slug)
        set_rooms(page, wanted)
    return page


def change_page(member: Member, page: BookingPage, wanted: BookingPageInput) -> BookingPage:
    """New settings for what is booked from now on; reminders follow for what is booked already.

    Raises InvalidInput; Unconnected where people are chosen with whom a published page would offer nothing.
    """
    check_settings(wanted)
    hosts = check_people(member, wanted)
    check_rooms(member, wanted)
    with transaction.atomic():
        lock_organization(page.organization_id)  # before any row, for the page's address
        locked = for_change(BookingPage.objects).get(pk=page.pk)
        before = (locked.guest_reminder_hours, locked.host_reminder_hours)
        had = (locked.participation, _people_of(locked))
        fill(locked, wanted)
        if locked.state == BookingPageState.PUBLISHED and (locked.participation, hosts) != had:
            _insist_on_calendars(locked, hosts)
        locked.save()
        if (locked.guest_reminder_hours, locked.host_reminder_hours) != before:
            plan_page_anew(locked, now=timezone.now())
        _set_people(locked, hosts, wanted)
        set_address(locked, wanted.slug)
        set_rooms(locked, wanted)
    return locked


def copy_page(member: Member, page: BookingPage, *, title: str) -> BookingPage:
    """A draft of the member's own with the same settings, questions and people.

    Raises InvalidInput where what the page needs is there no more (a host who has left).
    """
    wanted = settings_of(page)
    with transaction.atomic():
        copy = create_page(member, replace(wanted, meeting=replace(wanted.meeting, title=title), slug=""))
        copy.questions = page.questions
        copy.save(update_fields=["questions", "changed_at"])
    return copy


def set_privacy_notice(administrator: Member, text: str) -> None:
    """What customers of the organisation agree to where a page asks them. Raises Closed, InvalidInput."""
    if not administrator.is_administrator:
        raise Closed("not_administrator")
    if len(text) > 8000:
        raise InvalidInput(privacy_notice="too_long")
    Organization.objects.filter(pk=administrator.organization_id).update(privacy_notice=text.strip())


def publish_page(member: Member, page: BookingPage) -> None:
    """Raises Unconnected where nothing could be offered because calendars cannot be read, Closed when
    archived."""
    _insist_on_calendars(page, _people_of(page))
    _move(page, BookingPageEvent.PUBLISH)
    have_rooms_read(page)


def pause_page(member: Member, page: BookingPage) -> None:
    """Offer nothing for now; what is booked stands. Raises Closed."""
    _move(page, BookingPageEvent.PAUSE)


def archive_page(member: Member, page: BookingPage) -> None:
    """Put the page away; what is booked stands. Raises Closed."""
    _move(page, BookingPageEvent.ARCHIVE)


def restore_page(member: Member, page: BookingPage) -> None:
    """Bring an archived page back, paused. Raises Closed."""
    _move(page, BookingPageEvent.RESTORE)


def _move(page: BookingPage, event: BookingPageEvent) -> None:
    with transaction.atomic():
        locked = for_change(BookingPage.objects).get(pk=page.pk)
        try:
            locked.state = advance(BOOKING_PAGE, BookingPageState(locked.state), event)
        except IllegalTransition as refused:
            raise Closed(locked.state) from refused
        locked.save(update_fields=["state", "changed_at"])


def _people_of(page: BookingPage) -> list[tuple[Member, int]]:
    """Who attends, each with the group."""
    rows = page.hosts.filter(member__is_active=True).select_related("member").order_by("position")
    return [(row.member, row.group) for row in rows]


def _insist_on_calendars(page: BookingPage, people: Sequence[tuple[Member, int]]) -> None:
    """Where all attend, everybody's calendar is needed; else one of each group's."""
    hosts = attending([member for member, _ in people])
    unread = [host.member.name for host in hosts if not host.is_readable]
    readable = {group for (_, group), host in zip(people, hosts, strict=True) if host.is_readable}
    enough = not unread if page.participation == Participation.ALL else set(groups_of(page)) <= readable
    if not enough:
        raise Unconnected(unread)


def _set_people(page: BookingPage, hosts: Sequence[tuple[Member, int]], wanted: BookingPageInput) -> None:
    page.hosts.all().delete()
    BookingPageHost.objects.bulk_create(
        BookingPageHost(
            page=page,
            member=member,
            position=position,
            group=group,
            hours=replace(own, zone=wanted.hours.zone).to_json() if own else None,
        )
        for position, (member, group) in enumerate(hosts)
        for own in [wanted.host_hours.get(member.pk)]
    )
    page.deputies.all().delete()
    BookingPageDeputy.objects.bulk_create(
        BookingPageDeputy(page=page, member_id=member_id) for member_id in wanted.deputy_ids
    )
    if wanted.free_words:
        compare_again(member.pk for member, _ in hosts)
