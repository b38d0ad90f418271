"""From a MailMessage, which is only an identity and an intention, to the letter that is sent."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from email.utils import parseaddr

from django.conf import settings
from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _

from chosei.core.language import language_of
from chosei.core.text import one_line
from chosei.mails import facts, times
from chosei.mails.attached import gets_calendar_object
from chosei.mails.blocks import Body, Code
from chosei.mails.facts import Reader
from chosei.mails.html import Letterhead, render_html
from chosei.mails.ics import Invited, calendar_part
from chosei.mails.letters.accounts_in_trouble import accounts_in_trouble
from chosei.mails.letters.address_mismatch import address_mismatch
from chosei.mails.letters.arrived import arrived, visit_told_of
from chosei.mails.letters.calendar_question import calendar_question
from chosei.mails.letters.cancelled import cancelled_for_guest, cancelled_for_host
from chosei.mails.letters.changed import changed_for_guest, changed_for_host
from chosei.mails.letters.confirmed import confirmed_for_guest, confirmed_for_host
from chosei.mails.letters.expired import expired
from chosei.mails.letters.handed_over import handed_over
from chosei.mails.letters.invitation import invitation
from chosei.mails.letters.invited_member import invited_member
from chosei.mails.letters.link_follows import link_for_guest, link_for_host
from chosei.mails.letters.offered_again import deadline_near, offered_again
from chosei.mails.letters.password_reset import password_reset
from chosei.mails.letters.readjustment import readjustment
from chosei.mails.letters.reconnect import reconnect
from chosei.mails.letters.registration_broken import registration_broken
from chosei.mails.letters.reminder import reminder_for_guest, reminder_for_host
from chosei.mails.letters.removed import removed_host
from chosei.mails.letters.requested import (
    declined_for_guest,
    lapsed_for_host,
    requested_for_guest,
    requested_for_host,
)
from chosei.mails.letters.room_missing import room_missing
from chosei.mails.letters.try_again import try_again
from chosei.mails.logo import HeadLogo, logo_of
from chosei.mails.qr import png
from chosei.mails.text import render_text
from chosei.ports.mail import CalendarPart, InlineImage, Letter
from chosei.records.models import (
    Appointment,
    Connection,
    MailKind,
    MailMessage,
    MailState,
    Member,
    Proposal,
    Readjustment,
)

_OF_APPOINTMENTS: dict[MailKind, Callable[[Appointment, Reader, datetime], Body | None]] = {
    MailKind.CONFIRMED_GUEST: confirmed_for_guest,
    MailKind.CONFIRMED_HOST: confirmed_for_host,
    MailKind.LINK_FOLLOWS_GUEST: link_for_guest,
    MailKind.LINK_FOLLOWS_HOST: link_for_host,
    MailKind.CHANGED_GUEST: changed_for_guest,
    MailKind.CHANGED_HOST: changed_for_host,
    MailKind.CANCELLED_GUEST: cancelled_for_guest,
    MailKind.CANCELLED_HOST: cancelled_for_host,
    MailKind.REMOVED_HOST: removed_host,
    MailKind.REMINDER_GUEST: reminder_for_guest,
    MailKind.REMINDER_HOST: reminder_for_host,
    MailKind.ROOM_MISSING: room_missing,
    MailKind.REQUESTED_GUEST: requested_for_guest,
    MailKind.REQUESTED_HOST: requested_for_host,
    MailKind.DECLINED_GUEST: declined_for_guest,
    MailKind.LAPSED_HOST: lapsed_for_host,
}
_OF_PROPOSALS: dict[MailKind, Callable[[Proposal, Reader, datetime], Body | None]] = {
    MailKind.INVITATION: invitation,
    MailKind.OFFERED_AGAIN: offered_again,
    MailKind.EXPIRED_AUTHOR: expired,
    MailKind.REMINDER_DEADLINE: deadline_near,
}
_OF_CONNECTIONS: dict[MailKind, Callable[[Connection, Reader, datetime], Body | None]] = {
    MailKind.RECONNECT: reconnect,
    MailKind.ADDRESS_MISMATCH: address_mismatch,
}
_OF_MEMBERS: dict[MailKind, Callable[[Member, Reader], Body | None]] = {
    MailKind.REGISTRATION_BROKEN: registration_broken,
    MailKind.ACCOUNTS_IN_TROUBLE: accounts_in_trouble,
    MailKind.CALENDAR_QUESTION: calendar_question,
    MailKind.TRY_AGAIN: try_again,
    MailKind.INVITED_MEMBER: invited_member,
    MailKind.NEW_PASSWORD: password_reset,
}
# Letters that bring nothing new for a calendar: what stands there is right already.
_WITHOUT_CALENDAR = (
    MailKind.REQUESTED_GUEST,
    MailKind.REQUESTED_HOST,
    MailKind.DECLINED_GUEST,
    MailKind.LAPSED_HOST,
    MailKind.READJUSTMENT,
    MailKind.REMINDER_GUEST,
    MailKind.REMINDER_HOST,
    MailKind.ARRIVED_HOST,
)


def compose(message: MailMessage, *, now: datetime) -> Letter | None:
    """The letter as things stand now, or None when they no longer warrant it (mark the message superseded).

    Reads the records, sends nothing. Composed again it is the same mail: the Message-ID is the message's.
    """
    reader = _reader(message)
    if reader.member is not None and not reader.member.is_active:
        return None
    with translation.override(reader.language.value):
        body = _body(message, reader, now)
        if body is None:
            return None
        # As with the footer: letters to members are Chosei's own.
        logo = logo_of(message.organization) if message.member is None else None
        return Letter(
            message_id=message.message_id,
            sender_name=_sender_name(message, reader),
            recipient=message.recipient,
            recipient_name=one_line(message.recipient_name),
            subject=body.subject,
            text=render_text(body, reader.language),
            html=render_html(body, Letterhead(message.organization.name, logo), reader.language),
            language=reader.language.value,
            reply_to=_reply_to(message, reader),
            calendar=_calendar(message, reader, now),
            in_reply_to=_earlier(message),
            images=_images(body, logo),
        )


def _reader(message: MailMessage) -> Reader:
    language = language_of(message.language)
    if message.member is not None:
        zone = times.known_zone(message.member.zone)
        return Reader(message.recipient_name, language, zone, message.member)
    guest = message.appointment or message.proposal
    zone = times.known_zone(guest.guest_zone) if guest else ""
    return Reader(message.recipient_name, language, zone, companion=message.companion)


def _body(message: MailMessage, reader: Reader, now: datetime) -> Body | None:
    """Raises ValueError for a message that lacks what its kind is about."""
    kind = MailKind(message.kind)
    if kind in _OF_PROPOSALS and message.proposal is not None:
        return _OF_PROPOSALS[kind](message.proposal, reader, now)
    if kind is MailKind.READJUSTMENT:
        return readjustment(_asked(message), reader, now)
    if kind is MailKind.HANDED_OVER and message.member is not None:
        return handed_over(message.member, message.listed, reader, now)
    if kind in _OF_CONNECTIONS and message.connection is not None:
        return _OF_CONNECTIONS[kind](message.connection, reader, now)
    if kind in _OF_MEMBERS and message.member is not None:
        return _OF_MEMBERS[kind](message.member, reader)
    if kind is MailKind.ARRIVED_HOST and message.appointment is not None:
        return arrived(visit_told_of(message.occasion, message.appointment), reader, now)
    if kind in _OF_APPOINTMENTS and message.appointment is not None:
        return _OF_APPOINTMENTS[kind](message.appointment, reader, now)
    raise ValueError(f"a {kind.value} mail needs something to be about")


def _asked(message: MailMessage) -> Readjustment:
    """The request that the mail tells of. Raises ValueError."""
    found = Readjustment.objects.filter(pk=int(message.occasion.partition(":")[2] or 0)).first()
    if found is None:
        raise ValueError("a readjustment mail needs its request")
    return found


def _speaker(message: MailMessage) -> Member | None:
    """In whose name a guest is written to; None for letters to members, which Chosei writes itself."""
    meeting = message.appointment or message.proposal
    return facts.spokesperson(meeting) if message.member is None and meeting is not None else None


def _sender_name(message: MailMessage, reader: Reader) -> str:
    speaker = _speaker(message)
    if speaker is None:
        return one_line(parseaddr(settings.CHOSEI_EMAIL_FROM)[0]) or "Chosei"
    who = {"name": one_line(speaker.name), "organization": one_line(message.organization.name)}
    return _("%(name)s(%(organization)s)") % who


def _reply_to(message: MailMessage, reader: Reader) -> str:
    """A guest's answer reaches the person who wrote; a host's answer reaches the guest."""
    speaker = _speaker(message)
    if speaker is not None:
        return speaker.email
    about = message.appointment or message.proposal
    return about.guest_email if about is not None else ""


def _calendar(message: MailMessage, reader: Reader, now: datetime) -> CalendarPart | None:
    appointment = message.appointment
    if appointment is None or message.kind in _WITHOUT_CALENDAR:
        return None
    left = message.kind == MailKind.REMOVED_HOST
    if not gets_calendar_object(appointment, reader.member, left=left):
        return None
    invited = Invited(
        message.recipient,
        reader.name,
        reader.language,
        reader.member,
        alone=reader.companion is not None,
        removed=left,
    )
    return calendar_part(appointment, invited, now=now)


def _images(body: Body, logo: HeadLogo | None) -> tuple[InlineImage, ...]:
    codes = [
        InlineImage(one.cid, png(one.digits), "reception-code.png")
        for one in body.blocks
        if isinstance(one, Code)
    ]
    return (*([logo.image] if logo else []), *codes)


def _earlier(message: MailMessage) -> str:
    """The first letter to this reader about the same matter, so that their mails stand together."""
    appointment = message.appointment
    if appointment is None:
        return ""
    same = Q(appointment=appointment)
    if appointment.proposal_id is not None:
        same |= Q(proposal=appointment.proposal_id)
    rows = MailMessage.objects.filter(same, recipient=message.recipient, state=MailState.SENT)
    first = rows.exclude(pk=message.pk).order_by("id").first()
    return first.message_id if first is not None else ""
