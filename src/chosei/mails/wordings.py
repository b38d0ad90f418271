"""The words of a letter: the organisation's own where it has any, else as they come."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import pgettext

from chosei.core import wording as times_in_words
from chosei.core.language import Language
from chosei.core.letter_texts import Placeholder, Wording, in_both_languages, says_code
from chosei.core.placeholders import fill
from chosei.core.text import one_line, shorten
from chosei.core.titles import TITLE_LIMIT, visit_mark
from chosei.mails import facts, standards
from chosei.mails.blocks import Say
from chosei.mails.clean import paragraphs
from chosei.mails.facts import Reader
from chosei.mails.standards import Values
from chosei.records.codes import code_digits
from chosei.records.models import Appointment, LetterText, Proposal

# Between the names that a subject is made of; left over at its ends where a name is not known.
_JOINTS = " :\uff1a\u3001,\uff0c\u30fb/\uff0f-"


@dataclass(frozen=True, slots=True)
class Words:
    subject: str
    opening: tuple[Say, ...]
    closing: tuple[Say, ...]


def words(wording: Wording, meeting: Proposal | Appointment, reader: Reader) -> Words:
    """What the letter about ``meeting`` says around its facts, in the reader's language (the active one)."""
    values = _values(meeting, reader)
    own = _own(wording, meeting, reader.language)
    code = code_digits(meeting) if says_code(wording) and isinstance(meeting, Appointment) else ""
    named = in_both_languages({**values, **_instead(values)})
    subject = _own_subject(own.subject, named, visit_mark(code, reader.language))
    return Words(
        subject or standards.subject(wording, values, reader.language, code),
        said(fill(own.opening, named) or standards.opening(wording, values)),
        said(fill(own.closing, named) or standards.closing(wording)),
    )


def said(text: str) -> tuple[Say, ...]:
    """A block for each paragraph; none for an empty text."""
    return tuple(Say(one) for one in paragraphs(text).split("\n\n") if one)


def greeting(meeting: Proposal | Appointment, reader: Reader) -> Say:
    """挨拶と名乗り, for a letter whose words nobody may choose."""
    return Say(standards.greeting(_values(meeting, reader)))


def _own(wording: Wording, meeting: Proposal | Appointment, language: Language) -> LetterText:
    rows = LetterText.objects.filter(
        organization=meeting.organization_id, kind=wording.value, language=language.value
    )
    return rows.first() or LetterText()


def _own_subject(pattern: str, named: dict[str, str], mark: str) -> str:
    text = one_line(fill(pattern, named)).strip(_JOINTS)
    return shorten(mark + text, TITLE_LIMIT) if text else ""


def _values(meeting: Proposal | Appointment, reader: Reader) -> Values:
    time, deadline = "", ""
    if isinstance(meeting, Appointment):
        time = facts.appointment_times(meeting, reader, "settled").rows[0]
    elif meeting.deadline is not None:
        zone = reader.zone or meeting.zone
        deadline = times_in_words.instant_text(meeting.deadline, zone, reader.language, None)
    customer = facts.customer_of(meeting)
    return {
        Placeholder.ORGANIZATION: one_line(meeting.organization.name),
        Placeholder.HOST: one_line(facts.spokesperson(meeting).name),
        Placeholder.COMPANY: customer.company,
        Placeholder.NAME: customer.name,
        Placeholder.CUSTOMER: facts.customer_name(meeting),
        Placeholder.TITLE: one_line(meeting.title),
        Placeholder.TIME: time,
        Placeholder.DEADLINE: deadline,
    }


def _instead(values: Values) -> dict[Placeholder, str]:
    """What an organisation's own sentence says where something is not known."""
    others = {
        Placeholder.NAME: pgettext("addressee", "ご担当者"),
        Placeholder.TITLE: pgettext("mail", "お打ち合わせ"),
    }
    return {one: other for one, other in others.items() if not values[one]}
