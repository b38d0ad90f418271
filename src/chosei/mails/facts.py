"""What letters say about a meeting, drawn from the records once and in the reader's language."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from chosei.core import wording
from chosei.core.language import Language
from chosei.core.questions import QuestionKind, answer_text
from chosei.core.rooms import RoomState
from chosei.core.text import one_line
from chosei.core.titles import Customer
from chosei.mails import times
from chosei.mails.blocks import Action, Addressee, Code, Fact, Quote, Signature, Times
from chosei.mails.clean import paragraphs
from chosei.mails.links import page_url
from chosei.ports.providers import about
from chosei.records import places
from chosei.records.codes import code_digits
from chosei.records.guest_rules import page_to_book_again
from chosei.records.models import (
    Appointment,
    Candidate,
    Companion,
    MeetingFormat,
    Member,
    Proposal,
)


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads the letter. ``zone`` is the IANA zone they live by, as far as it is known, else empty.

    A ``companion`` comes along with the guest, whose secret link is not theirs.
    """

    name: str
    language: Language
    zone: str = ""
    member: Member | None = None
    companion: Companion | None = None


def customer_of(meeting: Proposal | Appointment) -> Customer:
    return Customer(one_line(meeting.guest_company), one_line(meeting.guest_name))


def customer_name(meeting: Proposal | Appointment) -> str:
    """株式会社テスト 三田花子様, as much of it as is known."""
    company, name = one_line(meeting.guest_company), one_line(meeting.guest_name)
    if company and name:
        return pgettext("customer", "%(company)s %(name)s様") % {"company": company, "name": name}
    if company or name:
        return pgettext("customer", "%(name)s様") % {"name": company or name}
    return pgettext("customer", "お客様")


def hosts_of(meeting: Proposal | Appointment) -> list[Member]:
    """The members who attend, in order; of a cancelled appointment those who would have."""
    if isinstance(meeting, Proposal):
        return [host.member for host in meeting.hosts.select_related("member")]
    promises = meeting.promises.filter(host__isnull=False, during__contains=meeting.starts_at)
    hosts = {promise.host.pk: promise.host for promise in promises.select_related("host") if promise.host}
    return list(hosts.values())


def spokesperson(meeting: Proposal | Appointment) -> Member:
    """The member in whose name the guest is written to: the proposal's author, else the first host."""
    if isinstance(meeting, Proposal):
        return meeting.author
    if meeting.proposal is not None:
        return meeting.proposal.author
    hosts = hosts_of(meeting)
    if hosts:
        return hosts[0]
    assert meeting.booking_page is not None, "an appointment comes from a proposal or from a page"
    return meeting.booking_page.owner


def rooms_of(appointment: Appointment) -> str:
    """The rooms as a host reads them: with what is still to be known."""
    names = times.listed(room.name for room in places.rooms_of(appointment))
    if names and appointment.room_state == RoomState.ASKED:
        return pgettext("mail", "%(rooms)s(確認中)") % {"rooms": names}
    if not names and appointment.room_state == RoomState.MISSING:
        return pgettext("mail", "確保できていません")
    return names


def guest_addressee(company: str, name: str) -> Addressee:
    """宛名. Whoever is known only by their company is its ご担当者様; nobody known is お客様."""
    company, name = one_line(company), one_line(name)
    if name:
        person = pgettext("addressee", "%(name)s 様") % {"name": name}
        return Addressee((company, person) if company else (person,))
    if company:
        return Addressee((company, pgettext("addressee", "ご担当者様")))
    return Addressee((pgettext("addressee", "お客様"),))


def visitor_addressee(appointment: Appointment, reader: Reader) -> Addressee:
    """宛名 of the guest, or of a companion."""
    if reader.companion is not None:
        return guest_addressee("", reader.name)
    return guest_addressee(appointment.guest_company, appointment.guest_name)


def signature(meeting: Proposal | Appointment) -> Signature:
    organization, speaker = meeting.organization, spokesperson(meeting)
    lines = (one_line(organization.name), one_line(speaker.name), speaker.email)
    return Signature(lines, paragraphs(organization.mail_footer))


def appointment_times(appointment: Appointment, reader: Reader, tone: str) -> Times:
    """The appointment's time in the reader's zone, and in the other side's where the clocks differ."""
    language = reader.language
    zone = reader.zone or appointment.zone
    other = appointment.zone if zone != appointment.zone else times.known_zone(appointment.guest_zone)
    elsewhere = ""
    if other and not times.same_clocks(zone, other, appointment):
        there = wording.zone_text(other, appointment.starts_at, language)
        elsewhere = f"{times.span(appointment, other, language)} {there}"
    here = wording.zone_text(zone, appointment.starts_at, language)
    return Times(pgettext("mail", "日時"), (times.span(appointment, zone, language),), here, tone, elsewhere)


def length_fact(time: Appointment | Candidate, language: Language) -> Fact:
    return Fact(pgettext("mail", "所要時間"), times.length(time, language))


def format_fact(meeting: Proposal | Appointment) -> Fact:
    return Fact(pgettext("mail", "形式"), format_text(meeting))


def format_text(meeting: Proposal | Appointment) -> str:
    """Web会議(Zoom): how to meet, and by what, once that is known."""
    name = format_name(meeting.format)
    tool = web_tool(meeting) if isinstance(meeting, Appointment) else ""
    if not tool:
        return name
    web = pgettext("mail", "Web会議(%(tool)s)") % {"tool": tool}
    if meeting.format == MeetingFormat.WEB:
        return web
    return pgettext("mail", "%(format)s・%(web)s") % {"format": name, "web": web}


def web_tool(appointment: Appointment) -> str:
    """The web conference whose link it is, or will be ("Zoom"); empty where nobody's account issues it."""
    if not appointment.web_meeting or not (appointment.join_url or appointment.link_is_to_come):
        return ""
    account = appointment.meeting_account if appointment.web_apart else appointment.organizer
    return about(account.provider).meeting if account is not None else ""


def format_name(value: str) -> str:
    names = {
        MeetingFormat.VISIT: pgettext("mail", "ご来訪"),
        MeetingFormat.WEB: pgettext("mail", "Web会議"),
        MeetingFormat.OUTING: pgettext("mail", "お伺いします"),
        MeetingFormat.PHONE: pgettext("mail", "お電話"),
        MeetingFormat.OTHER: pgettext("mail", "その他"),
    }
    return names[MeetingFormat(value)]


def place_facts(meeting: Proposal | Appointment) -> list[Fact]:
    """Where or how to meet, by the form of meeting; a link that is said as such already is not said twice."""
    if isinstance(meeting, Appointment) and meeting.location and meeting.location == meeting.join_url:
        return []
    label = pgettext("mail", "場所")
    if meeting.format == MeetingFormat.PHONE:
        label = pgettext("mail", "お電話番号")
    elif meeting.format == MeetingFormat.WEB and meeting.location.startswith(("https://", "http://")):
        label = pgettext("mail", "Web会議URL")
    place = places.place_of(meeting, for_guest=True) if isinstance(meeting, Appointment) else meeting.location
    return optional((label, place))


def optional(*rows: tuple[str, str]) -> list[Fact]:
    """Facts for those that have a value: nothing empty is ever shown."""
    return [Fact(label, clean) for label, value in rows if (clean := one_line(value))]


def answer_facts(appointment: Appointment, language: Language) -> list[Fact]:
    """What the booking page asked besides, as far as its owner wants that in mails."""
    own = {
        QuestionKind.FURIGANA: pgettext("mail", "ふりがな"),
        QuestionKind.PHONE: pgettext("mail", "電話番号"),
        QuestionKind.ADDRESS: pgettext("mail", "ご住所"),
    }
    rows = [
        (
            one_line(answer.label or own[QuestionKind(answer.kind)]),
            answer_text(answer.kind, answer.text, language).replace("\n", " / "),
        )
        for answer in appointment.answers.filter(in_mails=True)
    ]
    return optional(*rows)


def reception_code(appointment: Appointment) -> list[Code]:
    """受付コード, for whoever comes to us; nothing for everybody else."""
    digits = code_digits(appointment)
    if not digits:
        return []
    note = _(
        "ご来訪の際は、受付の端末にこの受付コードをご入力いただくか、QRコードをかざしてください。担当者がお迎えにあがります。"
    )
    return [Code(pgettext("mail", "受付コード"), digits, note, pgettext("mail", "受付コードのQRコード"))]


def quoted(label: str, text: str) -> list[Quote]:
    clean = paragraphs(text)
    return [Quote(label, clean)] if clean else []


def book_again(appointment: Appointment, reader: Reader) -> list[Action]:
    """The way to another time, for the customer themselves, where their page still takes bookings."""
    page = page_to_book_again(appointment)
    if reader.companion is not None or page is None:
        return []
    return [Action(pgettext("mail", "あらためて日時を選ぶ"), page_url(page))]
