"""社内チャット: where notices go, and that they must."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.db.models import Max, Q, QuerySet

from chosei.actions.errors import InvalidInput
from chosei.core.chat import destination_problems, mention_problem
from chosei.core.text import one_line
from chosei.jobs import queue
from chosei.records.gates import NotThere
from chosei.records.locks import for_change
from chosei.records.models import (
    Appointment,
    BookingPage,
    ChatDestination,
    ChatKind,
    ChatMessage,
    ChatState,
    Member,
    PageChat,
)

NOTICES = (ChatKind.BOOKED, ChatKind.CHANGED, ChatKind.CANCELLED, ChatKind.ARRIVED)
MENTIONING = ("slack", "teams", "chatwork", "google_chat")


@dataclass(frozen=True, slots=True)
class DestinationInput:
    """``secret`` empty leaves the stored one as it is; ``room`` for tokens alone."""

    name: str
    secret: str
    room: str
    everything: bool
    kinds: tuple[str, ...]


def add_destination(administrator: Member, service: str, wanted: DestinationInput) -> ChatDestination:
    """Raises InvalidInput, NotThere."""
    _insist_on_administrator(administrator)
    destination = ChatDestination(organization_id=administrator.organization_id, service=service)
    _fill(destination, wanted)
    return destination


def change_destination(administrator: Member, destination: ChatDestination, wanted: DestinationInput) -> None:
    """Raises InvalidInput, NotThere."""
    _insist_on_administrator(administrator)
    with transaction.atomic():
        locked = for_change(ChatDestination.objects).get(pk=destination.pk)
        if locked.removed:
            raise NotThere
        _fill(locked, wanted)


def pause_destination(administrator: Member, destination: ChatDestination, *, paused: bool) -> None:
    """While it is paused nothing new goes there; what waits already is given up."""
    _insist_on_administrator(administrator)
    with transaction.atomic():
        ChatDestination.objects.filter(pk=destination.pk).update(paused=paused)
        if paused:
            _give_up(destination)


def remove_destination(administrator: Member, destination: ChatDestination) -> None:
    """Forget its secret and send nothing more. What it was sent stays in the records."""
    _insist_on_administrator(administrator)
    with transaction.atomic():
        ChatDestination.objects.filter(pk=destination.pk).update(
            removed=True, secret="", problem="", problem_at=None
        )
        PageChat.objects.filter(destination=destination).delete()
        _give_up(destination)


def try_destination(administrator: Member, destination: ChatDestination) -> ChatMessage:
    """Have a word sent there, to see whether it comes."""
    _insist_on_administrator(administrator)
    with transaction.atomic():
        locked = for_change(ChatDestination.objects).get(pk=destination.pk)
        about = f"destination:{locked.pk}"
        earlier = ChatMessage.objects.filter(destination=locked, about=about).aggregate(last=Max("revision"))
        message = ChatMessage.objects.create(
            destination=locked, about=about, kind=ChatKind.TEST, revision=(earlier["last"] or 0) + 1
        )
        queue.enqueue(queue.CHAT, str(message.pk))
    return message


def choose_for_page(member: Member, page: BookingPage, destination_ids: Collection[int]) -> None:
    """The destinations that are told of what is booked on this page, besides those told of everything.

    Raises InvalidInput(chats="unknown").
    """
    wanted = set(destination_ids)
    with transaction.atomic():
        found = set(destinations_of(page.organization_id).filter(pk__in=wanted).values_list("pk", flat=True))
        if found != wanted:
            raise InvalidInput(chats="unknown")
        PageChat.objects.filter(page=page).exclude(destination__in=wanted).delete()
        PageChat.objects.bulk_create(
            [PageChat(page=page, destination_id=pk) for pk in sorted(wanted)], ignore_conflicts=True
        )


def set_chat_ids(administrator: Member, member: Member, ids: dict[str, str]) -> None:
    """Who the member is in each chat service; empty for nobody. Raises InvalidInput, NotThere."""
    _insist_on_administrator(administrator)
    clean = {service: one_line(ids.get(service, "")) for service in MENTIONING}
    wrong = {s: "not_an_id" for s, person in clean.items() if person and mention_problem(s, person)}
    if wrong:
        raise InvalidInput(**wrong)
    kept = {service: person for service, person in clean.items() if person}
    Member.objects.filter(pk=member.pk, organization_id=administrator.organization_id).update(chat_ids=kept)


def destinations_of(organization_id: int) -> QuerySet[ChatDestination]:
    return ChatDestination.objects.filter(organization_id=organization_id, removed=False)


def tell_chat(appointment: Appointment, kind: ChatKind, *, revision: int) -> None:
    """Have every destination that asked for it told, once the transaction commits.

    A change that was not told yet gives way to this one: each notice says how things stand.
    """
    chosen = PageChat.objects.filter(page=appointment.booking_page_id).values("destination")
    wanted = destinations_of(appointment.organization_id).filter(
        Q(everything=True) | Q(pk__in=chosen), paused=False, kinds__contains=[kind.value]
    )
    about = f"appointment:{appointment.pk}"
    if kind is ChatKind.CHANGED:
        untold = ChatMessage.objects.filter(about=about, kind=kind, state=ChatState.WAITING)
        untold.update(state=ChatState.SUPERSEDED)
    for destination in wanted:
        message, created = ChatMessage.objects.get_or_create(
            destination=destination,
            about=about,
            kind=kind,
            revision=revision,
            defaults={"appointment": appointment},
        )
        if created:
            queue.enqueue(queue.CHAT, str(message.pk))


def _fill(destination: ChatDestination, wanted: DestinationInput) -> None:
    name, secret = one_line(wanted.name), wanted.secret.strip() or destination.secret
    missing = {field: "required" for field, text in (("name", name), ("secret", secret)) if not text}
    if missing:
        raise InvalidInput(**missing)
    room = one_line(wanted.room)
    problems = destination_problems(
        destination.service, secret, room, loopback=bool(settings.CHOSEI_DEVELOPMENT)
    )
    if not set(wanted.kinds) <= {kind.value for kind in NOTICES}:
        problems["kinds"] = "unknown"
    if problems:
        raise InvalidInput(**problems)
    destination.name, destination.room, destination.secret = name[:80], room, secret
    destination.everything = wanted.everything
    destination.kinds = [kind.value for kind in NOTICES if kind.value in wanted.kinds]
    destination.problem, destination.problem_at = "", None
    destination.save()


def _give_up(destination: ChatDestination) -> None:
    waiting = ChatMessage.objects.filter(destination=destination, state=ChatState.WAITING)
    waiting.update(state=ChatState.SUPERSEDED)


def _insist_on_administrator(member: Member) -> None:
    if not member.is_administrator:
        raise NotThere
