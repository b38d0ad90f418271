"""Chosei's own calendar objects (RFC 5545, 5546, 6047), for guests and for hosts without a linked calendar.

Times are UTC: a single meeting needs no zone rules, every calendar shows it in its owner's zone, and no
client can trip over a VTIMEZONE that it does not know. The UID is Chosei's and never changes, SEQUENCE is the
appointment's, DTSTAMP the moment of writing: a client takes the higher SEQUENCE, then the later DTSTAMP, so a
letter that only adds the link updates the entry that stands already.

ORGANIZER is Chosei's sending address under the host's name: the same address that sends the mail, because
clients refuse updates from anybody else, and so that no employee's address is handed out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import parseaddr

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from icalendar import Calendar, Event, vCalAddress, vText, vUri

from chosei.core.language import Language, language_of
from chosei.core.states import AppointmentState
from chosei.core.text import one_line
from chosei.core.titles import event_title
from chosei.mails import facts
from chosei.mails.clean import paragraphs
from chosei.mails.links import appointment_url, cancellation_url, console_appointment_url
from chosei.ports.mail import CalendarPart
from chosei.records.codes import code_digits
from chosei.records.models import Appointment, Member
from chosei.records.places import place_of

REQUEST, CANCEL, PUBLISH = "REQUEST", "CANCEL", "PUBLISH"


@dataclass(frozen=True, slots=True)
class Invited:
    """Whose calendar the object is for. ``member`` None: the guest, or a companion, who has no link
    (``alone``). ``removed``: a host who no longer attends.
    """

    address: str
    name: str
    language: Language
    member: Member | None = None
    alone: bool = False
    removed: bool = False


def calendar_part(appointment: Appointment, invited: Invited, *, now: datetime) -> CalendarPart:
    """The object to go with a mail: a REQUEST, or a CANCEL once the appointment is cancelled.

    The only attendee named is the reader: nobody learns another's address from it.
    """
    cancelled = _is_off(appointment, invited)
    method = CANCEL if cancelled else REQUEST
    with translation.override(invited.language.value):
        event = _event(appointment, invited, now)
    event.add("attendee", _attendee(invited, cancelled=cancelled), encode=False)
    return CalendarPart(method, _calendar(method, event))


def download(appointment: Appointment) -> bytes:
    """The .ics of the guest's page, in the guest's language. Content-Type: text/calendar; charset=utf-8.

    PUBLISH, since nobody is asked to answer a file; with the UID of the mailed one: both are one entry.
    """
    language = language_of(appointment.guest_language)
    guest = Invited(appointment.guest_email, appointment.guest_name, language)
    with translation.override(language.value):
        return _calendar(PUBLISH, _event(appointment, guest, appointment.changed_at))


def _calendar(method: str, event: Event) -> bytes:
    calendar = Calendar()
    calendar.add("prodid", "-//Chosei//Chosei//JA")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method)
    calendar.add_component(event)
    content: bytes = calendar.to_ical()
    return content


def _is_off(appointment: Appointment, invited: Invited) -> bool:
    return invited.removed or appointment.state == AppointmentState.CANCELLED


def _event(appointment: Appointment, invited: Invited, written: datetime) -> Event:
    cancelled = _is_off(appointment, invited)
    event = Event()
    event.add("uid", appointment.ics_uid)
    event.add("sequence", appointment.sequence)
    event.add("dtstamp", written)
    event.add("dtstart", appointment.starts_at)
    event.add("dtend", appointment.ends_at)
    event.add("summary", _summary(appointment, invited))
    event.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    event.add("transp", "TRANSPARENT" if cancelled else "OPAQUE")
    event.add("x-microsoft-cdo-busystatus", "FREE" if cancelled else "BUSY")
    event.add("organizer", _organizer(appointment), encode=False)
    place = _place(appointment, invited)
    if place:
        event.add("location", place)
    event.add("description", _description(appointment, invited))
    page = console_appointment_url(appointment) if invited.member else appointment_url(appointment)
    if not invited.alone:
        event.add("url", vUri(page))
    return event


def _summary(appointment: Appointment, invited: Invited) -> str:
    """A host meets the customer; a guest meets the company."""
    if invited.member is not None:
        return event_title(
            appointment.title,
            facts.customer_of(appointment),
            reception=bool(code_digits(appointment)),
            language=invited.language,
        )
    organization = one_line(appointment.organization.name)
    return one_line(appointment.title) or _("%(organization)sとのアポイントメント") % {
        "organization": organization
    }


def _place(appointment: Appointment, invited: Invited) -> str:
    place = place_of(appointment, for_guest=invited.member is None)
    return place or appointment.join_url


def _description(appointment: Appointment, invited: Invited) -> str:
    parts: list[str] = []
    if appointment.join_url:
        parts.append(pgettext("mail", "Web会議URL") + "\n" + appointment.join_url)
    digits = code_digits(appointment)
    if digits:
        parts.append(pgettext("mail", "受付コード") + "\n" + digits)
    if invited.member is not None:
        parts.append(pgettext("mail", "アポイントメントの内容") + "\n" + console_appointment_url(appointment))
        return "\n\n".join(parts)
    guidance = paragraphs(appointment.guidance)
    if guidance:
        parts.append(pgettext("mail", "ご案内") + "\n" + guidance)
    if invited.alone:
        return "\n\n".join(parts)
    parts.append(pgettext("mail", "アポイントメントの内容") + "\n" + appointment_url(appointment))
    if appointment.state != AppointmentState.CANCELLED:
        parts.append(pgettext("mail", "キャンセルのお手続き") + "\n" + cancellation_url(appointment))
    return "\n\n".join(parts)


def _organizer(appointment: Appointment) -> vCalAddress:
    hosts: Sequence[Member] = facts.hosts_of(appointment)
    host = hosts[0] if hosts else facts.spokesperson(appointment)
    address = vCalAddress(f"mailto:{parseaddr(settings.CHOSEI_EMAIL_FROM)[1]}")
    address.params["cn"] = _parameter(host.name)
    return address


def _attendee(invited: Invited, *, cancelled: bool) -> vCalAddress:
    attendee = vCalAddress(f"mailto:{invited.address}")
    attendee.params["cn"] = _parameter(invited.name or invited.address)
    attendee.params["cutype"] = vText("INDIVIDUAL")
    attendee.params["role"] = vText("REQ-PARTICIPANT")
    attendee.params["partstat"] = vText("NEEDS-ACTION")
    attendee.params["rsvp"] = vText("FALSE" if cancelled else "TRUE")
    return attendee


def _parameter(text: str) -> vText:
    """A parameter cannot hold a double quote (RFC 5545 section 3.2)."""
    return vText(one_line(text).replace('"', "'"))
