"""What every sign-in at a provider shares: where the browser returns to, and how long it may be away."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings

SIGN_IN_LASTS = timedelta(hours=1)
SILENT_AFTER = timedelta(minutes=2)
"""A sign-in that has not come back by then has probably met a page that leads nowhere: the admin wall."""
COMPLETED_WITHIN = timedelta(minutes=1)
"""For so long at most a sign-in that has come back is completed: its code exchanged, its calendar tried."""
CALLBACK, ADMIN_CONSENT = "callback", "admin-consent"


def redirect_uri(provider: str, leads_to: str = CALLBACK) -> str:
    return f"{settings.CHOSEI_PUBLIC_URL}/connect/{provider}/{leads_to}"
