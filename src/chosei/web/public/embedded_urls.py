"""The same pages for a frame in another site, below /embed/: what leads on from one of them stays there.

Without the CSRF check: a frame in another site gets no cookies of ours, and the check would protect nothing
here. A guest's form acts by the secret in its address alone, which whoever could forge it would have to know.
"""

from __future__ import annotations

from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from chosei.web.public import urls

app_name = "public"

FRAMED = ("b/", "a/", "o/<slug:organization>/")
"""Booking pages, by the readable address as well, and what is booked on them. A proposal goes to one customer
by mail, not into a site."""

urlpatterns = [
    path(str(page.pattern), csrf_exempt(page.callback), name=page.name)
    for page in urls.urlpatterns
    if str(page.pattern).startswith(FRAMED)
]
