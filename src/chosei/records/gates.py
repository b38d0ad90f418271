"""The only ways to an object: through the member who may see it, or through its secret link. What is for
administrators alone: ``admin_gates``.

Every gate raises ``NotThere`` alike for "does not exist" and "not yours", so that no answer gives a hint.
"""

from __future__ import annotations

from typing import Any, TypeVar

from django.db.models import DateTimeField, Exists, F, Func, Model, OuterRef, Q, QuerySet

from chosei.records.links import SecretLinked, link_hashes
from chosei.records.models import (
    AnswerFile,
    Appointment,
    BookingPage,
    BookingPageDeputy,
    BookingPageRoom,
    CalendarEntry,
    Connection,
    FrontDesk,
    Logo,
    MailMessage,
    Member,
    OneTimeLink,
    Promise,
    Proposal,
    ProposalHost,
    ProposalTemplate,
    Room,
    RoomList,
    Visibility,
    WebMeeting,
)
from chosei.records.models.reception import desk_secret_hash
from chosei.records.prepared import Prepared, is_any_of, remember


class NotThere(Exception):
    """No such object for this reader."""


_Linked = TypeVar("_Linked", bound=SecretLinked)
_Record = TypeVar("_Record", bound=Model)


def _by_link(rows: QuerySet[_Linked], token: str) -> _Linked:
    found = rows.filter(link_hash__in=link_hashes(token)).first()
    if found is None:
        raise NotThere
    return found


def one_of(rows: QuerySet[_Record], **wanted: Any) -> _Record:
    """The one of the rows that has these values. Raises NotThere."""
    found = rows.filter(**wanted).first()
    if found is None:
        raise NotThere
    return found


def number(text: str) -> int:
    """A key out of an address. Raises NotThere for what can be none."""
    if not (text.isascii() and text.isdecimal() and len(text) < 19):
        raise NotThere
    return int(text)


# --- guests: the secret link opens one thing
# -----------------------------------------------------------------


def proposal_for_guest(token: str) -> Proposal:
    """A proposal that was opened at some time; a draft has no guest yet."""
    rows = Proposal.objects.select_related("organization", "author").exclude(state="draft")
    return _by_link(rows, token)


_OPEN = ["published", "paused"]
_open_pages = Prepared(
    lambda: (
        BookingPage.objects.select_related("organization", "owner")
        .filter(is_any_of("link_hash", "hashes"), state__in=_OPEN)
        .exclude(visibility=Visibility.ONE_TIME)
        .annotate(names_rooms=Exists(BookingPageRoom.objects.filter(page=OuterRef("pk"))))
    )
)
_one_time_links = Prepared(
    lambda: OneTimeLink.objects.select_related("page__organization", "page__owner").filter(
        is_any_of("link_hash", "hashes"), page__state__in=_OPEN
    )
)


def booking_page_for_guest(token: str) -> BookingPage:
    """A page that is published or paused, by its own link or by one that works once (then ``one_time``).

    A page for one-time links alone does not open by its own.
    """
    hashes = link_hashes(token)
    for page in _open_pages(hashes=hashes):
        if not page.__dict__["names_rooms"]:
            remember(page, "rooms", [])
        return page
    for link in _one_time_links(hashes=hashes):
        link.page.one_time = link
        return link.page
    raise NotThere


def booking_page_by_address(organization: str, slug: str) -> BookingPage:
    """A page by the readable address that it has or had."""
    pages = BookingPage.objects.select_related("organization", "owner").filter(
        organization__slug=organization,
        addresses__slug=slug,
        state__in=["published", "paused"],
        visibility=Visibility.PUBLIC,
    )
    return one_of(pages)


def public_pages(organization: str) -> QuerySet[BookingPage]:
    """The pages that an organisation shows to everybody."""
    rows = BookingPage.objects.select_related("organization").exclude(slug="")
    return rows.filter(organization__slug=organization, state="published", visibility=Visibility.PUBLIC)


def appointment_for_guest(token: str) -> Appointment:
    rows = Appointment.objects.select_related("organization", "organizer", "proposal", "booking_page")
    return _by_link(rows, token)


# --- the front desk: a tablet's secret opens that one page
# ------------------------------------------------------------------


def front_desk(secret: str) -> FrontDesk:
    """The paired tablet that holds ``secret``."""
    rows = FrontDesk.objects.select_related("organization").filter(revoked_at__isnull=True)
    if not secret:
        raise NotThere
    return one_of(rows, secret_hash=desk_secret_hash(secret))


# --- members: their own, and for administrators everybody's of the organisation
# -------------------------------


def proposals_of(member: Member) -> QuerySet[Proposal]:
    """Sent or attended by the member; a draft is its author's alone."""
    rows = Proposal.objects.filter(organization_id=member.organization_id)
    if member.is_administrator:
        return rows.filter(Q(author=member) | ~Q(state="draft"))
    return proposals_involving(member)


def proposals_involving(member: Member) -> QuerySet[Proposal]:
    """Those the member made or attends; a draft is its author's alone."""
    made = Proposal.objects.filter(author=member).values("pk")
    sent = ProposalHost.objects.filter(member=member).exclude(proposal__state="draft")
    attended = sent.values("proposal_id")
    return Proposal.objects.filter(pk__in=made.union(attended), organization_id=member.organization_id)


def proposal_parts(member: Member) -> list[QuerySet[Proposal]]:
    """``proposals_involving`` in parts that overlap, each kept newest first by an index."""
    rows = Proposal.objects.filter(organization_id=member.organization_id)
    return [rows.filter(author=member), rows.filter(hosts__member=member).exclude(state="draft")]


def booking_pages_of(member: Member) -> QuerySet[BookingPage]:
    rows = BookingPage.objects.filter(organization_id=member.organization_id)
    if member.is_administrator:
        return rows
    return rows.filter(Q(owner=member) | Q(hosts__member=member) | Q(deputies__member=member)).distinct()


def appointments_of(member: Member) -> QuerySet[Appointment]:
    rows = Appointment.objects.filter(organization_id=member.organization_id)
    if member.is_administrator:
        return rows
    return appointments_involving(member)


def appointments_involving(member: Member) -> QuerySet[Appointment]:
    """Those the member attends, arranged, or got through a page of theirs.

    For one of them or a few; a list is read by ``appointment_parts``.
    """
    # Each of these has its own index; one condition over all of them would read the whole table.
    attended = Promise.objects.filter(host=member).values("appointment_id")
    arranged = Appointment.objects.filter(arranged_by=member).values("pk")
    managed = Appointment.objects.filter(booking_page__deputies__member=member).values("pk")
    ours = attended.union(arranged, managed)
    return Appointment.objects.filter(pk__in=ours, organization_id=member.organization_id)


def appointment_parts(member: Member) -> list[QuerySet[Appointment]]:
    """``appointments_involving`` in parts that overlap. Each has its ``start``, by which an index keeps it: a
    list that reads them side by side reads no more than it shows.

    A state that a member hardly has reads their own coming or past ones, however many the organisation has:
    promises carry no state, which would be a second truth in the table that must not be wrong.
    """
    arranged = every_appointment(member.organization_id)
    managed = BookingPageDeputy.objects.filter(member=member).values_list("page_id", flat=True)
    return [
        appointments_attended(member.organization_id, member.pk),
        arranged.filter(arranged_by=member),
        *(arranged.filter(booking_page_id=page_id) for page_id in managed),
    ]


def every_appointment(organization_id: int) -> QuerySet[Appointment]:
    """Of the organisation, with their ``start``."""
    return Appointment.objects.filter(organization_id=organization_id).annotate(start=F("starts_at"))


def appointments_attended(organization_id: int, member_id: int) -> QuerySet[Appointment]:
    """Of one host, with their ``start`` as it stands in the promises, which move with their appointment."""
    rows = Appointment.objects.filter(organization_id=organization_id, promises__host_id=member_id)
    start = Func(F("promises__during"), function="lower", output_field=DateTimeField())
    return rows.annotate(start=start)


def connections_of(member: Member) -> QuerySet[Connection]:
    """One's own only: nobody else, an administrator included, acts through a member's account."""
    return Connection.objects.filter(member=member)


def proposal_for_member(member: Member, pk: int) -> Proposal:
    return one_of(proposals_of(member).select_related("organization", "author"), pk=pk)


def template_for_member(member: Member, pk: int) -> ProposalTemplate:
    """One's own alone."""
    return one_of(ProposalTemplate.objects.filter(owner=member), pk=pk)


def booking_page_for_member(member: Member, pk: int) -> BookingPage:
    return one_of(booking_pages_of(member).select_related("organization", "owner"), pk=pk)


def appointment_for_member(member: Member, pk: int) -> Appointment:
    return one_of(appointments_of(member).select_related("organization", "organizer"), pk=pk)


def logo_by_digest(digest: str) -> Logo:
    """Whoever knows the SHA-256 of a logo may see it: it stands on pages that customers open."""
    logo = Logo.objects.filter(digest=digest).first()
    if logo is None:
        raise NotThere
    return logo


def connection_for_member(member: Member, pk: int) -> Connection:
    return one_of(connections_of(member), pk=pk)


def calendar_entry_for_member(member: Member, pk: int) -> CalendarEntry:
    """An entry of a proposal or appointment that the member may see, in whoever's calendar it stands."""
    rows = CalendarEntry.objects.filter(
        Q(appointment__in=appointments_of(member).values("pk"))
        | Q(candidate__proposal__in=proposals_of(member).values("pk"))
    ).select_related("connection__member", "candidate__proposal", "appointment__proposal")
    return one_of(rows, pk=pk)


def leftover_for_member(member: Member, pk: int, *, is_meeting: bool) -> CalendarEntry | WebMeeting:
    """An entry or a web meeting in an account of the member's own; in a colleague's for an administrator."""
    mine = Q(connection__member=member)
    if member.is_administrator:
        mine |= Q(connection__member__organization=member.organization_id)
    if is_meeting:
        meetings = WebMeeting.objects.filter(mine, desired__isnull=True)
        return one_of(meetings.select_related("connection__member"), pk=pk)
    events = CalendarEntry.objects.filter(mine, desired__isnull=True)
    return one_of(events.select_related("connection__member"), pk=pk)


def mail_for_member(member: Member, pk: int) -> MailMessage:
    """A mail about a proposal or appointment that the member may see."""
    rows = MailMessage.objects.filter(
        Q(appointment__in=appointments_of(member).values("pk"))
        | Q(proposal__in=proposals_of(member).values("pk"))
    )
    return one_of(rows, pk=pk)


def answer_file_for_member(member: Member, appointment_pk: int, answer_pk: int) -> AnswerFile:
    """The file that a guest sent with an answer, of an appointment that the member may see."""
    mine = appointments_of(member).filter(pk=appointment_pk).values("pk")
    rows = AnswerFile.objects.select_related("answer").filter(answer__appointment__in=mine)
    return one_of(rows, answer=answer_pk)


def rooms_of(member: Member) -> QuerySet[Room]:
    """The rooms that members of the organisation may choose, by building, floor and name."""
    rows = Room.objects.filter(
        organization_id=member.organization_id, in_use=True, bookable=True, vanished_at__isnull=True
    )
    return rows.order_by("building", "floor", "name", "id")


def room_lists_of(member: Member) -> QuerySet[RoomList]:
    """The lists that members of the organisation may choose from, by name."""
    rows = RoomList.objects.filter(organization_id=member.organization_id, vanished_at__isnull=True)
    return rows.order_by("name", "id")


def colleagues_of(member: Member) -> QuerySet[Member]:
    """The active members of the same organisation, oneself included."""
    return Member.objects.filter(organization_id=member.organization_id, is_active=True).order_by(
        "name", "id"
    )
