"""What people type into the pages."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from starlette.requests import Request

LONGEST_SECONDS = 600


class FormProblem(Exception):
    """A field that has to be mended; `message` is Japanese and shown at the field."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(field)
        self.field = field
        self.message = message


async def form_of(request: Request) -> dict[str, str]:
    """A form's text members; a file is no text and is left out."""
    form = await request.form()
    return {name: value for name, value in form.items() if isinstance(value, str)}


def span_of(form: dict[str, str], home: ZoneInfo) -> tuple[datetime, datetime]:
    """Start and end of a form in the owner's zone. Raises FormProblem naming the field."""
    day = day_of(form.get("date", ""))
    if day is None:
        raise FormProblem("date", "日付を入力してください。")
    midnight = datetime(day.year, day.month, day.day, tzinfo=home)
    if form.get("all_day") == "on":
        return midnight, midnight + timedelta(days=1)
    moments = []
    for name in ("start", "end"):
        try:
            moments.append(datetime.strptime(form.get(name, ""), "%H:%M"))  # noqa: DTZ007 - the day and zone follow
        except ValueError as error:
            raise FormProblem(name, "時刻を 9:00 の形で入力してください。") from error
    start, end = (midnight.replace(hour=m.hour, minute=m.minute) for m in moments)
    if end <= start:
        raise FormProblem("end", "終了は開始より後にしてください。")
    return start, end


def day_of(text: str) -> date | None:
    """The day that was typed, None for what is none."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def numbers_of(form: dict[str, str]) -> tuple[float, int | None]:
    """Seconds and count of a fault; None: until it is switched off. Raises FormProblem naming the field."""
    try:
        seconds = float(form["seconds"] or 0)
    except ValueError as error:
        raise FormProblem("seconds", "0〜600 の数字を入力してください。") from error
    if not 0 <= seconds <= LONGEST_SECONDS:
        raise FormProblem("seconds", "0〜600 の数字を入力してください。")
    count = form["count"].strip()
    if count and not (count.isascii() and count.isdigit() and 0 < int(count) <= 10_000):
        raise FormProblem("count", "1 以上の整数を入力するか、空欄にしてください。")
    return seconds, int(count) if count else None
