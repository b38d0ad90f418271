"""Where providers notify us. Nothing subscribes yet."""

from __future__ import annotations

from django.urls import URLPattern

app_name = "hooks"

urlpatterns: list[URLPattern] = []
