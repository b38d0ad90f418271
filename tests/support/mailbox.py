"""A mailbox for tests: the real sink and viewer on free loopback ports, in a thread."""

from __future__ import annotations

import socket
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from chosei.sandbox.mailbox.app import create_app
from chosei.sandbox.mailbox.contents import contents_of
from chosei.sandbox.mailbox.store import Entry, Store, parse


@dataclass(frozen=True)
class Mailbox:
    """A running mailbox. ``smtp_url`` is for CHOSEI_EMAIL_URL, ``url`` is the viewer's."""

    url: str
    smtp_host: str
    smtp_port: int
    store: Store

    @property
    def smtp_url(self) -> str:
        return f"smtp://{self.smtp_host}:{self.smtp_port}"

    def messages(self, *, to: str = "", subject: str = "") -> list[dict[str, Any]]:
        """What has come, newest first, as in the JSON API: subject, text, html, links, calendar, receipts."""
        return [self._read(entry) for entry in self.store.search(to=to, subject=subject)]

    def wait_for(self, *, to: str = "", subject: str = "", timeout: float = 60.0) -> dict[str, Any]:
        """The newest mail whose recipient and subject contain the words.

        Raises AssertionError after ``timeout`` seconds.
        """
        deadline = time.monotonic() + timeout
        while True:
            found = self.messages(to=to, subject=subject)
            if found:
                return found[0]
            if time.monotonic() > deadline:
                came = [(entry.recipient, entry.subject) for entry in self.store.search()]
                raise AssertionError(f"no mail to {to!r} about {subject!r} within {timeout} s; came: {came}")
            time.sleep(0.05)

    def clear(self) -> None:
        self.store.clear()

    def _read(self, entry: Entry) -> dict[str, Any]:
        return {
            "id": entry.number,
            "message_id": entry.message_id,
            "from": entry.sender,
            "to": entry.recipient,
            "subject": entry.subject,
            "receipts": entry.count,
            **contents_of(parse(self.store.source(entry))).to_json(),
        }


@contextmanager
def running_mailbox(data_dir: Path | None = None) -> Iterator[Mailbox]:
    """Take mails until the block ends. ``data_dir`` keeps them."""
    with tempfile.TemporaryDirectory() as scratch:
        store = Store(data_dir or Path(scratch))
        smtp = socket.create_server(("127.0.0.1", 0))
        viewer = socket.create_server(("127.0.0.1", 0))
        config = uvicorn.Config(
            create_app(store, smtp), log_level="warning", access_log=False, timeout_graceful_shutdown=2
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(
            target=server.run, kwargs={"sockets": [viewer]}, name="mailbox", daemon=True
        )
        smtp_port, port = smtp.getsockname()[1], viewer.getsockname()[1]
        thread.start()
        try:
            deadline = time.monotonic() + 60
            while not server.started:
                if not thread.is_alive() or time.monotonic() > deadline:
                    raise RuntimeError("the mailbox did not start")
                time.sleep(0.005)
            yield Mailbox(f"http://127.0.0.1:{port}", "127.0.0.1", smtp_port, store)
        finally:
            server.should_exit = True
            thread.join(timeout=60)
            smtp.close()
            viewer.close()
            store.close()


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    """A fresh mailbox."""
    with running_mailbox() as running:
        yield running
