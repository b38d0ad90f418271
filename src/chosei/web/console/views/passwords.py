"""A forgotten password: four pages and one mail. No answer tells whether an address is known."""

from __future__ import annotations

from django.contrib.auth.views import (
    PasswordResetCompleteView,
    PasswordResetConfirmView,
    PasswordResetDoneView,
)
from django.http import HttpResponse
from django.urls import reverse_lazy
from django.views.generic import FormView

from chosei.actions.limits import within_limit
from chosei.actions.passwords import ask_password_reset
from chosei.web.console.access import network_of
from chosei.web.console.forms.sign_in import AskResetForm, NewPasswordForm

HOUR = 3600  # seconds
PER_NETWORK = 20
PER_ADDRESS = 3


class Asked(FormView[AskResetForm]):
    template_name = "console/password_reset.html"
    form_class = AskResetForm
    success_url = reverse_lazy("console:password-reset-sent")

    def form_valid(self, form: AskResetForm) -> HttpResponse:
        """Beyond the limits the page says the same and no mail goes: a counter would be a hint, too."""
        network = within_limit("password-reset", network_of(self.request), limit=PER_NETWORK, seconds=HOUR)
        address = form.cleaned_data["email"].lower()
        if network and within_limit("password-reset-to", address, limit=PER_ADDRESS, seconds=HOUR):
            ask_password_reset(address)
        return super().form_valid(form)


class Sent(PasswordResetDoneView):
    template_name = "console/password_reset_sent.html"


class Chosen(PasswordResetConfirmView):
    template_name = "console/password_reset_confirm.html"
    form_class = NewPasswordForm
    success_url = reverse_lazy("console:password-reset-done")


class Done(PasswordResetCompleteView):
    template_name = "console/password_reset_done.html"
