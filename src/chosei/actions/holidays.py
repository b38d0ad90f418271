"""Which dates are public holidays, by country. The calendar of the world is loaded only when it is asked."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from chosei.core.hours import DateRange

JAPAN = "JP"
# Where customers of companies in Japan mostly are; the dates are those of the whole country.
COUNTRIES = (
    JAPAN, "US", "GB", "CN", "TW", "HK", "KR", "SG", "TH", "VN", "ID", "MY", "PH", "IN", "AU", "NZ", "CA",
    "DE", "FR", "NL", "IT", "ES", "CH", "BR", "MX", "AE",
)  # fmt: skip


def holidays_in(country: str, dates: DateRange) -> list[date]:
    """The public holidays of ``country``, an ISO 3166 code of ``COUNTRIES``, on ``dates``."""
    years = range(dates.first.year, dates.last.year + 1)
    found = [day for year in years for day in _of_year(country, year)]
    return [day for day in found if dates.first <= day <= dates.last]


@lru_cache(maxsize=256)
def _of_year(country: str, year: int) -> tuple[date, ...]:
    from holidays import country_holidays  # half a second and 10 MB that most processes never need

    return tuple(sorted(country_holidays(country, years=year)))


def holiday_name(country: str, day: date, language: str) -> str:
    """勤労感謝の日; empty for an ordinary day. In the country's own language where there is no other."""
    from holidays import country_holidays

    names = country_holidays(country, years=day.year, language={"en": "en_US"}.get(language, language))
    return str(names.get(day) or "")
