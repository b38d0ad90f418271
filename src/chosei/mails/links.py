"""Absolute addresses of Chosei's pages, as they stand in mails.

Their paths are promises to every mail ever sent, so they stand here and not only in the URL table.
"""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.utils.http import urlsafe_base64_encode

from chosei.records.models import Appointment, BookingPage, Member, OneTimeLink, Proposal, Visibility


def _absolute(path: str) -> str:
    return f"{settings.CHOSEI_PUBLIC_URL.rstrip('/')}{path}"


def proposal_url(proposal: Proposal) -> str:
    """日程調整URL: the guest's page of a proposal."""
    return _absolute(f"/p/{proposal.link_token}")


def page_url(page: BookingPage) -> str:
    """The readable address where the page has one and is open to everybody, else its secret link."""
    if page.visibility == Visibility.PUBLIC and page.slug and page.organization.slug:
        return _absolute(f"/o/{page.organization.slug}/{page.slug}")
    return secret_page_url(page)


def secret_page_url(page: BookingPage) -> str:
    """The address that stays when the page is renamed or no longer listed."""
    return _absolute(f"/b/{page.link_token}")


def one_time_url(link: OneTimeLink) -> str:
    return _absolute(f"/b/{link.link_token}")


def appointment_url(appointment: Appointment) -> str:
    """The guest's page of an appointment."""
    return _absolute(f"/a/{appointment.link_token}")


def cancellation_url(appointment: Appointment) -> str:
    return _absolute(f"/a/{appointment.link_token}/cancellation")


def change_url(appointment: Appointment) -> str:
    """Where the guest asks for another time, or picks one."""
    return _absolute(f"/a/{appointment.link_token}/change")


def console_appointment_url(appointment: Appointment) -> str:
    return _absolute(f"/appointments/{appointment.pk}")


def console_proposal_url(proposal: Proposal) -> str:
    return _absolute(f"/proposals/{proposal.pk}")


def console_page_url(page: BookingPage) -> str:
    return _absolute(f"/pages/{page.pk}")


def password_reset_url(member: Member) -> str:
    """Where the member sets a new password; good for settings.PASSWORD_RESET_TIMEOUT seconds."""
    uid = urlsafe_base64_encode(str(member.pk).encode())
    return _absolute(f"/password-reset/{uid}/{default_token_generator.make_token(member)}")


def password_request_url() -> str:
    """Where a member asks for a link to set the password, at any time."""
    return _absolute("/password-reset")


def console_home_url() -> str:
    return _absolute("/")


def console_health_url() -> str:
    return _absolute("/members/connections")


def console_connections_url() -> str:
    return _absolute("/settings/connections")
