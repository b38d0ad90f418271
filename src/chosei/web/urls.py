"""Every address of Chosei. What belongs to one area is listed in that area's own urls.py."""

from __future__ import annotations

from django.urls import include, path
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

from chosei.web import embedding, errors, health, logos, style_guide

handler400 = errors.bad_request
handler403 = errors.forbidden
handler404 = errors.not_found
handler500 = errors.server_error

urlpatterns = [
    path("language", require_POST(set_language), name="language"),
    path("healthz", health.healthz, name="healthz"),
    path("style-guide", style_guide.style_guide, name="style-guide"),
    path("", include("chosei.web.public.urls")),
    path("embed/", include("chosei.web.public.embedded_urls", namespace="embedded")),
    path("logo/<slug:digest>", logos.picture, name="logo"),
    path("embed.js", embedding.script, name="embed-script"),
    path("reception/", include("chosei.web.reception.urls")),
    path("hooks/", include("chosei.web.hooks.urls")),
    path("", include("chosei.web.console.urls")),
]
