"""Making and changing a booking page (予約ページ)."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from chosei.actions.checks import check_hosts, check_meeting
from chosei.actions.errors import Closed, InvalidInput
from chosei.actions.inputs import BookingPageInput
from chosei.actions.people import attending
from chosei.core.states import (
    BOOKING_PAGE,
    BookingPageEvent,
    BookingPageState,
    ConnectionState,
    IllegalTransition,
    advance,
)
from chosei.records.models import BookingPage, BookingPageHost, Member

# (lowest, highest), minutes and days
_LIMITS = {
    "duration_minutes": (5, 24 * 60),
    "step_minutes": (5, 24 * 60),
    "buffer_before_minutes": (0, 24 * 60),
    "buffer_after_minutes": (0, 24 * 60),
    "min_notice_minutes": (0, 90 * 24 * 60),
    "window_days": (1, 90),
}


def create_page(owner: Member, wanted: BookingPageInput) -> BookingPage:
    """A new page, as a draft. Raises InvalidInput."""
    members = _check(owner, wanted)
    with transaction.atomic():
        page = BookingPage(organization_id=owner.organization_id, owner=owner)
        page.make_link()
        _fill(page, wanted)
        page.save()
        _set_hosts(page, members)
    return page


def change_page(member: Member, page: BookingPage, wanted: BookingPageInput) -> BookingPage:
    """New settings for what is booked from now on. Raises InvalidInput."""
    members = _check(member, wanted)
    with transaction.atomic():
        locked = BookingPage.objects.select_for_update().get(pk=page.pk)
        if locked.state == BookingPageState.PUBLISHED:
            _insist_on_calendars(members)
        _fill(locked, wanted)
        locked.save()
        _set_hosts(locked, members)
    return locked


def publish_page(member: Member, page: BookingPage) -> None:
    """Raises InvalidInput(hosts="not_connected") for a calendar that cannot be read, Closed when archived."""
    _insist_on_calendars([host.member for host in page.hosts.select_related("member")])
    _move(page, BookingPageEvent.PUBLISH)


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
        locked = BookingPage.objects.select_for_update().get(pk=page.pk)
        try:
            locked.state = advance(BOOKING_PAGE, BookingPageState(locked.state), event)
        except IllegalTransition as refused:
            raise Closed(locked.state) from refused
        locked.save(update_fields=["state", "changed_at"])


def _check(member: Member, wanted: BookingPageInput) -> list[Member]:
    if not wanted.meeting.title.strip():
        raise InvalidInput(title="required")
    check_meeting(wanted.meeting)
    if len(wanted.description) > 4000:
        raise InvalidInput(description="too_long")
    for field, (low, high) in _LIMITS.items():
        if not low <= getattr(wanted, field) <= high:
            raise InvalidInput(**{field: "out_of_range"})
    if not any(wanted.hours.weekdays):
        raise InvalidInput(hours="required")
    return check_hosts(member, wanted.host_ids)


def _insist_on_calendars(members: Sequence[Member]) -> None:
    for host in attending(members):
        if host.connection is None or host.connection.state != ConnectionState.ACTIVE:
            raise InvalidInput(hosts="not_connected")


def _fill(page: BookingPage, wanted: BookingPageInput) -> None:
    meeting = wanted.meeting
    page.title = meeting.title
    page.format = meeting.format
    page.web_meeting = meeting.web_meeting
    page.location = meeting.location
    page.guidance = meeting.guidance
    page.contact = meeting.contact
    page.internal_notes = meeting.internal_notes
    page.reception_code = meeting.with_code
    page.zone = wanted.hours.zone
    page.description = wanted.description
    page.hours = wanted.hours.to_json()
    for field in _LIMITS:
        setattr(page, field, getattr(wanted, field))


def _set_hosts(page: BookingPage, members: Sequence[Member]) -> None:
    page.hosts.all().delete()
    BookingPageHost.objects.bulk_create(
        BookingPageHost(page=page, member=member, position=position)
        for position, member in enumerate(members)
    )
