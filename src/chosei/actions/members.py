"""Organisations and their people (会社, 社員)."""

from __future__ import annotations

from django.db import IntegrityError, transaction

from chosei.actions.checks import check_email
from chosei.actions.errors import InvalidInput
from chosei.records.models import Member, Organization, Role


def create_organization(name: str, admin_email: str, admin_name: str, password: str) -> Organization:
    """A company with its first administrator. Raises InvalidInput."""
    if not name.strip() or len(name) > 200:
        raise InvalidInput(name="required" if not name.strip() else "too_long")
    with transaction.atomic():
        organization = Organization.objects.create(name=name.strip())
        add_member(organization, admin_email, admin_name, administrator=True, password=password)
    return organization


def add_member(
    organization: Organization,
    email: str,
    name: str,
    *,
    administrator: bool = False,
    password: str | None = None,
) -> Member:
    """An employee who signs in with ``email``; without a password they set one by the password reset.

    Raises InvalidInput(email="taken") when the address is in use, whatever its capitals.
    """
    check_email(email, "email")
    if not name.strip() or len(name) > 120:
        raise InvalidInput(name="required" if not name.strip() else "too_long")
    member = Member(
        organization=organization,
        email=email,
        name=name.strip(),
        role=Role.ADMINISTRATOR if administrator else Role.MEMBER,
        language=organization.language,
        zone=organization.zone,
    )
    member.set_password(password)
    try:
        with transaction.atomic():
            member.save()
    except IntegrityError as clash:
        raise InvalidInput(email="taken") from clash
    return member
