"""The company's approval (管理者の承認): asked for, given, refused, and those who wait for it told once."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from chosei import wiring
from chosei.actions.errors import Closed
from chosei.actions.outbox import queue_mail, to_member
from chosei.actions.sign_ins import (
    ADMIN_CONSENT,
    COMPLETED_WITHIN,
    SIGN_IN_LASTS,
    SILENT_AFTER,
    redirect_uri,
)
from chosei.core.states import ApprovalState, ConnectionState
from chosei.ports.authorization import WALL, Permission
from chosei.records.links import link_hashes
from chosei.records.locks import lock_organization
from chosei.records.models import (
    Connection,
    ConnectionAttempt,
    MailKind,
    MailMessage,
    Member,
    Organization,
    ProviderApproval,
)

TOLD = "told"
_WAITS = timedelta(days=30)
_TENANT = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ConsentLink:
    """What the IT department is sent: where to approve, and what the approval allows."""

    url: str
    permissions: tuple[Permission, ...]


def approval_of(organization_id: int, provider: str) -> ProviderApproval | None:
    """Where the approval stands, by its latest news."""
    rows = ProviderApproval.objects.filter(organization_id=organization_id, provider=provider)
    return rows.select_related("asked_by").order_by("-changed_at", "-pk").first()


def consent_link(approval: ProviderApproval) -> ConsentLink:
    """The admin-consent link of an approval that was asked for. Makes no network call."""
    port = wiring.authorization(approval.provider)
    url = port.admin_consent_url(
        state=approval.link_token, redirect_uri=redirect_uri(approval.provider, ADMIN_CONSENT)
    )
    return ConsentLink(url, port.permissions())


def ask_approval(member: Member, provider: str, *, now: datetime) -> ProviderApproval:
    """The member asks the company's administrator. Asked already: whoever asked first stays.

    After a decision a new link begins a new round; the old one opens nothing more.
    """
    with transaction.atomic():
        organization = lock_organization(member.organization_id)
        row = approval_of(organization.pk, provider) or _new(organization, provider)
        if row.state == ApprovalState.ASKED and row.asked_by_id is not None:
            return row
        row.make_link()
        row.state, row.asked_by, row.asked_at = ApprovalState.ASKED, member, now
        row.decided_at, row.how = None, ""
        row.save()
    return row


def answer_admin_consent(state: str, *, granted: bool, tenant: str, now: datetime) -> ApprovalState:
    """Somebody came back from the admin-consent link. Raises Closed("state_unknown") for a state not ours.

    ``tenant`` and ``granted`` are nobody's proof (contract sheet): they are noted, those who wait are asked
    to try again, and Microsoft decides then. Nobody is identified by them. A repetition changes nothing.
    """
    with transaction.atomic():
        found = ProviderApproval.objects.filter(link_hash__in=link_hashes(state)).first() if state else None
        if found is None:
            raise Closed("state_unknown")
        organization = lock_organization(found.organization_id)
        row = ProviderApproval.objects.get(pk=found.pk)
        if row.link_hash != found.link_hash:
            raise Closed("state_unknown")
        if row.state == ApprovalState.GRANTED:
            return ApprovalState.GRANTED
        if not granted:
            row.state, row.decided_at, row.how = ApprovalState.REFUSED, now, "link"
            row.save()
            return ApprovalState.REFUSED
        _tell_waiting(organization, row.provider, now)
        _grant(row, tenant.lower() if _TENANT.fullmatch(tenant) else "", "link", now)
    return ApprovalState.GRANTED


def settled_by_administrator(administrator: Member, provider: str, *, now: datetime) -> int:
    """「設定しました」: the tenant lets people connect now, says an administrator of ours.

    Returns how many people were told. Raises Closed("not_administrator").
    """
    with transaction.atomic():
        organization = lock_organization(administrator.organization_id)
        if not administrator.is_administrator:
            raise Closed("not_administrator")
        told = _tell_waiting(organization, provider, now)
        row = approval_of(organization.pk, provider) or _new(organization, provider)
        _grant(row, row.tenant_id, "administrator", now)
    return told


def somebody_connected(member: Member, provider: str, tenant: str, *, now: datetime) -> None:
    """A colleague of the tenant could connect, so others probably can. Inside a transaction."""
    organization = lock_organization(member.organization_id)
    rows = ProviderApproval.objects.filter(organization=organization, provider=provider)
    row = (
        rows.filter(tenant_id=tenant).first()
        or rows.filter(tenant_id="").first()
        or _new(organization, provider)
    )
    news = row.state != ApprovalState.GRANTED or row.tenant_id != tenant
    _tell_waiting(organization, provider, now, news=news)
    if news:
        _grant(row, tenant, "connected", now)


def waiting_for_approval(organization: Organization, provider: str, now: datetime) -> QuerySet[Member]:
    """Who met the wall, went to sign in and never came back, or asked for the approval, and has no account
    connected since."""
    stuck = _attempts(organization, provider, now).filter(_silent(now) | Q(result=WALL))
    asked = ProviderApproval.objects.filter(organization=organization, provider=provider).exclude(
        state=ApprovalState.GRANTED
    )
    concerned = Q(pk__in=stuck.values("member_id")) | Q(pk__in=asked.values("asked_by_id"))
    return _unconnected(organization, provider).filter(concerned)


def _unconnected(organization: Organization, provider: str) -> QuerySet[Member]:
    """Whose account does not work, be it that one is lost or another's."""
    rows = Member.objects.filter(organization=organization, is_active=True)
    working = Connection.objects.filter(provider=provider, state=ConnectionState.ACTIVE)
    return rows.exclude(pk__in=working.values("member")).order_by("pk")


def _attempts(organization: Organization, provider: str, now: datetime) -> QuerySet[ConnectionAttempt]:
    return ConnectionAttempt.objects.filter(
        member__organization=organization, provider=provider, begun_at__gt=now - _WAITS
    )


def _silent(now: datetime) -> Q:
    return Q(returned_at__isnull=True, result="", begun_at__lt=now - SILENT_AFTER)


def _tell_waiting(organization: Organization, provider: str, now: datetime, *, news: bool = True) -> int:
    """Once for each time they met the wall. Call it before the approval is noted: who asked for it is told.

    ``news``: it was not known before. Who went to sign in just now may then be standing before the wall, or
    about to come back: they are told when their time is over, unless they have connected (the letter looks).
    """
    people = dict.fromkeys(waiting_for_approval(organization, provider, now), now)
    attempts = _attempts(organization, provider, now)
    met = _silent(now) | Q(result=WALL)
    if news:
        away = attempts.filter(returned_at__isnull=True, result="").exclude(_silent(now))
        begun = dict(away.order_by("begun_at").values_list("member_id", "begun_at"))
        for member in _unconnected(organization, provider).filter(pk__in=begun):
            people.setdefault(member, begun[member.pk] + SILENT_AFTER)
        met |= Q(returned_at__isnull=True, result="")
    for member, moment in people.items():
        earlier = MailMessage.objects.filter(about=f"member:{member.pk}", kind=MailKind.TRY_AGAIN).count()
        later = moment if moment > now else None
        queue_mail(MailKind.TRY_AGAIN, member, to_member(member), revision=earlier, not_before=later)
    attempts.filter(met).update(result=TOLD)
    return len(people)


def _grant(row: ProviderApproval, tenant: str, how: str, now: datetime) -> None:
    """Granted, for the tenant where it is known; two rows that turn out to be one tenant's become one."""
    if tenant and tenant != row.tenant_id:
        same = ProviderApproval.objects.filter(
            organization=row.organization, provider=row.provider, tenant_id=tenant
        )
        same.exclude(pk=row.pk).delete()
        row.tenant_id = tenant
    row.state, row.decided_at, row.how = ApprovalState.GRANTED, now, how
    row.save()


def _new(organization: Organization, provider: str) -> ProviderApproval:
    row = ProviderApproval(organization=organization, provider=provider, state=ApprovalState.ASKED)
    row.make_link()
    return row


def last_sign_in(member: Member) -> int:
    """The number of the member's latest sign-in anywhere, finished or not; 0 before the first."""
    attempts = ConnectionAttempt.objects.filter(member=member).order_by("-pk")
    return attempts.values_list("pk", flat=True).first() or 0


def came_back(member: Member, after: int, *, now: datetime) -> ConnectionAttempt | None:
    """The member's latest sign-in, where it has a higher number than ``after`` and was completed lately."""
    latest = ConnectionAttempt.objects.filter(member=member, pk__gt=after).order_by("-pk").first()
    if latest is None or latest.returned_at is None or latest.returned_at < now - SIGN_IN_LASTS:
        return None
    return latest


def sign_in_under_way(member: Member, provider: str, *, now: datetime | None = None) -> str:
    """Where the member's latest sign-in is: "" (none), "running", or "silent" when it does not come back.

    A silent one is the usual sign of the wall: the browser stays on the provider's page.
    """
    now = now or timezone.now()
    attempt = (
        ConnectionAttempt.objects.filter(member=member, provider=provider, begun_at__gt=now - SIGN_IN_LASTS)
        .order_by("-begun_at", "-pk")
        .first()
    )
    if attempt is None or attempt.result not in ("", TOLD):
        return ""
    if attempt.returned_at is not None:  # and is being completed, unless that was cut off
        return "running" if attempt.returned_at >= now - COMPLETED_WITHIN else ""
    if attempt.begun_at >= now - SILENT_AFTER:
        return "running"
    return "" if attempt.result else "silent"
