"""The sandbox's mailboxes, for the pages: look into a calendar, and act in it as its owner would in Outlook.

What is done here enters delta, notifications, the attendees' mailboxes and the mails sent, as a call would.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

from chosei.sandbox.context import SandboxContext
from chosei.sandbox.graph.exchange import Exchange
from chosei.sandbox.graph.ids import decode
from chosei.sandbox.graph.mailboxes import Mailbox, find
from chosei.sandbox.graph.meetings import Meeting, Meetings
from chosei.sandbox.graph.model import Event, Instance, occurrence, single
from chosei.sandbox.graph.outbox import Outbox, SentMail
from chosei.sandbox.graph.problems import item_not_found
from chosei.sandbox.graph.repository import Repository
from chosei.sandbox.graph.subscriptions import Subscriptions
from chosei.sandbox.graph.work import Work
from chosei.sandbox.graph.zones import windows_name, zone

_ATTRIBUTE = "graph_store"


class GraphStore:
    """Everything Graph keeps. One per running sandbox: take it from `store_of`."""

    def __init__(self, context: SandboxContext) -> None:
        self.context = context
        self.repository = Repository(context.database, context.clock)
        self.outbox = Outbox(context.database, context.clock)
        self.meetings = Meetings(context.database, context.clock)
        self.work = Work(context.database, context.clock, context.background)
        self.exchange = Exchange(context, self.repository, self.outbox, self.meetings, self.work)
        self.subscriptions = Subscriptions(context, self.work)
        self.repository.listeners.append(self.subscriptions.event_changed)

    def mailbox(self, address: str) -> Mailbox | None:
        """The mailbox of a person or room by address or object id, in any tenant; None without a mailbox."""
        tenants = self.context.directory.tenants()
        return next((box for t in tenants if (box := find(self.context.directory, address, t.tid))), None)

    def events_between(self, mailbox: str, start: datetime, end: datetime) -> list[Instance]:
        """What stands in a person's or room's own calendar within [start, end) (aware instants), by start.

        `mailbox` is an object id (`Mailbox.key`). Series are unfolded; `Instance.event` carries subject,
        show_as, sensitivity, locations, attendees, join_url; `Instance.id(immutable=True)` names it.
        """
        return self.repository.view(mailbox, start, end)

    def find_instance(self, mailbox: str, item_id: str) -> Instance:
        """The event or occurrence an id of either form names. Raises GraphError 400 or 404."""
        named = decode(item_id)
        event = self.repository.get(named.mailbox, named.key) if named.mailbox == mailbox else None
        if event is None or named.folder_moves not in (None, event.folder_moves):
            raise item_not_found()
        found = occurrence(event, named.occurrence) if named.occurrence else single(event)
        if found is None:
            raise item_not_found()
        return found

    def create_as(self, owner: Mailbox, subject: str, start: datetime, end: datetime, **fields: Any) -> Event:
        """An event the owner enters in Outlook, without attendees unless `attendees` is given.

        `start` and `end` are aware; their zone becomes the event's. `fields` are further fields of
        `model.Event`. Raises ValueError when the end is not after the start.
        """
        if start >= end:
            raise ValueError("an event has to end after it starts")
        return self.exchange.create(
            owner, {"subject": subject, **_span(start, end, owner, self), **fields}, ""
        )

    def move_as(self, owner: Mailbox, item_id: str, start: datetime, end: datetime) -> None:
        """The owner drags an event or occurrence to another time. Raises ValueError, GraphError 404."""
        if start >= end:
            raise ValueError("an event has to end after it starts")
        self.change_as(owner, item_id, **_span(start, end, owner, self))

    def change_as(self, owner: Mailbox, item_id: str, **fields: Any) -> None:
        """The owner changes fields of `model.Event` on an event or occurrence. Raises GraphError 404."""
        one = self.find_instance(owner.key, item_id)
        if one.original is not None:
            master = self._master(one)
            self.exchange.change_occurrence(owner, master, one.original, fields, "")
            return
        self.exchange.update(owner, one.event, replace(one.event, **fields), "")

    def move_to_calendar_as(self, owner: Mailbox, item_id: str, calendar: str) -> Event:
        """The owner drags an event into another calendar (`calendars.PERSONAL_CALENDAR`, `DEFAULT_CALENDAR`).

        Its default id changes with this, its immutable one does not. Raises GraphError 404.
        """
        event = self.find_instance(owner.key, item_id).event
        moved = replace(event, calendar=calendar, folder_moves=event.folder_moves + 1)
        return self.repository.save(moved)

    def delete_as(self, owner: Mailbox, item_id: str) -> None:
        """The owner deletes an event or occurrence. Raises GraphError 404 when it is not there (any more)."""
        one = self.find_instance(owner.key, item_id)
        self.remove(owner, one, "")

    def respond_as(self, owner: Mailbox, item_id: str, response: str) -> None:
        """The owner answers an invitation: accepted, tentativelyAccepted or declined. Raises GraphError."""
        one = self.find_instance(owner.key, item_id)
        self.exchange.respond(owner, one.event, response, "", send=one.event.response_requested)

    def remove(self, owner: Mailbox, one: Instance, comment: str) -> None:
        """Takes an instance out: an occurrence from its series, or the whole event."""
        if one.original is not None:
            self.exchange.drop_occurrence(owner, self._master(one), one.original, "")
        else:
            self.exchange.delete(one.event, comment)

    def change_instance(
        self, owner: Mailbox, one: Instance, fields: dict[str, Any], origin: str, *, teams: bool
    ) -> Instance:
        """Changes an event or makes an occurrence an exception; answers what stands afterwards."""
        if one.original is None:
            after = replace(one.event, **fields)
            return single(self.exchange.update(owner, one.event, after, origin, teams=teams))
        changed = self.exchange.change_occurrence(owner, self._master(one), one.original, fields, origin)
        return self._occurrence(changed, one.original)

    def meeting(self, thread_id: str) -> Meeting | None:
        """The Teams meeting a join link names; `alive` is False once its event is gone."""
        return self.meetings.by_thread(thread_id)

    def mails(self, mailbox: str | None = None) -> list[SentMail]:
        """What Exchange sent (from one mailbox, by object id), oldest first."""
        return self.outbox.mails(mailbox)

    def lose_sync_state(self, mailbox: str) -> None:
        """From now on every delta link of this mailbox answers 410 syncStateNotFound."""
        self.repository.lose_sync_state(mailbox)

    def _master(self, one: Instance) -> Event:
        master = self.repository.get(one.event.mailbox, one.event.key)
        if master is None:
            raise item_not_found()
        return master

    def _occurrence(self, master: Event, day: date) -> Instance:
        found = occurrence(master, day)
        if found is None:
            raise item_not_found()
        return found


def store_of(context: SandboxContext) -> GraphStore:
    """The one store of a running sandbox, made at the first call."""
    # it lives on the background, which is the one part of the frozen context that stands for "this run"
    found: GraphStore | None = getattr(context.background, _ATTRIBUTE, None)
    if found is None:
        found = GraphStore(context)
        setattr(context.background, _ATTRIBUTE, found)
    return found


def _span(start: datetime, end: datetime, owner: Mailbox, store: GraphStore) -> dict[str, str]:
    tenant = store.context.directory.tenant(owner.tid)
    name = windows_name(getattr(start.tzinfo, "key", None) or (tenant.time_zone if tenant else "UTC"))
    home = zone(name)
    return {
        "start": start.astimezone(home).replace(tzinfo=None).isoformat(),
        "end": end.astimezone(home).replace(tzinfo=None).isoformat(),
        "start_zone": name,
        "end_zone": name,
    }
