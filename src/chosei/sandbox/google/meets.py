"""Google Meet behind an event: created by request, at once or after a while, or not at all."""

from __future__ import annotations

import random
import string
from typing import Any

from chosei.sandbox.google.faults import FaultKind, Faults
from chosei.sandbox.google.problems import invalid
from chosei.sandbox.google.store import Document, Store
from chosei.sandbox.graph.work import Work

FINISH = "google-meet"
_LATE_SECONDS = 3.0


class Meets:
    """Carries out conference requests. `origin` is where this sandbox is, as its clients write it."""

    def __init__(self, store: Store, faults: Faults, work: Work) -> None:
        self._store, self._faults, self._work = store, faults, work

    def asked(
        self, before: Document | None, after: Document, *, allowed: bool, account: str, origin: str
    ) -> Document:
        """The event with its conference as it is now. Raises GoogleError 400 for a kind that is not
        allowed."""
        data = after.get("conferenceData")
        request = (data or {}).get("createRequest")
        old = ((before or {}).get("conferenceData") or {}).get("createRequest") or {}
        if not request:
            return after if data else {name: value for name, value in after.items() if name != "hangoutLink"}
        if request.get("requestId") == old.get("requestId"):
            # The same id again is ignored.
            return {**after, "conferenceData": (before or {})["conferenceData"]}
        if request.get("conferenceSolutionKey", {}).get("type") != "hangoutsMeet" or not allowed:
            raise invalid("Invalid conference type value.")
        if not request.get("requestId"):
            raise invalid("Missing conference request ID.", "required")
        pending = self._faults.take(FaultKind.MEET_PENDING, account)
        failing = self._faults.take(FaultKind.MEET_FAILURE, account)
        if not pending and not failing:
            return self.finished(after, account, origin)
        seconds = (failing or pending).seconds or _LATE_SECONDS  # type: ignore[union-attr]  # one of them is there
        payload = {"calendar": account, "event": after["id"], "fails": bool(failing), "origin": origin}
        self._work.add(FINISH, payload, seconds)
        waiting = {**request, "status": {"statusCode": "pending"}}
        plain = {name: value for name, value in after.items() if name != "hangoutLink"}
        return {**plain, "conferenceData": {"createRequest": waiting}}

    def finished(self, event: Document, account: str, origin: str) -> Document:
        """The event with its meeting."""
        code = "-".join("".join(random.choices(string.ascii_lowercase, k=n)) for n in (3, 4, 3))  # noqa: S311
        link = f"{origin}/google/meet/{code}"
        self._store.keep_meet(code, account, event["id"])
        request: dict[str, Any] = {
            **event["conferenceData"]["createRequest"],
            "status": {"statusCode": "success"},
        }
        data = {
            "createRequest": request,
            "conferenceId": code,
            "conferenceSolution": {"key": {"type": "hangoutsMeet"}, "name": "Google Meet"},
            "entryPoints": [{"entryPointType": "video", "uri": link, "label": link.split("//")[1]}],
        }
        return {**event, "conferenceData": data, "hangoutLink": link}

    def failed(self, event: Document) -> Document:
        """The event whose meeting did not come about."""
        request = {**event["conferenceData"]["createRequest"], "status": {"statusCode": "failure"}}
        return {**event, "conferenceData": {"createRequest": request}}
