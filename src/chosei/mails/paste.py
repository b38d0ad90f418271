"""The candidates as text to paste into a mail of one's own."""

from __future__ import annotations

from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from chosei.core.language import language_of
from chosei.mails.blocks import Action, Body, Facts, Say
from chosei.mails.letters.invitation import by_reply, candidate_times, meeting_facts, offer_of
from chosei.mails.links import proposal_url
from chosei.mails.text import render_text
from chosei.records.models import Proposal


def paste_text(proposal: Proposal, language: str) -> str:
    """Candidates, length, deadline and the 日程調整URL; greeting and signature are the author's own.

    ``language`` is "ja" or "en" (any tag will do). Candidates that are taken, withdrawn or past are left out;
    the text is empty when none is left.
    """
    reads = language_of(language)
    with translation.override(reads.value):
        offer = offer_of(proposal, reads, timezone.now())
        if not offer.candidates:
            return ""
        blocks = (
            Say(_("下記の候補から、ご都合のよい日時を一つお選びいただけますでしょうか。")),
            candidate_times(offer),
            Facts(tuple(meeting_facts(offer))),
            Action(pgettext("mail", "日程調整ページ(登録は不要です)"), proposal_url(proposal)),
            Say(by_reply()),
        )
        return render_text(Body("", "", "", blocks), reads)
