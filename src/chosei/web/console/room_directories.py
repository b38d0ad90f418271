"""The providers' directories on 会議室: where each stands, and what an administrator can do about it."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from chosei.actions.providers import offered
from chosei.core.providers import About, ConnectionKind
from chosei.core.states import ConnectionState
from chosei.ports.directory import ADMINISTRATOR_NEEDED, CONSENT_MISSING
from chosei.ports.providers import about
from chosei.records import admin_gates
from chosei.records.models import Connection, Member, RoomDirectory

_PROBLEMS: dict[str, str | Promise] = {
    "nobody_connected": _(
        "%(calendar)sを接続している方がいないため、取得できませんでした。"
        "「外部連携」で接続してから、もう一度お試しください。"
    ),
}
_PROBLEM_OTHER = _("%(service)sから取得できませんでした。1時間ほどのちに自動で再試行します。")
_NOT_ALLOWED = (CONSENT_MISSING, ADMINISTRATOR_NEEDED)


@dataclass(frozen=True, slots=True)
class Directory:
    """``fetching``: asked for, and not answered since. ``problem`` is a sentence. ``not_allowed``: nobody who
    may read it has allowed that yet."""

    about: About
    row: RoomDirectory | None
    calendar: str

    @property
    def fetching(self) -> bool:
        if self.row is None or self.row.asked_at is None:
            return False
        done = max((one for one in (self.row.fetched_at, self.row.tried_at) if one), default=None)
        return done is None or done < self.row.asked_at

    @property
    def not_allowed(self) -> bool:
        return self.row is not None and self.row.problem in _NOT_ALLOWED

    @property
    def problem(self) -> str:
        if self.row is None or not self.row.problem or self.not_allowed:
            return ""
        words = {"service": self.about.name, "calendar": self.calendar}
        return str(_PROBLEMS.get(self.row.problem, _PROBLEM_OTHER)) % words


def directories_of(administrator: Member, language: str | None) -> list[Directory]:
    """Those of the providers that the company uses; of all that are set up while it uses none."""
    listed = [one for one in offered(ConnectionKind.CALENDAR) if one.rooms]
    used = {
        *Connection.objects.filter(
            member__organization=administrator.organization_id, state=ConnectionState.ACTIVE
        ).values_list("provider", flat=True),
        *(one.key for one in listed if admin_gates.room_directory_for_administrator(administrator, one.key)),
    }
    shown = [one for one in listed if one.key in used] or listed
    return [
        Directory(
            one,
            admin_gates.room_directory_for_administrator(administrator, one.key),
            one.calendar.said(language),
        )
        for one in shown
    ]


def service_of(provider: str) -> str:
    """The name of the provider whose directory a room or a list comes from; "" for one entered by hand."""
    return about(provider).name if provider else ""


def not_there(provider: str) -> str:
    """That a room is not in its provider's directory any more."""
    return gettext("%(service)sにありません") % {"service": service_of(provider)}
