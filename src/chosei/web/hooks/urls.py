"""Where providers notify us."""

from __future__ import annotations

from django.urls import path

from chosei.web.hooks import microsoft

app_name = "hooks"

urlpatterns = [path("microsoft", microsoft.notifications, name="microsoft")]
