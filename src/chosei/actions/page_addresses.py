"""Readable addresses of booking pages, and links that work once."""

from __future__ import annotations

import re
from datetime import datetime

from django.db import IntegrityError, transaction

from chosei.actions.errors import Closed, InvalidInput
from chosei.records.locks import lock_organization
from chosei.records.models import (
    Appointment,
    BookingPage,
    Member,
    OneTimeLink,
    Organization,
    PageAddress,
)

SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,58}[a-z0-9])?")
MOST_OPEN_LINKS = 200


def set_address(page: BookingPage, slug: str) -> None:
    """Let the page be found under ``slug`` in its organisation; the earlier address goes on leading to it.

    Inside a transaction that began with ``lock_organization``. Raises InvalidInput(slug) for one that cannot
    be read aloud, or that another page has or had.
    """
    if slug and not SLUG.fullmatch(slug):
        raise InvalidInput(slug="not_a_slug")
    if slug and not _is_ours(page, slug):
        raise InvalidInput(slug="address_taken")
    if slug != page.slug:
        page.slug = slug
        page.save(update_fields=["slug"])


def _is_ours(page: BookingPage, slug: str) -> bool:
    organization = lock_organization(page.organization_id)
    if not organization.slug:
        _name(organization, page.owner)
    row, _ = PageAddress.objects.get_or_create(organization=organization, slug=slug, defaults={"page": page})
    return row.page_id == page.pk


def _name(organization: Organization, member: Member) -> None:
    """The organisation's part of the addresses: the first word of its mail domain, numbered if need be."""
    domain = member.email.rpartition("@")[2].lower()
    base = re.sub(r"[^a-z0-9-]", "", domain.partition(".")[0]).strip("-")[:50] or "company"
    for number in range(1, 1000):
        organization.slug = base if number == 1 else f"{base}-{number}"
        try:
            with transaction.atomic():
                organization.save(update_fields=["slug"])
        except IntegrityError:
            continue
        return
    raise InvalidInput(slug="address_taken")


def make_one_time_link(
    member: Member, page: BookingPage, *, note: str = "", expires_at: datetime | None = None, now: datetime
) -> OneTimeLink:
    """A fresh link that books the page once. Raises InvalidInput."""
    if len(note) > 120:
        raise InvalidInput(note="too_long")
    if expires_at is not None and expires_at <= now:
        raise InvalidInput(expires_at="in_the_past")
    if page.one_time_links.filter(spent_at=None).count() >= MOST_OPEN_LINKS:
        raise InvalidInput(note="too_many_links")
    link = OneTimeLink(page=page, created_by=member, note=note.strip(), expires_at=expires_at)
    link.make_link()
    link.save()
    return link


def revoke_one_time_link(link: OneTimeLink) -> None:
    """Raises Closed when it has booked already."""
    if not OneTimeLink.objects.filter(pk=link.pk, spent_at=None).delete()[0]:
        raise Closed("spent")


def insist_unspent(link: OneTimeLink, *, now: datetime) -> None:
    """Raises Closed for a link that has booked already, or is over."""
    if link.spent_at is not None:
        raise Closed("spent")
    if link.expires_at is not None and link.expires_at <= now:
        raise Closed("expired")


def spend(link: OneTimeLink, appointment: Appointment, *, now: datetime) -> None:
    """Inside the booking's transaction: of two bookings through one link the database lets one through.

    Raises Closed.
    """
    rows = OneTimeLink.objects.filter(pk=link.pk, spent_at=None)
    if not rows.update(spent_at=now, appointment=appointment):
        raise Closed("spent")


def give_link_back(appointment: Appointment) -> None:
    """What was asked for through a link that works once came to nothing: it may be used again."""
    OneTimeLink.objects.filter(appointment=appointment).update(spent_at=None, appointment=None)
