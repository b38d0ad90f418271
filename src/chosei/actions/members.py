"""Organisations and their people (会社, 社員情報)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from chosei.actions.addresses import judge
from chosei.actions.checks import check_email, check_zone
from chosei.actions.connections import disconnect
from chosei.actions.errors import Closed, InvalidInput
from chosei.actions.outbox import queue_mail, to_member
from chosei.core.addresses import clean_address
from chosei.core.language import Language
from chosei.core.providers import ConnectionKind
from chosei.core.states import LIVE
from chosei.records.locks import for_change, lock_hosts, lock_organization
from chosei.records.models import MailKind, MailMessage, MailState, Member, Organization, Role


@dataclass(frozen=True, slots=True)
class MemberInput:
    """What an administrator says about an employee."""

    name: str
    email: str
    administrator: bool
    language: str
    zone: str


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
    member = Member(organization=organization, language=organization.language, zone=organization.zone)
    member.set_password(password)
    role = Role.ADMINISTRATOR if administrator else Role.MEMBER
    _fill(member, MemberInput(name, email, role == Role.ADMINISTRATOR, member.language, member.zone))
    return member


def invite_member(by: Member, wanted: MemberInput) -> Member:
    """Register an employee and mail them the link to set a password.

    Raises InvalidInput, or Closed("not_administrator") when ``by`` is no administrator any more.
    """
    with transaction.atomic():
        organization = _under_lock(by)
        member = Member(organization=organization)
        member.set_password(None)
        _fill(member, wanted)
        _send_invitation(member)
    return member


def invite_again(by: Member, member: Member) -> None:
    """Send the invitation once more. Raises Closed("has_password") when it was taken up already."""
    with transaction.atomic():
        _under_lock(by)
        current = Member.objects.select_related("organization").get(pk=member.pk)
        if current.has_usable_password() or not current.is_active:
            raise Closed("has_password")
        _send_invitation(current)


def change_member(by: Member, member: Member, wanted: MemberInput) -> Member:
    """New particulars. The password and whoever is signed in stay; from now on the new address signs in.

    Raises InvalidInput(role="last_administrator") where nobody could administer any more, and as
    ``invite_member`` does.
    """
    with transaction.atomic():
        _under_lock(by)
        lock_hosts([member.pk])  # an account may be put back to work
        current = Member.objects.select_related("organization").get(pk=member.pk)
        if current.is_administrator and current.is_active and not wanted.administrator:
            _insist_on_another_administrator(current, "role")
        _fill(current, wanted)
        for connection in current.connections.filter(kind=ConnectionKind.CALENDAR, state__in=LIVE):
            judge(connection.pk)
    return current


def remove_member(by: Member, member: Member, *, now: datetime) -> bool:
    """The employee leaves: no more sign-in, every account let go through ``disconnect``.

    What they arranged stays; for who attends from now on see ``handover``. Somebody whom nothing refers
    to is deleted altogether: returns whether it was so. Approvals they gave belong to the organisation.
    Raises InvalidInput(member="last_administrator").
    """
    with transaction.atomic():
        _under_lock(by)
        lock_hosts([member.pk])  # whoever confirms or books now decides before us or sees that they have left
        current = for_change(Member.objects).get(pk=member.pk)
        if current.is_administrator and current.is_active:
            _insist_on_another_administrator(current, "member")
        for connection in current.connections.all():
            disconnect(current, connection, now=now)
        current.is_active = False
        current.save(update_fields=["is_active"])
        MailMessage.objects.filter(member=current, state=MailState.WAITING).update(state=MailState.SUPERSEDED)
        try:
            with transaction.atomic():
                current.delete()
        except ProtectedError:
            return False
    return True


def return_member(by: Member, member: Member) -> None:
    """A removed employee may sign in again; accounts have to be connected anew."""
    with transaction.atomic():
        _under_lock(by)
        Member.objects.filter(pk=member.pk).update(is_active=True)


def _under_lock(by: Member) -> Organization:
    """One change of roles at a time in an organisation, and only by somebody who still may."""
    organization = lock_organization(by.organization_id)
    if not Member.objects.filter(pk=by.pk, is_active=True, role=Role.ADMINISTRATOR).exists():
        raise Closed("not_administrator")
    return organization


def _insist_on_another_administrator(member: Member, field: str) -> None:
    others = Member.objects.filter(
        organization_id=member.organization_id, is_active=True, role=Role.ADMINISTRATOR
    ).exclude(pk=member.pk)
    if not others.exists():
        raise InvalidInput(**{field: "last_administrator"})


def _fill(member: Member, wanted: MemberInput) -> None:
    email = clean_address(wanted.email)
    check_email(email, "email")
    if not wanted.name.strip() or len(wanted.name) > 120:
        raise InvalidInput(name="required" if not wanted.name.strip() else "too_long")
    if wanted.language not in set(Language):
        raise InvalidInput(language="unknown")
    check_zone(wanted.zone, "zone")
    member.email, member.name = email, wanted.name.strip()
    member.role = Role.ADMINISTRATOR if wanted.administrator else Role.MEMBER
    member.language, member.zone = wanted.language, wanted.zone
    try:
        with transaction.atomic():
            member.save()
    except IntegrityError as clash:
        raise InvalidInput(email="taken") from clash


def _send_invitation(member: Member) -> None:
    earlier = MailMessage.objects.filter(about=f"member:{member.pk}", kind=MailKind.INVITED_MEMBER).count()
    queue_mail(MailKind.INVITED_MEMBER, member, to_member(member), revision=earlier)
