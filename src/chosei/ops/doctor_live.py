"""`chosei doctor --live ADDRESS`: one member's connection walked from the token to the calendar and back.

It writes one tentative event, a month ahead at three in the morning, without attendees (nobody is mailed),
reads it back and removes it, whatever happened in between. The report holds no token, secret, address, name
or subject: times, codes and request ids only, to be attached to a support case.
"""

from __future__ import annotations

import platform
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import uuid4
from zoneinfo import ZoneInfo

from chosei.adapters.microsoft import scopes
from chosei.core.addresses import same_address
from chosei.core.intervals import Interval
from chosei.ops.config import Config
from chosei.ops.finding import Finding
from chosei.ports.calendar import CalendarPort, CreateEvent, DeleteEvent, EventDraft, Failed, ShowAs, Written
from chosei.ports.errors import (
    Misconfigured,
    Missing,
    NeedsReconnect,
    PortError,
    Rejected,
    Throttled,
    Transient,
)

if TYPE_CHECKING:
    from chosei.records.models import Connection

TITLE = "Chosei doctor"
WITHIN_SECONDS = 30.0
AHEAD = timedelta(days=28)
_HOUR = 3
_LENGTH = timedelta(minutes=15)
_ADVICE: tuple[tuple[type[PortError], str], ...] = (
    (NeedsReconnect, "let the member press 接続 (Connect) again in 外部連携"),
    (Misconfigured, "check CHOSEI_MICROSOFT_CLIENT_ID and …_SECRET (expired?); see docs/microsoft365.md"),
    (Throttled, "wait a few minutes and run it again"),
    (Transient, "run it again; if it stays so, look at Microsoft's service health and at the proxy"),
    (Rejected, "attach this report to a support case"),
)


@dataclass
class Walk:
    """What has been found so far; a step that failed stops those that need it."""

    findings: list[Finding] = field(default_factory=list)

    def step(self, subject: str, work: Callable[[], tuple[str, str]]) -> bool:
        """Do one step; `work` returns what to say of it, and the next step or nothing."""
        begun = time.perf_counter()
        try:
            state, advice = work()
        except PortError as error:
            self.findings.append(_failed(subject, error))
            return False
        took = (time.perf_counter() - begun) * 1000
        self.findings.append(Finding(subject, f"{state} ({took:.0f} ms)", advice))
        return True


def walk(address: str) -> list[Finding]:
    """Every step through the connection of the member with this address."""
    from chosei.core.states import ConnectionState
    from chosei.records.models import Connection, Member

    member = Member.objects.filter(email__iexact=address).first()
    if member is None:
        return [Finding("member", "nobody has this address", "check the spelling, or add the member")]
    found = Connection.objects.filter(member=member, provider="microsoft").order_by("-id").first()
    if found is None:
        return [Finding("connection", "not connected", "let the member press 接続 (Connect) in 外部連携")]
    if found.state != ConnectionState.ACTIVE:
        why = f" ({found.problem})" if found.problem else ""
        return [Finding("connection", f"is {found.state}{why}", _ADVICE[0][1])]
    done = Walk()
    if done.step("permission", lambda: _permission(found)) and done.step("account", lambda: _account(found)):
        _calendar_steps(done, found)
    return done.findings


def report(config: Config, findings: list[Finding], now: datetime) -> str:
    """What to attach to a support case."""
    from chosei import __version__

    facts = [
        ("Chosei", __version__),
        ("time", now.astimezone(UTC).isoformat(timespec="seconds")),
        ("Python", platform.python_version()),
        ("system", f"{platform.system()} {platform.machine()}"),
        ("sign-in", f"{config.chosei_microsoft_login_url}/{config.chosei_microsoft_tenant}"),
        ("Graph", config.chosei_microsoft_graph_url),
        ("client id", config.chosei_microsoft_client_id),
        ("sandbox", "yes" if config.sandboxed else "no"),
    ]
    lines = [f"    {name}: {value}" for name, value in facts] + [f"    {one}" for one in findings]
    return "\n".join(["--- report for a support case (no secrets, no personal data)", *lines, "--- end"])


def _permission(connection: Connection) -> tuple[str, str]:
    from chosei.reconcile.tokens import access_token

    access_token(connection.pk, force=True)
    connection.refresh_from_db()
    lacking = scopes.missing(scopes.granted(connection.scopes))
    if lacking:
        raise NeedsReconnect("scopes_missing")
    return "a fresh token was issued, with every scope that is needed", ""


def _account(connection: Connection) -> tuple[str, str]:
    from chosei import wiring

    account = wiring.authorization(connection.provider).account(connection.access_token)
    if any(same_address(connection.member.email, one) for one in account.addresses):
        return "goes by the member's address", ""
    state = f"goes by {len(account.addresses)} addresses, none of them the member's in Chosei"
    return state, "connect the member's own account, or have the address corrected in Chosei"


def _calendar_steps(done: Walk, connection: Connection) -> None:
    from chosei import wiring

    calendar = wiring.calendar_of(connection, within=WITHIN_SECONDS)
    now = datetime.now(UTC)
    if not done.step("mailbox", lambda: _mailbox(calendar)):
        return
    done.step("reading", lambda: _reading(calendar, now))
    done.step("free/busy", lambda: _schedule(calendar, connection.member.email, now))
    walk_hold(done, calendar, draft_for(now, connection.member.zone))


def _mailbox(calendar: CalendarPort) -> tuple[str, str]:
    profile = calendar.profile()
    teams = "can" if profile.web_meeting else "cannot"
    return f"is in the cloud, zone {profile.zone or 'unknown'}, {teams} issue Teams meetings", ""


def _reading(calendar: CalendarPort, now: datetime) -> tuple[str, str]:
    events = calendar.read_busy(Interval(now, now + timedelta(days=7)))
    return f"{len(events)} events in the next seven days", ""


def _schedule(calendar: CalendarPort, address: str, now: datetime) -> tuple[str, str]:
    [answer] = calendar.schedules([address], Interval(now, now + timedelta(days=1)))
    if answer.error:
        raise Rejected(answer.error)
    return "getSchedule answers", ""


def draft_for(now: datetime, zone: str) -> EventDraft:
    """The event that is written and removed, in the owner's zone (IANA)."""
    local = (now + AHEAD).astimezone(ZoneInfo(zone))
    start = local.replace(hour=_HOUR, minute=0, second=0, microsecond=0).astimezone(UTC)
    return EventDraft(
        key=f"doctor-{uuid4()}",
        title=TITLE,
        body_html="",
        start=start,
        end=start + _LENGTH,
        zone=zone,
        show_as=ShowAs.TENTATIVE,
    )


def walk_hold(done: Walk, calendar: CalendarPort, draft: EventDraft) -> None:
    """Write `draft`, read it back and remove it; what may be left behind is told."""
    written = done.step("writing a hold", lambda: _write(calendar, draft))
    if written:
        done.step("reading it back", lambda: _read_back(calendar, draft))
    # Even after a failed write: its answer may be what was lost.
    if not done.step("removing it", lambda: _remove(calendar, draft)):
        left = f"delete the event “{TITLE}” of {draft.start:%Y-%m-%d %H:%M} UTC in Outlook, if it is there"
        done.findings.append(Finding("hold", "may be left behind", left))


def _write(calendar: CalendarPort, draft: EventDraft) -> tuple[str, str]:
    [outcome] = calendar.apply([CreateEvent(draft, token=draft.key)])
    if isinstance(outcome, Failed):
        raise outcome.error
    return "written", ""


def _read_back(calendar: CalendarPort, draft: EventDraft) -> tuple[str, str]:
    found = calendar.find(draft.key)
    if len(found) != 1:
        raise Transient(f"found_{len(found)}_events")
    event = calendar.get(found[0].remote_id)
    if (event.start, event.end, event.title, event.show_as) != (
        draft.start,
        draft.end,
        draft.title,
        draft.show_as,
    ):
        raise Rejected("stands_differently")
    return "stands as it was written", ""


def _remove(calendar: CalendarPort, draft: EventDraft) -> tuple[str, str]:
    for event in calendar.find(draft.key):
        [outcome] = calendar.apply([DeleteEvent(event.remote_id)])
        if not isinstance(outcome, Written) and not isinstance(outcome.error, Missing):
            raise outcome.error
    if calendar.find(draft.key):
        raise Transient("still_there")
    return "nothing of it is left in the calendar", ""


def _failed(subject: str, error: PortError) -> Finding:
    advice = next((text for kind, text in _ADVICE if isinstance(error, kind)), _ADVICE[-1][1])
    request = f", request-id {error.request_id}" if error.request_id else ""
    return Finding(subject, f"{type(error).__name__}: {error.code}{request}", advice)
