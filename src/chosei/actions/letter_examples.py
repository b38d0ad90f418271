"""A meeting that never was, to see how a letter about it would look.

The example is written and rolled back in one transaction, so that the letter is composed by the very code
that sends it. Nothing of it is ever seen by anybody else, and nothing stays.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.db import transaction
from psycopg.types.range import TimestamptzRange

from chosei.actions.letter_texts import OwnTexts
from chosei.core.language import Language
from chosei.core.letter_texts import Wording, of_proposal, to_guest
from chosei.core.walltime import zone_of
from chosei.records.models import (
    Appointment,
    BookingPage,
    Candidate,
    LetterText,
    MailKind,
    MailMessage,
    MeetingFormat,
    Member,
    Promise,
    Proposal,
    ProposalHost,
    Readjustment,
)

_KINDS: Mapping[Wording, MailKind] = {
    Wording.INVITATION: MailKind.INVITATION,
    Wording.OFFERED_AGAIN: MailKind.OFFERED_AGAIN,
    Wording.CANDIDATES_CHANGED: MailKind.OFFERED_AGAIN,
    Wording.DEADLINE_REMINDER: MailKind.REMINDER_DEADLINE,
    Wording.CONFIRMED_GUEST: MailKind.CONFIRMED_GUEST,
    Wording.LINK_GUEST: MailKind.LINK_FOLLOWS_GUEST,
    Wording.MOVED_GUEST: MailKind.CHANGED_GUEST,
    Wording.CHANGED_GUEST: MailKind.CHANGED_GUEST,
    Wording.CANCELLED_GUEST: MailKind.CANCELLED_GUEST,
    Wording.CANCELLED_BY_GUEST: MailKind.CANCELLED_GUEST,
    Wording.REMINDER_GUEST: MailKind.REMINDER_GUEST,
    Wording.REQUESTED_GUEST: MailKind.REQUESTED_GUEST,
    Wording.DECLINED_GUEST: MailKind.DECLINED_GUEST,
    Wording.CONFIRMED_HOST: MailKind.CONFIRMED_HOST,
    Wording.LINK_HOST: MailKind.LINK_FOLLOWS_HOST,
    Wording.MOVED_HOST: MailKind.CHANGED_HOST,
    Wording.CHANGED_HOST: MailKind.CHANGED_HOST,
    Wording.CANCELLED_HOST: MailKind.CANCELLED_HOST,
    Wording.CANCELLED_BY_GUEST_HOST: MailKind.CANCELLED_HOST,
    Wording.REMINDER_HOST: MailKind.REMINDER_HOST,
    Wording.READJUSTMENT: MailKind.READJUSTMENT,
    Wording.CHANGE_ASKED: MailKind.READJUSTMENT,
    Wording.EXPIRED: MailKind.EXPIRED_AUTHOR,
    Wording.REQUESTED_HOST: MailKind.REQUESTED_HOST,
    Wording.LAPSED_HOST: MailKind.LAPSED_HOST,
}
_JOIN_URL = "https://teams.microsoft.com/l/meetup-join/example"


@dataclass(frozen=True, slots=True)
class _Names:
    title: str
    company: str
    guest: str
    place: str
    wish: str


_NAMES = {
    Language.JA: _Names(
        "導入のご相談", "株式会社テスト", "三田 花子", "本社12F", "別の日時でお願いできますと幸いです。"
    ),
    Language.EN: _Names(
        "Product walkthrough",
        "Example Inc.",
        "Hanako Mita",
        "Head office, 12F",
        "Could we find another time?",
    ),
}


@contextmanager
def example_of(
    member: Member, wording: Wording, language: Language, wanted: OwnTexts, *, now: datetime
) -> Iterator[MailMessage]:
    """The message to compose, with ``wanted`` as the organisation's words; good inside the block alone."""
    with transaction.atomic():
        LetterText.objects.update_or_create(
            organization=member.organization,
            kind=wording.value,
            language=language.value,
            defaults=asdict(wanted),
        )
        about = _Example(member, _NAMES[language], now)
        yield _message(about, wording, language)
        transaction.set_rollback(True)


class _Example:
    """Records of a meeting in a week's time, of which the member is the host."""

    def __init__(self, member: Member, names: _Names, now: datetime) -> None:
        self.member, self.names, self.now = member, names, now
        local = (now + timedelta(days=7)).astimezone(zone_of(member.zone))
        weekday = local + timedelta(days=max(0, 7 - local.weekday()) if local.weekday() > 4 else 0)
        self.start = weekday.replace(hour=14, minute=0, second=0, microsecond=0)
        self.meeting = {
            "organization": member.organization,
            "title": names.title,
            "zone": member.zone,
            "format": MeetingFormat.WEB,
            "web_meeting": True,
            "guest_company": names.company,
            "guest_name": names.guest,
            "guest_email": "hanako@test.example",
        }

    def proposal(self, wording: Wording) -> Proposal:
        state = "expired" if wording == Wording.EXPIRED else "open"
        deadline = self.start - timedelta(days=2)
        proposal = Proposal(**self.meeting, author=self.member, state=state, deadline=deadline)
        proposal.make_link()
        proposal.save()
        ProposalHost.objects.create(proposal=proposal, member=self.member)
        for days in range(3):
            start = self.start + timedelta(days=days)
            Candidate.objects.create(proposal=proposal, starts_at=start, ends_at=start + timedelta(hours=1))
        return proposal

    def appointment(self, wording: Wording) -> Appointment:
        page = BookingPage(organization=self.member.organization, owner=self.member, title=self.names.title)
        page.make_link()
        page.save()
        given = {**self.meeting, "join_url": _JOIN_URL, **self._special(wording)}
        appointment = Appointment(
            **given,
            booking_page=page,
            starts_at=self.start,
            ends_at=self.start + timedelta(hours=1),
            ics_uid=f"{uuid4()}@chosei",
            confirmed_at=self.now,
        )
        appointment.make_link()
        appointment.save()
        during = TimestamptzRange(appointment.starts_at, appointment.ends_at)
        # Not standing: the example takes nobody's time, not even from somebody who books at this moment.
        Promise.objects.create(appointment=appointment, host=self.member, during=during, standing=False)
        return appointment

    def _special(self, wording: Wording) -> dict[str, Any]:
        """What happened to the appointment."""
        before = self.start - timedelta(days=1)
        match wording:
            case Wording.MOVED_GUEST | Wording.MOVED_HOST:
                return {"previous_starts_at": before, "previous_ends_at": before + timedelta(hours=1)}
            case Wording.CHANGED_GUEST | Wording.CHANGED_HOST:
                visit = {"format": MeetingFormat.VISIT, "web_meeting": False, "join_url": ""}
                return {**visit, "location": self.names.place, "previous": {"format": "web", "location": ""}}
            case Wording.CANCELLED_GUEST | Wording.CANCELLED_HOST:
                return {"state": "cancelled", "cancelled_by": "host"}
            case Wording.CANCELLED_BY_GUEST | Wording.CANCELLED_BY_GUEST_HOST:
                return {"state": "cancelled", "cancelled_by": "guest"}
            case Wording.REQUESTED_GUEST | Wording.REQUESTED_HOST:
                return {"state": "pending", "approve_until": self.now + timedelta(days=2), "join_url": ""}
            case Wording.DECLINED_GUEST | Wording.LAPSED_HOST:
                return {"state": "declined", "join_url": ""}
            case _:
                return {}


def _message(example: _Example, wording: Wording, language: Language) -> MailMessage:
    member, guest = example.member, to_guest(wording)
    about: dict[str, Any] = (
        {"proposal": example.proposal(wording)}
        if of_proposal(wording)
        else {"appointment": example.appointment(wording)}
    )
    occasion = ""
    if wording in (Wording.OFFERED_AGAIN, Wording.READJUSTMENT, Wording.CHANGE_ASKED):
        asked = Readjustment.objects.create(**about, text=example.names.wish, asked_at=example.now)
        occasion = f"readjustment:{asked.pk}"
    return MailMessage(
        organization=member.organization,
        kind=_KINDS[wording],
        recipient="hanako@test.example" if guest else member.email,
        recipient_name=example.names.guest if guest else member.name,
        member=None if guest else member,
        language=language.value,
        occasion=occasion,
        message_id="<example@chosei.invalid>",
        **about,
    )
