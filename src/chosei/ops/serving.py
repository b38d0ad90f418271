"""The long-running processes, each one command: web, worker (with Django set up before), sandbox, mailbox."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from chosei.ops.config import Config

WEB_PROCESSES = 2
WEB_THREADS = 8  # per process; with as many live reads well within the pool, as some wait 3 s for a calendar
WORKER_JOBS_AT_ONCE = 8
WORKER_POLL_SECONDS = 0.5  # the library's 5 s would make chains of locked jobs crawl
WORKER_GRACE_SECONDS = 4.0


def web(host: str, port: int, processes: int) -> None:
    """Serve Chosei's pages until told to stop."""
    from granian.constants import Interfaces
    from granian.log import LogLevels
    from granian.server import Server

    from chosei.ops.warming import load_shared

    load_shared()
    Server(
        "chosei.ops.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=processes,
        blocking_threads=WEB_THREADS,
        websockets=False,
        respawn_failed_workers=True,
        workers_kill_timeout=5,
        log_level=LogLevels.warning,
    ).serve()


def worker(ready: Path | None) -> None:
    """Work through the queue until told to stop; `ready` is made once nothing can hinder that any more."""
    from procrastinate.contrib.django import app

    app.perform_import_paths()  # type: ignore[no-untyped-call]
    if not app.check_connection():
        raise SystemExit("chosei worker: the database is not migrated; run: chosei migrate")
    if ready is not None:
        ready.touch()
    with app.replace_connector(app.connector.get_worker_connector()):  # type: ignore[attr-defined]
        app.run_worker(
            concurrency=WORKER_JOBS_AT_ONCE,
            fetch_job_polling_interval=WORKER_POLL_SECONDS,
            shutdown_graceful_timeout=WORKER_GRACE_SECONDS,
            delete_jobs="successful",
        )


def sandbox(config: Config, host: str) -> None:
    """Become the sandbox: it shares no code with Chosei, so it gets a process image of its own."""
    port, folder = config.chosei_sandbox_port, config.chosei_data_dir / "sandbox"
    _become("chosei.sandbox", "--host", host, "--port", str(port), "--data-dir", str(folder))


def mailbox(config: Config, host: str) -> None:
    """Become the mailbox viewer, which also takes the mail in."""
    _become(
        "chosei.sandbox.mailbox",
        "--host",
        host,
        "--port",
        str(config.chosei_mailbox_port),
        "--smtp-port",
        str(config.chosei_mailbox_smtp_port),
        "--data-dir",
        str(config.chosei_data_dir / "mailbox"),
    )


def _become(module: str, *arguments: str) -> None:
    os.execv(sys.executable, [sys.executable, "-m", module, *arguments])  # noqa: S606  (nothing needs a shell)
