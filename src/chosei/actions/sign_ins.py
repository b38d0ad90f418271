"""What every sign-in at a provider shares: where the browser returns to, and how long it may be away."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings

from chosei.records.models import Connection, Member

SIGN_IN_LASTS = timedelta(hours=1)
SILENT_AFTER = timedelta(minutes=2)
"""A sign-in that has not come back by then has probably met a page that leads nowhere: the admin wall."""
COMPLETED_WITHIN = timedelta(minutes=1)
"""For so long at most a sign-in that has come back is completed: its code exchanged, its calendar tried."""
CALLBACK, ADMIN_CONSENT = "callback", "admin-consent"


def redirect_uri(provider: str, leads_to: str = CALLBACK) -> str:
    return f"{settings.CHOSEI_PUBLIC_URL}/connect/{provider}/{leads_to}"


def likely_company(member: Member, provider: str) -> str:
    """The tenant of the account that nobody has signed in to yet: that of the member's own before, else that
    of colleagues whose addresses have the same domain. Empty where nobody has one."""
    rows = Connection.objects.filter(provider=provider, member__organization=member.organization_id)
    known = rows.exclude(account_tenant="").order_by("-state_since", "-pk")
    own = known.filter(member=member).values_list("account_tenant", flat=True).first()
    same = known.filter(member__email__iendswith="@" + member.email.rpartition("@")[2])
    return own or same.values_list("account_tenant", flat=True).first() or ""
