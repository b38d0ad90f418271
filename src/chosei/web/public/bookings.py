"""予約受付型: the addresses where a guest sees what a page offers, week by week, and books one time."""

from __future__ import annotations

from uuid import UUID, uuid5

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from chosei.actions.answers import questions_of
from chosei.actions.booking import book_page
from chosei.actions.errors import Closed
from chosei.actions.inputs import Booking, GuestInput
from chosei.actions.offers import is_unattended, page_offer
from chosei.actions.page_addresses import insist_unspent
from chosei.core.questions import Questions
from chosei.core.states import BookingPageState
from chosei.records.gates import NotThere, booking_page_by_address, booking_page_for_guest, public_pages
from chosei.records.models import Appointment, BookingPage
from chosei.web.public.booking_pages import (
    ALWAYS,
    Details,
    asked_of,
    choice_of,
    details_page,
    listed_facts,
    minutes_of,
    times_page,
)
from chosei.web.public.confirming import Choice, ConfirmationView, Visit
from chosei.web.public.doors import LinkView
from chosei.web.public.forms import Asked, GuestForm
from chosei.web.public.kept import Look


def insist_open(page: BookingPage) -> None:
    """Raises Closed with the reason that the reader is told."""
    if page.state != BookingPageState.PUBLISHED:
        raise Closed(page.state)
    if is_unattended(page):
        raise Closed("unattended")
    if page.one_time is not None:
        insist_unspent(page.one_time, now=timezone.now())


class AddressView(LinkView):
    """The readable address of a public page; an earlier one leads to the present one."""

    def get(self, request: HttpRequest, organization: str, slug: str) -> HttpResponse:
        page = self.behind = booking_page_by_address(organization, slug)
        if page.slug != slug and page.slug:
            here = request.resolver_match
            present = reverse(
                "public:address",
                args=[organization, page.slug],
                current_app=here.namespace if here else None,
            )
            return HttpResponseRedirect(present)
        insist_open(page)
        chosen = request.GET.get("start", "")
        visit = Visit.of(request, page.zone, questions=questions_of(page), chosen=chosen)
        return times_page(request, page, visit)


class PagesView(LinkView):
    """What an organisation offers to everybody."""

    def get(self, request: HttpRequest, organization: str) -> HttpResponse:
        pages = list(public_pages(organization).order_by("title", "id"))
        if not pages:
            raise NotThere
        described = [(page, listed_facts(page)) for page in pages]
        context = {"organization": pages[0].organization, "pages": described}
        return render(request, "public/pages.html", context)


class BookingPageView(LinkView):
    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        look = Look.of(request, token)
        if look is not None and (kept := look.kept()) is not None:
            return kept
        page = self.behind = booking_page_for_guest(token)
        insist_open(page)
        questions = questions_of(page)
        visit = Visit.of(request, page.zone, questions=questions, chosen=request.GET.get("start", ""))
        return times_page(request, page, visit, look=look)


class BookingConfirmationView(ConfirmationView[BookingPage]):
    choice_field = "start"

    def load(self, token: str) -> BookingPage:
        self.behind = page = booking_page_for_guest(token)
        return page

    def insist_open(self, thing: BookingPage) -> None:
        insist_open(thing)

    def parse(self, thing: BookingPage, value: str) -> Choice | None:
        return choice_of(thing, value)

    def on_offer(self, thing: BookingPage, choice: Choice) -> bool:
        offer = page_offer(thing, *ALWAYS, now=timezone.now(), minutes=minutes_of(choice))
        return choice.time in offer.slots

    def times(self, thing: BookingPage, visit: Visit, *, status: int = 200) -> HttpResponse:
        return times_page(self.request, thing, visit, status=status)

    def details(
        self,
        thing: BookingPage,
        visit: Visit,
        choice: Choice,
        form: GuestForm,
        *,
        unverifiable: bool = False,
        status: int = 200,
    ) -> HttpResponse:
        details = Details(visit, choice, form, unverifiable)
        return details_page(self.request, thing, details, status=status)

    def act(self, thing: BookingPage, choice: Choice, guest: GuestInput, submission: UUID) -> Appointment:
        # Going back for another time is another booking; the same one sent twice stays one.
        one = uuid5(submission, choice.value)
        wanted = Booking(choice.time.start, minutes_of(choice), self.request.POST.get("format", ""))
        return book_page(thing, wanted, guest, submission=one, now=timezone.now())

    def asked(self, thing: BookingPage) -> Asked:
        return asked_of(thing)

    def questions(self, thing: BookingPage) -> Questions:
        return questions_of(thing)

    def known(self, thing: BookingPage) -> dict[str, str]:
        return {}
