"""What a customer would like instead: words and a few times of their own zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from chosei.actions.errors import InvalidInput
from chosei.actions.readjusting import WishInput
from chosei.core.intervals import Interval
from chosei.core.walltime import zone_of
from chosei.web.public.fields import TOO_LONG, TextField

ROWS = 3
_GAP = _("時計の切り替えのため、この時刻はありません。別の時刻にしてください。")


class WishForm(forms.Form):
    """``zone`` is the one the reader's times are in."""

    use_required_attribute = False

    text = TextField(
        label=_("ご希望の内容"),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("例: 来週の午後を希望します。オンラインでお願いできますか。"),
        error_messages={"max_length": TOO_LONG},
    )

    def __init__(self, *args: Any, zone: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zone = zone
        for row in range(1, ROWS + 1):
            self.fields[f"day{row}"] = forms.DateField(
                label=_("日付"), required=False, widget=forms.DateInput(attrs={"type": "date"})
            )
            for name, label in (("start", _("開始")), ("end", _("終了"))):
                widget = forms.TimeInput(attrs={"type": "time", "step": 300})
                self.fields[f"{name}{row}"] = forms.TimeField(label=label, required=False, widget=widget)
        self.times: list[Interval] = []

    def rows(self) -> list[list[forms.BoundField]]:
        return [[self[f"{name}{row}"] for name in ("day", "start", "end")] for row in range(1, ROWS + 1)]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        for row in range(1, ROWS + 1):
            day, start, end = (data.get(f"{name}{row}") for name in ("day", "start", "end"))
            if day and start and end:
                self._add(row, day, start, end)
            elif day or start or end:
                self.add_error(f"day{row}", _("日付、開始、終了をすべて入力してください。"))
        if not self.errors and not data.get("text") and not self.times:
            self.add_error("text", _("ご希望の内容か日時をご入力ください。"))
        return data

    def _add(self, row: int, day: date, start: time, end: time) -> None:
        if end <= start:
            self.add_error(f"day{row}", _("終了は開始より後にしてください。"))
            return
        try:
            self.times.append(Interval(*(_instant(day, at, self.zone) for at in (start, end))))
        except (ValueError, OverflowError):
            self.add_error(f"day{row}", _GAP)

    def wish(self) -> WishInput:
        return WishInput(self.cleaned_data["text"], tuple(self.times), self.zone)

    def refuse(self, refused: InvalidInput) -> None:
        for name, code in refused.fields.items():
            past = _("これからの日時を入力してください。")
            sentence = past if code == "in_the_past" else _("入力内容をご確認ください。")
            self.add_error("day1" if name == "times" else "text" if name == "text" else None, sentence)


def _instant(day: date, at: time, zone: str) -> datetime:
    """Raises ValueError where the clocks jump over it."""
    local = datetime.combine(day, at, zone_of(zone))
    found = local.astimezone(UTC)
    if found.astimezone(zone_of(zone)).replace(tzinfo=None) != local.replace(tzinfo=None):
        raise ValueError("no such wall time")
    return found
