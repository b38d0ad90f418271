"""A sandbox for tests: a real server on a free loopback port, over a database of its own."""

from __future__ import annotations

import asyncio
import socket
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from starlette.types import ASGIApp

from chosei.sandbox.app import create_app
from chosei.sandbox.clock import Clock
from chosei.sandbox.context import Options, SandboxContext
from chosei.sandbox.database import Database


@dataclass(frozen=True)
class Sandbox:
    """A running sandbox: where it listens, and its inside for setting things up and looking at results."""

    url: str
    context: SandboxContext


@contextmanager
def running_sandbox(
    wrap: Callable[[ASGIApp], ASGIApp] | None = None,
    *,
    clock: Clock | None = None,
    data_dir: Path | None = None,
    **options: Any,
) -> Iterator[Sandbox]:
    """Serve a sandbox from a thread. `wrap` puts an ASGI layer around it (to record or check what passes);
    `data_dir` keeps the database; `options` are fields of `chosei.sandbox.context.Options`."""
    with tempfile.TemporaryDirectory() as scratch:
        database = Database(data_dir or Path(scratch))
        app = create_app(database, clock, Options(**options))
        try:
            with _served(wrap(app) if wrap else app) as port:
                yield Sandbox(f"http://127.0.0.1:{port}", app.state.sandbox)
        finally:
            database.close()


class _Server(uvicorn.Server):
    async def main_loop(self) -> None:
        """As uvicorn's, but ending at once: it looks only ten times a second."""
        counter = 0
        while not self.should_exit:
            counter += 1
            if counter % 10 == 0 and await self.on_tick(counter // 10):
                break
            await asyncio.sleep(0.01)


@contextmanager
def _served(app: ASGIApp) -> Iterator[int]:
    listener = socket.create_server(("127.0.0.1", 0))
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # asyncio sets its own only
    config = uvicorn.Config(app, log_level="warning", access_log=False, timeout_graceful_shutdown=2)
    server = _Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name="sandbox", daemon=True)
    thread.start()
    try:
        deadline = time.monotonic() + 60
        while not server.started:
            if not thread.is_alive() or time.monotonic() > deadline:
                raise RuntimeError("the sandbox did not start")
            time.sleep(0.005)
        yield listener.getsockname()[1]
    finally:
        server.should_exit = True
        thread.join(timeout=60)
        listener.close()


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """A fresh sandbox with the demo companies."""
    with running_sandbox() as running:
        yield running
