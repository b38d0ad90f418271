"""The way from a chosen time to a confirmed one, the same for a proposal and a booking page.

Everything travels in the forms themselves: what was typed, the chosen time, the zone, and the submission's
identity. Nothing is kept on the server before the guest confirms, and only that button changes anything.
"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass, field, replace
from typing import Generic, TypeVar
from uuid import UUID, uuid4

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import get_language

from chosei.actions.errors import InvalidInput, TimeTaken, Unverifiable
from chosei.actions.inputs import GuestInput
from chosei.core.intervals import Interval
from chosei.core.language import language_of
from chosei.core.questions import STANDARD, Questions
from chosei.records.models import Appointment, BookingPage, Proposal
from chosei.web.public.arranging import CHANGE
from chosei.web.public.doors import LinkView, guest_address, refused_for_now
from chosei.web.public.forms import Asked, GuestForm, Typed, initial_of, submission_of, typed
from chosei.web.public.zones import RESET, reader_zone

Thing = TypeVar("Thing", Proposal, BookingPage)


@dataclass(frozen=True, slots=True)
class Choice:
    """A time the guest chose. ``value`` is what the form sends for it."""

    value: str
    time: Interval


@dataclass(frozen=True, slots=True)
class Visit:
    """What a guest brings along: kept through every page of the way."""

    zone: str
    submission: UUID
    chosen: str = ""
    typed: Typed = field(default_factory=dict)
    notice: str = ""  # pick, taken: why the guest is back at the times
    lost: str = ""  # the time that was taken meanwhile, as the form sent it

    @classmethod
    def of(
        cls,
        request: HttpRequest,
        default_zone: str,
        *,
        questions: Questions = STANDARD,
        chosen: str = "",
        notice: str = "",
    ) -> Visit:
        zone, given = reader_zone(request, default_zone), typed(request, questions)
        return cls(zone, submission_of(request), chosen, given, notice)


def slot_of(request: HttpRequest, field: str) -> str:
    """The time that was sent: by a button that names one, else by the mark in the list."""
    sent = request.POST if request.method == "POST" else request.GET
    named = sent.get("choose", "1")
    return named if named != "1" else sent.get(field, "")


class ConfirmationView(LinkView, Generic[Thing]):
    """GET shows the form for a chosen time; POST goes back to the times, keeps on choosing, or confirms."""

    choice_field: str  # the form's name for the chosen time

    @abstractmethod
    def load(self, token: str) -> Thing:
        """The thing behind the link, in whatever state. Raises NotThere."""

    @abstractmethod
    def insist_open(self, thing: Thing) -> None:
        """Raises Closed when nothing can be chosen here any more."""

    @abstractmethod
    def parse(self, thing: Thing, value: str) -> Choice | None:
        """The choice that ``value`` names, on offer or not."""

    @abstractmethod
    def on_offer(self, thing: Thing, choice: Choice) -> bool:
        """Whether it can be taken, as far as is known without asking a provider."""

    @abstractmethod
    def times(self, thing: Thing, visit: Visit, *, status: int = 200) -> HttpResponse:
        """The page of times to choose from."""

    @abstractmethod
    def details(
        self,
        thing: Thing,
        visit: Visit,
        choice: Choice,
        form: GuestForm,
        *,
        unverifiable: bool = False,
        status: int = 200,
    ) -> HttpResponse:
        """The page that asks who the guest is."""

    @abstractmethod
    def act(self, thing: Thing, choice: Choice, guest: GuestInput, submission: UUID) -> Appointment:
        """Confirm. Raises what the action raises."""

    def questions(self, thing: Thing) -> Questions:
        """What the form asks."""
        return STANDARD

    def asked(self, thing: Thing) -> Asked:
        """What it asks besides."""
        return Asked()

    @abstractmethod
    def known(self, thing: Thing) -> dict[str, str]:
        """What the form may begin with."""

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        return self._show(request, self._open(token), slot_of(request, self.choice_field))

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        value = request.POST.get(self.choice_field, "")
        if not {"back", RESET, CHANGE, "week", "relength"}.isdisjoint(request.POST):
            thing = self._open(token)
            return self.times(thing, self._visit(request, thing, chosen=value))
        if "choose" in request.POST:
            # A button of its own may name another time than the one that is marked.
            return self._show(request, self._open(token), slot_of(request, self.choice_field))
        refused = refused_for_now(request, "confirm", token, limit=20, seconds=600)
        return refused or self._confirm(request, self.load(token), value)

    def _open(self, token: str) -> Thing:
        thing = self.load(token)
        self.insist_open(thing)
        return thing

    def _show(self, request: HttpRequest, thing: Thing, value: str) -> HttpResponse:
        choice = self.parse(thing, value)
        if choice is None or not self.on_offer(thing, choice):
            return self._back(request, thing, lost=choice)
        visit, questions = self._visit(request, thing, chosen=choice.value), self.questions(thing)
        known = initial_of(visit.typed, questions) or self.known(thing)
        came_along = request.POST if request.method == "POST" else None
        form = GuestForm(initial=known, questions=questions, asked=self.asked(thing), companions=came_along)
        return self.details(thing, visit, choice, form)

    def _visit(self, request: HttpRequest, thing: Thing, *, chosen: str = "", notice: str = "") -> Visit:
        return Visit.of(request, thing.zone, questions=self.questions(thing), chosen=chosen, notice=notice)

    def _back(self, request: HttpRequest, thing: Thing, *, lost: Choice | None) -> HttpResponse:
        self.insist_open(thing)
        visit = self._visit(request, thing, notice="taken" if lost else "pick")
        visit = replace(visit, lost=lost.value if lost else "")
        return self.times(thing, visit, status=409 if lost else 200)

    def _confirm(self, request: HttpRequest, thing: Thing, value: str) -> HttpResponse:
        # Whether the time is still free is the action's to say: a form sent twice must find what it made.
        choice = self.parse(thing, value)
        if choice is None:
            return self._back(request, thing, lost=None)
        visit = self._visit(request, thing, chosen=choice.value)
        form = GuestForm(
            request.POST, request.FILES, questions=self.questions(thing), asked=self.asked(thing)
        )
        if not form.is_valid():
            self.insist_open(thing)
            return self.details(thing, visit, choice, form, status=422)
        guest = form.guest(language=language_of(get_language()), zone=visit.zone)
        try:
            appointment = self.act(thing, choice, guest, visit.submission)
        except TimeTaken:
            return self._back(request, thing, lost=choice)
        except Unverifiable:
            return self.details(thing, visit, choice, form, unverifiable=True, status=503)
        except InvalidInput as refused:
            form.refuse(refused)
            if "submission" in refused.fields:
                visit = replace(visit, submission=uuid4())  # the next press is another form's
            return self.details(thing, visit, choice, form, status=422)
        return HttpResponseRedirect(guest_address(request, "appointment", appointment.link_token))
