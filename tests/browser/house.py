"""The whole product as `./run` starts it, in its own processes on free ports, to be walked through."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx2

from tests.support.person import PASSWORD, Person

CLIENT = {"client_id": "5b0c1f4e-9d0e-4a57-8c53-0c405e100001", "client_secret": "sandbox-secret"}
TENANT_DOMAIN = "sample.example"
KEY = "String {6f0b1c4a-7d0e-4c57-9a3e-c405e1c0ffee} Name ChoseiKey"


@dataclass(frozen=True)
class House:
    """Where everything listens, and how to look at Outlook and at the mails from outside of Chosei."""

    url: str
    sandbox: str
    mailbox: str
    process: subprocess.Popen[str]
    graph: httpx2.Client

    def events(self, address: str, start: datetime, end: datetime) -> list[dict[str, Any]]:
        """What stands in a mailbox, as Graph tells it."""
        answer = self.graph.get(
            "/v1.0/me/calendarView",
            params={
                "startDateTime": start.isoformat(),
                "endDateTime": end.isoformat(),
                "$top": "500",
                "$expand": f"singleValueExtendedProperties($filter=id eq '{KEY}')",
            },
        )
        assert answer.status_code == 200, answer.text
        events: list[dict[str, Any]] = answer.json()["value"]
        return events

    def ours(self, address: str, start: datetime, end: datetime) -> list[dict[str, Any]]:
        return [
            event for event in self.events(address, start, end) if "singleValueExtendedProperties" in event
        ]

    def mail(self, *, to: str, subject: str, seconds: float = 20) -> dict[str, Any]:
        """The newest mail to somebody with exactly this subject, once it is there."""
        found = eventually(lambda: [m for m in self._mails(to, subject) if m["subject"] == subject], seconds)
        return found[0]

    def _mails(self, to: str, subject: str) -> list[dict[str, Any]]:
        answer = httpx2.get(f"{self.mailbox}/api/messages", params={"to": to, "subject": subject}).json()
        return list(answer["messages"] if isinstance(answer, dict) else answer)


def eventually(look: Any, seconds: float = 20) -> Any:
    """What ``look`` finds, as soon as it finds something. Raises AssertionError."""
    deadline = time.monotonic() + seconds
    while True:
        found = look()
        if found:
            return found
        assert time.monotonic() < deadline, f"nothing after {seconds} s"
        time.sleep(0.1)


@contextmanager
def running_house(data_dir: Path) -> Iterator[House]:
    """Start everything with an empty data folder; stop it as Ctrl-C does."""
    web, sandbox, mailbox, smtp = _free_ports(4)
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("CHOSEI_", "PYTEST"))
    }
    environment |= {
        "CHOSEI_DATA_DIR": str(data_dir),
        "CHOSEI_ENV_FILE": os.devnull,
        "CHOSEI_PORT": str(web),
        "CHOSEI_SANDBOX_PORT": str(sandbox),
        "CHOSEI_MAILBOX_PORT": str(mailbox),
        "CHOSEI_MAILBOX_SMTP_PORT": str(smtp),
    }
    environment.pop("DATABASE_URL", None)
    process = subprocess.Popen(
        [sys.executable, "-m", "chosei.ops.supervisor"],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        url = f"http://127.0.0.1:{web}"
        _wait_for(url + "/healthz", process)
        with _as_person(f"http://127.0.0.1:{sandbox}", "sato@sample.example") as graph:
            yield House(url, f"http://127.0.0.1:{sandbox}", f"http://127.0.0.1:{mailbox}", process, graph)
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)


def _wait_for(url: str, process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + 180  # a busy machine takes its time
    while True:
        try:
            if httpx2.get(url).status_code == 200:
                return
        except httpx2.TransportError:
            pass
        assert process.poll() is None, process.stdout.read() if process.stdout else ""
        assert time.monotonic() < deadline, "the house did not come up"
        time.sleep(0.2)


def _free_ports(count: int) -> list[int]:
    """Ports nobody listens on now; held open together so that they differ."""
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in held]
    for one in held:
        one.close()
    return ports


@contextmanager
def _as_person(origin: str, address: str) -> Iterator[httpx2.Client]:
    """Graph as a person's own program would use it, beside Chosei."""
    redirect = "http://127.0.0.1:9/connect/microsoft/callback"
    with Person(origin) as person:
        person.open(
            f"{origin}/{TENANT_DOMAIN}/oauth2/v2.0/authorize",
            client_id=CLIENT["client_id"],
            response_type="code",
            redirect_uri=redirect,
            scope="openid Calendars.ReadWrite",
            state="s",
            nonce="n",
        ).sign_in(address, PASSWORD)
        if not person.returned:
            person.press("承諾")
        code = person.returned["code"]
    form = {**CLIENT, "grant_type": "authorization_code", "code": code, "redirect_uri": redirect}
    token = httpx2.post(f"{origin}/{TENANT_DOMAIN}/oauth2/v2.0/token", data=form).json()["access_token"]
    with httpx2.Client(base_url=origin, headers={"Authorization": f"Bearer {token}"}) as graph:
        yield graph
