"""What the front desk says to a visitor."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from chosei.core import wording
from chosei.core.intervals import Interval
from chosei.core.language import Language
from chosei.core.text import one_line
from chosei.records.models import Organization, Reception, Visit


@dataclass(frozen=True, slots=True)
class Greeting:
    """``hosts`` is empty where the organisation does not name them at the door."""

    visitor: str
    company: str
    time: str
    hosts: list[str]
    guidance: str


def greeting(visit: Visit, language: Language) -> Greeting:
    appointment, organization = visit.appointment, visit.appointment.organization
    rules = reception_of(organization)
    promises = appointment.promises.filter(standing=True, host__isnull=False).select_related("host")
    name = one_line(appointment.guest_name)
    return Greeting(
        visitor=pgettext("front desk", "%(name)s 様") % {"name": name} if name else _("お客様"),
        company=one_line(appointment.guest_company),
        time=wording.time_range_text(
            Interval(appointment.starts_at, appointment.ends_at), organization.zone, language
        ),
        hosts=[promise.host.name for promise in promises if promise.host] if rules.shows_hosts else [],
        guidance=rules.guidance,
    )


def reception_of(organization: Organization) -> Reception:
    return Reception.objects.filter(organization=organization).first() or Reception(organization=organization)
