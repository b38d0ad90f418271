"""Dates, times and names in the console's templates: in the member's zone and the page's language."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django import template
from django.template import Context
from django.utils import timezone
from django.utils.translation import get_language, gettext

from chosei.core import wording
from chosei.core.intervals import Interval
from chosei.core.language import Language, language_of
from chosei.core.walltime import local_date

register = template.Library()


def _zone(context: Context) -> str:
    return str(context["request"].user.zone)


def _language() -> Language:
    return language_of(get_language())


@register.simple_tag(takes_context=True)
def span(context: Context, start: datetime, end: datetime) -> str:
    """12月3日(木) 14:00〜15:00"""
    return wording.interval_text(Interval(start, end), _zone(context), _language(), timezone.now())


@register.simple_tag(takes_context=True)
def clock_span(context: Context, start: datetime, end: datetime) -> str:
    """14:00〜15:00"""
    return wording.time_range_text(Interval(start, end), _zone(context), _language())


@register.simple_tag(takes_context=True)
def moment(context: Context, at: datetime) -> str:
    """12月3日(木) 14:05"""
    return wording.instant_text(at, _zone(context), _language(), timezone.now())


@register.simple_tag(takes_context=True)
def day(context: Context, at: date) -> str:
    """12月3日(木), of an instant or a date"""
    zone = _zone(context)
    local = local_date(at, zone) if isinstance(at, datetime) else at
    return wording.date_text(local, _language(), local_date(timezone.now(), zone))


@register.simple_tag(takes_context=True)
def zone_name(context: Context) -> str:
    """日本標準時(GMT+9): the zone of every time on the page"""
    return wording.zone_text(_zone(context), timezone.now(), _language())


@register.simple_tag
def length(minutes: int) -> str:
    """30分, 1時間30分"""
    return wording.duration_text(minutes, _language())


@register.filter
def guest(about: Any) -> str:
    """The customer as one says it: 株式会社テスト 三田花子様; what is not known yet is left out."""
    company, name = about.guest_company.strip(), about.guest_name.strip()
    if name:
        called = gettext("%(name)s様") % {"name": name}
        return f"{company} {called}".strip()
    return company or about.guest_email or gettext("お客様(未入力)")


@register.simple_tag
def guest_of(about: Any) -> str:
    """The filter ``guest`` as a tag, to keep under a name."""
    return guest(about)
