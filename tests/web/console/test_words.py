"""Every state, kind and code has its word, and every word its English."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from babel.messages.pofile import read_po

import chosei
from chosei.core import availability, entries, states
from chosei.records.models import MailKind, MailState, MeetingFormat, TimelineEntry
from chosei.web.console import reasons, timeline, words
from tests.support.company import NOW

SOURCE = Path(chosei.__file__).parent


@pytest.mark.parametrize(
    ("all_of_them", "told"),
    [
        (states.ProposalState, words.PROPOSAL),
        (states.CandidateState, words.CANDIDATE),
        (states.AppointmentState, words.APPOINTMENT),
        (states.BookingPageState, words.PAGE),
        (states.ConnectionState, words.CONNECTION),
        (states.ApprovalState, words.APPROVAL),
        (entries.EntryState, words.ENTRY),
        (MailState, words.MAIL),
        (MailKind, words.MAIL_KIND),
        (MeetingFormat, words.FORMAT),
        (availability.UnknownReason, reasons.UNKNOWN),
    ],
)
def test_every_state_has_a_word(all_of_them: Any, told: dict[Any, Any]) -> None:
    assert set(told) == set(all_of_them)


def test_every_kind_that_is_noted_has_a_sentence() -> None:
    kinds: set[str] = set()
    for folder in ("actions", "reconcile"):
        for file in (SOURCE / folder).rglob("*.py"):
            text = file.read_text(encoding="utf-8")
            kinds |= set(re.findall(r'note\(\s*"([a-z_]+)"', text))
            kinds |= set(
                re.findall(
                    r'"((?:mail|hold|event|web_meeting)_(?:sent|refused|written|removed|problem|stays))"',
                    text,
                )
            )
    assert {"proposal_opened", "mail_sent", "event_problem"} <= kinds
    assert kinds <= set(timeline.SENTENCES)


def test_names_are_listed_as_the_reader_writes_lists() -> None:
    """「、」 between them is a text like any other, so that English gets its comma."""
    for folder in ("web", "mails"):
        for file in (SOURCE / folder).rglob("*.py"):
            lines = file.read_text(encoding="utf-8").splitlines()
            bare = [line for line in lines if re.search(r"""["'][、・]["']\.join""", line)]
            assert not bare, file.name


def test_a_sentence_names_the_mail_and_the_person() -> None:
    sent = TimelineEntry(kind="mail_sent", actor="chosei", detail={"mail": "invitation"})
    told = timeline.happened([sent])[0]
    assert told.sentence == "「日程調整のご案内」を送りました。"
    assert told.by == "Chosei"


@pytest.mark.parametrize(
    ("free", "why"), [(3, "空いていた3名のうち、優先度がいちばん高いため"), (1, "空いていたのは、この方だけ")]
)
def test_why_this_host_attends_counts_who_else_was_free(free: int, why: str) -> None:
    chosen = TimelineEntry(
        kind="host_chosen", actor="chosei", detail={"rule": "priority", "had": 0, "free": free}
    )
    assert why in timeline.happened([chosen])[0].sentence


def test_what_happened_in_one_go_is_one_line_with_its_count() -> None:
    def entry(kind: str, minute: int, **detail: str) -> TimelineEntry:
        return TimelineEntry(kind=kind, actor="chosei", detail=detail, at=NOW - timedelta(minutes=minute))

    newest_first = [
        entry("hold_removed", 0), entry("mail_sent", 0, mail="invitation"), entry("hold_removed", 0),
        *[entry("hold_written", 5)] * 3, entry("hold_written", 9),
    ]  # fmt: skip
    told = [(one.sentence, one.times) for one in timeline.happened(newest_first)]
    assert told == [
        ("仮予約をカレンダーから削除しました。", 2),
        ("「日程調整のご案内」を送りました。", 1),
        ("仮予約をカレンダーに登録しました。", 3),
        ("仮予約をカレンダーに登録しました。", 1),
    ]


def test_the_english_is_complete() -> None:
    with (SOURCE / "web/console/locale/en/LC_MESSAGES/django.po").open("rb") as file:
        catalog = read_po(file, locale="en")
    missing = [
        m.id
        for m in catalog
        if m.id and (not m.string or (isinstance(m.string, tuple) and not all(m.string)))
    ]
    assert missing == []
    assert len(catalog) > 250
