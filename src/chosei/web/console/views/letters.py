"""会社の設定 → メールの文面: what the organisation's letters say, and how they will look."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from typing import Any

from csp.constants import SELF, UNSAFE_INLINE
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chosei.actions.letter_examples import example_of
from chosei.actions.letter_texts import OwnTexts, change_texts
from chosei.core.language import Language, language_of
from chosei.core.letter_texts import Wording, placeholders_of, says_code, to_guest
from chosei.mails.compose import compose
from chosei.mails.standards import texts_to_edit
from chosei.ports.mail import Letter
from chosei.records import admin_gates
from chosei.records.models import LetterText, Member
from chosei.web.console.access import member_required, signed_in
from chosei.web.console.forms.letter import MEANINGS, LetterForm, as_typed
from chosei.web.console.letter_names import LETTER_NAMES
from chosei.web.console.views.guest_settings import administrator


@dataclass(frozen=True, slots=True)
class Version:
    """A letter in one language; ``own``: its words are the company's."""

    language: str
    name: str
    own: bool


@dataclass(frozen=True, slots=True)
class Row:
    """A letter in the list, with its subject in the reader's language as it is now."""

    wording: Wording
    name: str | Promise
    subject: str
    versions: list[Version]


@require_safe
@member_required
def listing(request: HttpRequest) -> HttpResponse:
    organization = admin_gates.organization_for_administrator(signed_in(request))
    kept = {(one.kind, one.language): one for one in LetterText.objects.filter(organization=organization)}
    reads = language_of(get_language())
    rows = [_row(wording, reads, kept) for wording in Wording]
    context = {
        "guests": [row for row in rows if to_guest(row.wording)],
        "hosts": [row for row in rows if not to_guest(row.wording)],
    }
    return render(request, "console/letters.html", context)


def _row(wording: Wording, reads: Language, kept: dict[tuple[str, str], LetterText]) -> Row:
    own = kept.get((wording.value, reads.value))
    subject = own.subject if own and own.subject else texts_to_edit(wording, reads).subject
    versions = [
        Version(language, name, (wording.value, language) in kept) for language, name in settings.LANGUAGES
    ]
    return Row(wording, LETTER_NAMES[wording], subject, versions)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def edit(request: HttpRequest, kind: str, language: str) -> HttpResponse:
    member = administrator(request)
    wording, reads = _named(kind, language)
    form = LetterForm(request.POST or None, member=member, wording=wording, language=reads)
    shown = {}
    if request.method == "POST" and "preview" in request.POST:
        shown = _preview(member, wording, reads, form.wanted_so_far())
    elif request.method == "POST" and "reset" in request.POST:
        change_texts(member, wording, reads, OwnTexts())
        messages.success(request, gettext("標準の文面に戻しました。"))
        return redirect(request.path)
    elif request.method == "POST" and form.is_valid():
        change_texts(member, wording, reads, form.wanted())
        messages.success(request, gettext("保存しました。これからお送りするメールに反映されます。"))
        return redirect(request.path)
    names = [(as_typed(one, reads), MEANINGS[one]) for one in placeholders_of(wording)]
    context = {
        "form": form,
        "wording": wording,
        "name": LETTER_NAMES[wording],
        "for_guests": to_guest(wording),
        "says_code": says_code(wording),
        "language": reads.value,
        "languages": settings.LANGUAGES,
        "placeholders": names,
        **shown,
    }
    response = render(request, "console/letter.html", context, status=422 if form.errors else 200)
    # The letter in the frame brings styles of its own, as mails have to. Scripts stay forbidden, and the
    # frame is sandboxed besides.
    response._csp_update = {"style-src": [SELF, UNSAFE_INLINE]}  # type: ignore[attr-defined]
    return response


@require_POST
@member_required
def preview(request: HttpRequest, kind: str, language: str) -> HttpResponse:
    """The letter with what has been typed so far, for htmx; nothing is kept."""
    member = administrator(request)
    wording, reads = _named(kind, language)
    form = LetterForm(request.POST, member=member, wording=wording, language=reads)
    shown = _preview(member, wording, reads, form.wanted_so_far())
    return render(request, "console/parts/letter_preview.html", {"form": form, **shown})


def _named(kind: str, language: str) -> tuple[Wording, Language]:
    try:
        return Wording(kind), Language(language)
    except ValueError:
        raise Http404 from None


def _preview(member: Member, wording: Wording, language: Language, wanted: OwnTexts) -> dict[str, Any]:
    now = timezone.now()
    with example_of(member, wording, language, wanted, now=now) as message:
        letter = compose(message, now=now)
    assert letter is not None, "the example is made so that its letter is due"
    return {"letter": letter, "html": _with_pictures(letter)}


def _with_pictures(letter: Letter) -> str:
    """The HTML with its pictures in it: in a mail they are parts of their own."""
    html = letter.html
    for one in letter.images:
        html = html.replace(f"cid:{one.cid}", f"data:image/png;base64,{b64encode(one.content).decode()}")
    return html
