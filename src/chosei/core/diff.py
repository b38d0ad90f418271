"""What to do next about one entry, from its three states. Pure: the same facts always give the same step."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from chosei.core.entries import DesiredEntry, SeenEntry
from chosei.core.rooms import SETTLED


class Step(StrEnum):
    """LOOK: a creation was sent and its answer lost, so search by our key before anything else.

    READ: the event stands as written, but something we wait for (the web meeting's link, a room's answer) is
    not there yet.
    ACCEPT: the organiser's meeting has put a copy there, or will any moment. WAIT: something else is to be
    written first. RELEASE: the event stands until another does in its place, and lets its rooms go to that.
    """

    NOTHING = "nothing"
    LOOK = "look"
    CREATE = "create"
    UPDATE = "update"
    READ = "read"
    DELETE = "delete"
    ACCEPT = "accept"
    WAIT = "wait"
    RELEASE = "release"


@dataclass(frozen=True, slots=True)
class EntryFacts:
    """The three states of an entry, and what we know of it at the provider.

    ``create_begun``: a creation may have reached the provider although we hold no ``remote_id``.
    ``copy``: the event is a copy of another mailbox's meeting, which ``invited`` tells to stand as wanted.

    An event may take the place of another, in another calendar. ``replaced_soon``: the one that takes the
    place of this does not stand yet. ``rooms_wanted``: it is to ask for a room that this one has.
    ``rooms_taken``: a room that this one is to ask for is still that of the event it replaces.
    ``copies_awaited``: somebody who had a copy of this one is to have an event of their own, which does not
    stand yet. Of a copy that is given up: ``source_stands``: so does the meeting that takes it along when it
    goes; ``source_stranded``: nobody can reach that any more.
    """

    desired: DesiredEntry | None
    written: DesiredEntry | None
    observed: SeenEntry | None
    remote_id: str
    create_begun: bool
    copy: bool = False
    invited: bool = False
    replaced_soon: bool = False
    rooms_wanted: bool = False
    rooms_taken: bool = False
    copies_awaited: bool = False
    source_stands: bool = False
    source_stranded: bool = False


def next_step(
    facts: EntryFacts, *, still_waiting_for_link: bool = False, still_waiting_for_room: bool = False
) -> Step:
    """The one step that brings the calendar closer to what is desired.

    A person's change in the calendar (observed differs from written) leads to no step: it is not ours to
    undo.
    """
    if facts.copy:
        return _of_copy(facts)
    if not facts.remote_id:
        return _without_remote(facts)
    if facts.desired is None:
        return _of_leaving(facts)
    if facts.desired != facts.written:
        return Step.WAIT if facts.rooms_taken or _only_uninvites(facts) else Step.UPDATE
    if facts.desired.web_meeting and still_waiting_for_link and not _has_link(facts.observed):
        return Step.READ
    if still_waiting_for_room and not rooms_answered(facts.desired, facts.observed):
        return Step.READ
    return Step.NOTHING


def _of_leaving(facts: EntryFacts) -> Step:
    """Created there first, then removed here; but no room takes two invitations for the same time."""
    if not facts.replaced_soon:
        return Step.DELETE
    return Step.RELEASE if facts.rooms_wanted else Step.WAIT


def _of_copy(facts: EntryFacts) -> Step:
    """A copy comes and goes with its meeting; ours is only to accept it, anew after each change, and to take
    it away where its meeting never will."""
    if facts.desired is None:
        if facts.source_stranded:
            return Step.DELETE
        return Step.WAIT if facts.source_stands else Step.NOTHING
    if facts.desired == facts.written:
        return Step.NOTHING
    return Step.ACCEPT if facts.invited else Step.WAIT


def _only_uninvites(facts: EntryFacts) -> bool:
    """Nothing else is to change than that somebody loses a copy in whose place nothing stands yet."""
    if not facts.copies_awaited or facts.desired is None or facts.written is None:
        return False
    return replace(facts.desired, attendees=()) == replace(facts.written, attendees=()) and (
        facts.desired.rooms == facts.written.rooms
    )


def rooms_answered(desired: DesiredEntry, observed: SeenEntry | None) -> bool:
    """Whether every room that the entry invites has given its last word."""
    answers = dict(observed.rooms) if observed else {}
    return all(answers.get(address) in SETTLED for address in desired.rooms)


def _without_remote(facts: EntryFacts) -> Step:
    if facts.create_begun:
        return Step.LOOK
    if facts.desired is None:
        return Step.NOTHING
    return Step.WAIT if facts.rooms_taken else Step.CREATE


def _has_link(observed: SeenEntry | None) -> bool:
    return observed is not None and bool(observed.join_url)
