"""Candidate times as rows of date, start and end: the form that works without any script."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django import forms
from django.forms.utils import ErrorDict
from django.utils.translation import gettext_lazy as _

from chosei.actions.errors import RoomsRefused
from chosei.actions.proposals import FURTHEST
from chosei.core.intervals import Interval
from chosei.core.walltime import zone_of
from chosei.records.models import Candidate
from chosei.web.console.forms.common import REFUSALS, DateInput, TimeInput, refusal
from chosei.web.console.forms.proposal_rooms import choice_of, room_field

MAX_ROWS = 30
ROWS_AT_FIRST = 3


def instant(day: date, at: time, zone: str) -> datetime:
    """The UTC instant of a wall time. Raises ValueError where the clocks jump over it."""
    local = datetime.combine(day, at, zone_of(zone))
    found = local.astimezone(UTC)
    if found.astimezone(zone_of(zone)).replace(tzinfo=None) != local.replace(tzinfo=None):
        raise ValueError("no such wall time")
    return found


class TimeRow(forms.Form):
    """A day, a start and an end as wall times of ``zone``; ``interval`` once they are valid."""

    day = forms.DateField(label=_("日付"), widget=DateInput())
    start = forms.TimeField(label=_("開始"), widget=TimeInput(attrs={"step": 300}))
    end = forms.TimeField(label=_("終了"), widget=TimeInput(attrs={"step": 300}))

    def __init__(self, *args: Any, zone: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zone = zone
        self.interval: Interval | None = None
        self.use_required_attribute = False  # what is missing is said in words

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        day, start, end = (data.get(name) for name in ("day", "start", "end"))
        if day is None or start is None or end is None:
            return data
        past_midnight = end == time(0)  # 0:00 is the end of the day
        if end <= start and not past_midnight:
            self.add_error("end", REFUSALS["end_before_start"])
            return data
        try:
            last_day = day + timedelta(days=past_midnight)
            self.interval = Interval(instant(day, start, self.zone), instant(last_day, end, self.zone))
        except OverflowError:
            self.add_error("day", REFUSALS["out_of_range"])
        except ValueError:
            self.add_error("start", _("時計の切り替えのため、この時刻はありません。別の時刻にしてください。"))
        return data


class CandidateForm(TimeRow):
    """One row, which may stay empty. ``keep``: the author knows that it lies over something there."""

    keep = forms.BooleanField(label=_("予定と重なったまま提案する"), required=False)
    room = room_field(_("会議室"), _("会議室を予約しない"))
    room_taken = False

    def has_changed(self) -> bool:
        """A room alone makes no candidate."""
        return bool({"day", "start", "end", "keep"} & set(self.changed_data))


class BaseCandidates(forms.BaseFormSet[CandidateForm]):
    may_be_empty = False

    def times(self) -> list[Interval]:
        """The rows that are filled in, as typed."""
        return [form.interval for form in self.forms if form.interval is not None]

    def rooms(self) -> list[tuple[Interval, str]]:
        """The choice of a room for each of the times."""
        return [
            (form.interval, form.cleaned_data.get("room", ""))
            for form in self.forms
            if form.interval is not None
        ]

    def refuse_rooms(self, refused: RoomsRefused) -> None:
        """Put what was refused beside the rooms of its times, which were wanted in their order."""
        times = sorted(self.times(), key=lambda one: one.start)
        codes = {times[place]: code for place, code in refused.candidates.items()}
        for form in self.forms:
            if form.interval in codes:
                form.add_error("room", refusal(codes[form.interval]))

    def refuse_times(self, code: str, now: datetime) -> None:
        """Say what was refused at the rows it is true of; what no row is to blame for stands above them."""
        blamed = list(self._blamed(code, now))
        for form in blamed:
            form.add_error("day", refusal(code))
        if not blamed:
            self.non_form_errors().append(refusal(code))

    def _blamed(self, code: str, now: datetime) -> Iterable[CandidateForm]:
        seen: set[Interval] = set()
        for form in self.forms:
            time = form.interval
            if time is None:
                continue
            past = code == "in_the_past" and time.start <= now
            again = code == "twice_the_same" and time in seen
            far = code == "out_of_range" and time.end > now + FURTHEST
            if past or again or far:
                yield form
            seen.add(time)

    def clean(self) -> None:
        if any(self.errors):
            return
        if not self.times() and not self.may_be_empty:
            raise forms.ValidationError(_("候補日時を1件以上入れてください。"), code="required")

    def flag_conflicts(self, told: Callable[[Interval], str]) -> bool:
        """Mark the rows ``told`` has something to say of and that were not kept knowingly; whether any is."""
        found = False
        for form in self.forms:
            if form.interval is None or form.cleaned_data.get("keep"):
                continue
            if sentence := told(form.interval):
                form.add_error("keep", sentence)
                found = True
        return found


def candidate_rows(rows: int = ROWS_AT_FIRST) -> type[BaseCandidates]:
    """The set of rows, with ``rows`` empty ones."""
    made: type[BaseCandidates] = forms.formset_factory(  # type: ignore[assignment]
        CandidateForm,
        formset=BaseCandidates,
        extra=rows,
        max_num=MAX_ROWS,
        validate_max=True,
        absolute_max=60,
    )
    return made


def shown_rows(candidates: Iterable[Candidate], zone: str) -> BaseCandidates:
    """The candidates of a draft or a running proposal, as if they had been typed."""
    filled = []
    for candidate in candidates:
        row = row_of(Interval(candidate.starts_at, candidate.ends_at), zone)
        row["room"] = choice_of(candidate)
        if candidate.accepted_conflicts:
            row["keep"] = "on"
        filled.append(row)
    return filled_rows(filled, zone)


def filled_rows(filled: Sequence[dict[str, str]], zone: str) -> BaseCandidates:
    """Rows to begin with, as if they had been typed; with none of them there is nothing wrong yet."""
    data = {
        "candidates-INITIAL_FORMS": "0",
        "candidates-TOTAL_FORMS": str(max(len(filled), ROWS_AT_FIRST)),
    }
    for number, row in enumerate(filled):
        data |= {f"candidates-{number}-{name}": text for name, text in row.items()}
    rows = candidate_rows()(data, prefix="candidates", form_kwargs={"zone": zone})
    rows.may_be_empty = True
    rows.full_clean()  # their times are known from now on
    return rows


def nothing_wrong_yet(form: forms.Form, rows: BaseCandidates) -> None:
    """Read what was typed so far, without complaining: nothing is sent."""
    for checked in (form, *rows.forms):
        checked.full_clean()
        vars(checked)["_errors"] = ErrorDict()
    vars(rows).update(_errors=[], _non_form_errors=rows.error_class())


def row_of(time: Interval, zone: str) -> dict[str, str]:
    """The fields of a row, in wall times of ``zone``."""
    start, end = (one.astimezone(zone_of(zone)) for one in (time.start, time.end))
    return {"day": f"{start:%Y-%m-%d}", "start": f"{start:%H:%M}", "end": f"{end:%H:%M}"}
