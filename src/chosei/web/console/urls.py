"""The console's addresses. What is done to a thing is a resource below it (``…/withdrawal``)."""

from __future__ import annotations

from django.urls import path

from chosei.web.console.views import (
    appointments,
    approvals,
    calendar,
    compose,
    connections,
    guide,
    home,
    members,
    pages,
    passwords,
    profile,
    proposals,
    sign_in,
)

app_name = "console"

urlpatterns = [
    path("", home.home, name="home"),
    path("sign-in", sign_in.SignIn.as_view(), name="sign-in"),
    path("sign-out", sign_in.sign_out, name="sign-out"),
    path("password-reset", passwords.Asked.as_view(), name="password-reset"),
    path("password-reset/sent", passwords.Sent.as_view(), name="password-reset-sent"),
    path("password-reset/<uidb64>/<token>", passwords.Chosen.as_view(), name="password-reset-confirm"),
    path("password-reset/done", passwords.Done.as_view(), name="password-reset-done"),
    path("proposals/", proposals.listing, name="proposals"),
    path("proposals/new", compose.new, name="proposal-new"),
    path("proposals/calendar", calendar.week, name="calendar"),
    path("proposals/<int:pk>", proposals.detail, name="proposal"),
    path("proposals/<int:pk>/progress", proposals.progress, name="proposal-progress"),
    path("proposals/<int:pk>/withdrawal", proposals.withdrawal, name="proposal-withdrawal"),
    path("pages/", pages.listing, name="pages"),
    path("pages/new", pages.new, name="page-new"),
    path("pages/<int:pk>", pages.edit, name="page"),
    path("pages/<int:pk>/publication", pages.publication, name="page-publication"),
    path("pages/<int:pk>/pause", pages.pause, name="page-pause"),
    path("pages/<int:pk>/archive", pages.archive, name="page-archive"),
    path("appointments/", appointments.listing, name="appointments"),
    path("appointments/<int:pk>", appointments.detail, name="appointment"),
    path("appointments/<int:pk>/progress", appointments.progress, name="appointment-progress"),
    path("appointments/<int:pk>/cancellation", appointments.cancellation, name="appointment-cancellation"),
    path("members/", members.listing, name="members"),
    path("members/new", members.new, name="member-new"),
    path("members/<int:pk>", members.edit, name="member"),
    path("members/<int:pk>/invitation", members.invitation, name="member-invitation"),
    path("members/<int:pk>/removal", members.removal, name="member-removal"),
    path("members/<int:pk>/return", members.comeback, name="member-return"),
    path("help/", guide.overview, name="help"),
    path("help/<slug:slug>", guide.topic, name="help-topic"),
    path("settings/profile", profile.edit, name="profile"),
    path("settings/connections", connections.listing, name="connections"),
    path("settings/connections/<int:pk>/disconnection", connections.disconnection, name="disconnection"),
    path("settings/connections/news", connections.news, name="connection-news"),
    path("settings/connections/approval", approvals.page, name="approval"),
    path("settings/connections/approval/request", approvals.ask, name="approval-request"),
    path("settings/connections/approval/settled", approvals.settled, name="approval-settled"),
    path("connect/microsoft", connections.begin, name="microsoft-connect"),
    path("connect/microsoft/callback", connections.callback, name="microsoft-callback"),
    path("connect/microsoft/finished", connections.finished, name="microsoft-finished"),
    path("connect/microsoft/admin-consent", approvals.admin_consent, name="microsoft-admin-consent"),
]
