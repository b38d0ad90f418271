"""The guests' addresses. Each begins with one letter and a secret link, which opens that one thing."""

from __future__ import annotations

from django.urls import path, register_converter

from chosei.web.public import appointments, bookings, moving, proposals, readjusting


class LinkConverter:
    """What a secret link can look like; anything else was never one."""

    regex = "[A-Za-z0-9_-]{16,128}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(LinkConverter, "link")

app_name = "public"

urlpatterns = [
    path("p/<link:token>", proposals.ProposalView.as_view(), name="proposal"),
    path("p/<link:token>/confirm", proposals.ProposalConfirmationView.as_view(), name="proposal-confirm"),
    path("p/<link:token>/readjustment", readjusting.ReadjustmentView.as_view(), name="readjustment"),
    path("b/<link:token>", bookings.BookingPageView.as_view(), name="page"),
    path("b/<link:token>/confirm", bookings.BookingConfirmationView.as_view(), name="page-confirm"),
    path("o/<slug:organization>", bookings.PagesView.as_view(), name="pages"),
    path("o/<slug:organization>/<slug:slug>", bookings.AddressView.as_view(), name="address"),
    path("a/<link:token>", appointments.AppointmentView.as_view(), name="appointment"),
    path("a/<link:token>/cancellation", appointments.CancellationView.as_view(), name="cancellation"),
    path("a/<link:token>/change", moving.ChangeView.as_view(), name="change"),
    path("a/<link:token>/change/confirm", moving.ChangeConfirmationView.as_view(), name="change-confirm"),
    path("a/<link:token>/change/request", readjusting.ChangeRequestView.as_view(), name="change-request"),
    path("a/<link:token>/invite.ics", appointments.InviteView.as_view(), name="ics"),
]
