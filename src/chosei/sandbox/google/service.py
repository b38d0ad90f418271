"""Everything the Google side of the sandbox keeps; one per running sandbox, taken from `access.google_of`."""

from __future__ import annotations

from chosei.sandbox.context import SandboxContext
from chosei.sandbox.google.channels import Channels
from chosei.sandbox.google.demo import seed
from chosei.sandbox.google.events import Events
from chosei.sandbox.google.faults import Faults
from chosei.sandbox.google.flows import SignIns
from chosei.sandbox.google.grants import Grants
from chosei.sandbox.google.meets import Meets
from chosei.sandbox.google.people import Account, People
from chosei.sandbox.google.store import Calendar, Store
from chosei.sandbox.graph.store import store_of

ZONE = "Asia/Tokyo"


class GoogleService:
    """The stores, put together. An empty database gets the demo companies."""

    def __init__(self, context: SandboxContext) -> None:
        database, clock = context.database, context.clock
        self.people = People(database)
        self.faults = Faults(database)
        self.grants = Grants(database, clock)
        self.sign_ins = SignIns(database)
        self.store = Store(database)
        self.work = store_of(context).work
        self.events = Events(
            self.store, self.people, clock, self.work, Meets(self.store, self.faults, self.work)
        )
        self.channels = Channels(database, clock, self.work, self.faults)
        self.events.listeners.append(self.channels.calendar_changed)
        seed(self.people)
        self.open_calendars()

    def open_calendars(self) -> None:
        """Everybody and every room has a calendar."""
        for account in self.people.accounts():
            self.store.add_calendar(
                Calendar(account.email, account.sub, "primary", account.email, ZONE, account.domain)
            )
        for room in self.people.rooms():
            self.store.add_calendar(Calendar(room.email, room.id, "resource", room.name, ZONE, room.domain))

    def blocks_apps(self, account: Account) -> bool:
        """Whether the person's administrator lets no unlisted application in."""
        company = self.people.company(account.domain)
        return bool(company and company.apps_blocked)

    def may_see(self, account: Account, calendar: Calendar) -> bool:
        """Whether the account reads and writes this calendar: one of its own."""
        return calendar.owner == account.sub

    def may_see_busy(self, account: Account, calendar: Calendar) -> bool:
        """Whether the account sees when this calendar is busy: within one company, as is usual."""
        return self.may_see(account, calendar) or bool(account.domain and calendar.domain == account.domain)
