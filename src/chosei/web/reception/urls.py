"""The front desk's addresses: one page for the tablet at the entrance."""

from __future__ import annotations

from django.urls import path

from chosei.web.reception import views

app_name = "reception"

urlpatterns = [
    path("", views.DeskView.as_view(), name="desk"),
    path("pairing", views.PairingView.as_view(), name="pairing"),
]
