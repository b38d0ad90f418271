"""Whether customers may change or cancel an appointment themselves, until when, and where they book again.

The one place for these rules: a booking page's own settings, where it has some, go before the organisation's.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from chosei.core.states import AppointmentState, BookingPageState
from chosei.records.models import Appointment, BookingPage, Visibility


@dataclass(frozen=True, slots=True)
class GuestRule:
    """``until_hours``: how long before the start it ends."""

    may_change: bool
    may_cancel: bool
    until_hours: int


def rule_of(appointment: Appointment) -> GuestRule:
    page, organization = appointment.booking_page, appointment.organization

    def own(name: str) -> Any:
        value = getattr(page, name, None)
        return getattr(organization, name) if value is None else value

    return GuestRule(own("guest_may_change"), own("guest_may_cancel"), own("guest_until_hours"))


def may_change(appointment: Appointment, now: datetime) -> bool:
    """Whether the customer may ask for another time, or pick one where the page offers it."""
    return rule_of(appointment).may_change and _in_time(appointment, now)


def may_cancel(appointment: Appointment, now: datetime) -> bool:
    return rule_of(appointment).may_cancel and _in_time(appointment, now)


def closes_at(appointment: Appointment) -> datetime:
    """From then on the customer can do neither."""
    return appointment.starts_at - timedelta(hours=rule_of(appointment).until_hours)


def page_to_book_again(appointment: Appointment) -> BookingPage | None:
    """The page it was booked on, where that takes bookings still and opens by an address of its own."""
    page = appointment.booking_page
    if page is None or page.state != BookingPageState.PUBLISHED or page.visibility == Visibility.ONE_TIME:
        return None
    return page


def _in_time(appointment: Appointment, now: datetime) -> bool:
    live = (AppointmentState.CONFIRMED, AppointmentState.PENDING)
    return appointment.state in live and now < closes_at(appointment)
