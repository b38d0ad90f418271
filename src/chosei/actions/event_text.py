"""What hosts read in their own calendar: titles and bodies of holds and appointments, in the organisation's
language.
"""

from __future__ import annotations

from django.conf import settings
from django.utils.html import escape, linebreaks

from chosei.core import titles
from chosei.core.language import Language, language_of
from chosei.core.questions import answer_text
from chosei.records.codes import code_digits
from chosei.records.models import Appointment, Proposal

_WORDS = {
    Language.JA: {
        "web": "Web会議URL",
        "company": "会社名",
        "name": "お名前",
        "email": "メールアドレス",
        "companions": "同席される方",
        "furigana": "ふりがな",
        "phone": "電話番号",
        "address": "ご住所",
        "message": "お客様からのメッセージ",
        "guidance": "お客様へのご案内",
        "code": "受付コード",
        "notes": "社内メモ",
        "held": "日程調整中の仮予約です。日時が決まると自動的に削除されます。",
        "asked": "承認待ちの予約です。承認すると確定した予定に変わり、却下や期限切れのときは自動で消えます。",
        "buffer": "前後の時間を確保",
        "kept_free": "アポイントメントの前後に確保した時間です。日時の変更やキャンセルに合わせて変わります。",
        "open": "Choseiで開く",
    },
    Language.EN: {
        "web": "Web meeting link",
        "company": "Company",
        "name": "Name",
        "email": "Email",
        "companions": "Also attending",
        "furigana": "Name in kana",
        "phone": "Phone",
        "address": "Address",
        "message": "Message from the customer",
        "guidance": "Information for the customer",
        "code": "Reception code",
        "notes": "Internal notes",
        "held": "This is a tentative hold. It goes by itself once a time has been chosen.",
        "asked": "This booking waits for approval. Approved, it becomes the appointment; declined or lapsed, "
        "it goes by itself.",
        "buffer": "Time kept free",
        "kept_free": "Kept free around an appointment. It follows when that moves or is cancelled.",
        "open": "Open in Chosei",
    },
}


def hold_title(proposal: Proposal) -> str:
    customer = titles.Customer(proposal.guest_company, proposal.guest_name)
    return titles.hold_title(
        proposal.title, customer, reception=proposal.reception_code, language=_language(proposal)
    )


def hold_body(proposal: Proposal) -> str:
    words = _WORDS[_language(proposal)]
    rows = _rows(
        words,
        company=proposal.guest_company,
        name=proposal.guest_name,
        email=proposal.guest_email,
        notes=proposal.internal_notes,
    )
    return _body(f"<p>{words['held']}</p>", rows, _console_link(words, "proposals", proposal.pk))


def appointment_title(appointment: Appointment) -> str:
    customer = titles.Customer(appointment.guest_company, appointment.guest_name)
    if appointment.booking_page_id:
        page = appointment.booking_page
        pattern = page.title_pattern if page else ""
        return titles.page_event_title(
            pattern, appointment.title, customer, reception=appointment.reception_code
        )
    return titles.event_title(
        appointment.title, customer, reception=appointment.reception_code, language=_language(appointment)
    )


def request_title(appointment: Appointment) -> str:
    return titles.request_title(appointment_title(appointment))


def request_body(appointment: Appointment) -> str:
    return f"<p>{_WORDS[_language(appointment)]['asked']}</p>{appointment_body(appointment)}"


def appointment_body(appointment: Appointment) -> str:
    words = _WORDS[_language(appointment)]
    rows = _rows(
        words,
        web=appointment.join_url if appointment.web_apart else "",
        company=appointment.guest_company,
        name=appointment.guest_name,
        email=appointment.guest_email,
        code=code_digits(appointment),
        companions=_companions(appointment),
        message=appointment.guest_message,
        guidance=appointment.guidance,
        notes=appointment.internal_notes,
    )
    return _body(rows, _answers(words, appointment), _console_link(words, "appointments", appointment.pk))


def buffer_title(appointment: Appointment) -> str:
    return _WORDS[_language(appointment)]["buffer"]


def buffer_body(appointment: Appointment) -> str:
    words = _WORDS[_language(appointment)]
    return _body(f"<p>{words['kept_free']}</p>", _console_link(words, "appointments", appointment.pk))


def _language(thing: Proposal | Appointment) -> Language:
    return language_of(thing.organization.language)


def _companions(appointment: Appointment) -> str:
    people = appointment.companions.all()
    return "\n".join(f"{one.name} {one.email}".strip() for one in people)


def _rows(words: dict[str, str], **values: str) -> str:
    return "".join(_row(words[name], value) for name, value in values.items() if value)


def _answers(words: dict[str, str], appointment: Appointment) -> str:
    """What the booking page asked besides, as far as its owner wants that in the calendar."""
    language = _language(appointment)
    return "".join(
        _row(escape(one.label or words[one.kind]), answer_text(one.kind, one.text, language))
        for one in appointment.answers.filter(in_event=True)
    )


def _row(label: str, value: str) -> str:
    return f"<p><b>{label}</b></p>{linebreaks(value, autoescape=True)}"


def _console_link(words: dict[str, str], place: str, pk: int) -> str:
    url = escape(f"{settings.CHOSEI_PUBLIC_URL}/{place}/{pk}")
    return f'<p><a href="{url}">{words["open"]}</a></p>'


def _body(*parts: str) -> str:
    return "".join(parts)
