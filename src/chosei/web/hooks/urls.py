"""Where providers notify us."""

from __future__ import annotations

from django.urls import path

from chosei.web.hooks import google, microsoft, zoom

app_name = "hooks"

urlpatterns = [
    path("google", google.notifications, name="google"),
    path("microsoft", microsoft.notifications, name="microsoft"),
    path("zoom", zoom.notices, name="zoom"),
]
