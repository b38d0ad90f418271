"""What `./run` becomes: starts everything, keeps it running, and leaves nothing behind.

Every child is tied to this process by the kernel, so that even a kill -9 takes all of them along.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from chosei.ops import ports, prepare, welcome
from chosei.ops.children import Child, ChildFailed, run_once
from chosei.ops.config import Config, ConfigError, load
from chosei.ops.postgres import PrivatePostgres
from chosei.ops.postgres_files import PostgresError, find_bin_dir

POLL_SECONDS = 0.5
PYTHON = [sys.executable, "-m"]


class SupervisorError(Exception):
    """Chosei cannot be started; the message is one line for the operator."""


class Stopped(Exception):
    """A signal asked to stop; `exit_code` is what the shell should see."""

    def __init__(self, exit_code: int) -> None:
        self.exit_code = exit_code


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="./run")
    parser.add_argument("--no-sandbox", action="store_true", help="never start the sandbox Microsoft 365")
    if parser.parse_args(arguments).no_sandbox:
        os.environ["CHOSEI_SANDBOX"] = "off"
    _stop_on_signals()
    try:
        config = load()
        with _only_one(config.chosei_data_dir):
            return _serve(config)
    except Stopped as stopped:
        return stopped.exit_code
    except (ConfigError, SupervisorError, PostgresError, ChildFailed) as error:
        for line in str(error).splitlines():
            print(f"chosei: {line}", file=sys.stderr)
        return 1


def _serve(config: Config) -> int:
    """Start in order, say so, and watch until a signal comes."""
    begun = time.monotonic()
    for name, port in _ports(config).items():
        if not ports.is_free(port):
            raise SupervisorError(
                f"port {port} is in use already; stop it, or choose another: {name}={port + 1} ./run"
            )
    logs = config.chosei_data_dir / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    database = (
        None if config.database_url else PrivatePostgres(config.chosei_data_dir / "postgres", find_bin_dir())
    )
    children = _children(config, logs)
    beside, ours = [c for c in children if not c.needs_database], [c for c in children if c.needs_database]
    try:
        for child in beside:
            child.start()
        if database is not None:
            database.start()
        _prepare(config, database, logs / "prepare.log")
        for child in ours:
            child.start()
        for child in children:
            child.wait_until_ready()
        print(welcome.text(config, time.monotonic() - begun), flush=True)
        _watch(children, database)
    finally:
        _stop_all(children, database)
    return 0


def _prepare(config: Config, database: PrivatePostgres | None, log: Path) -> None:
    """Migrate and fill the database, unless the private one remembers that this has been done."""
    remembered = None if database is None else database.home / "prepared"
    fingerprint = prepare.fingerprint(config)
    collected = (config.chosei_data_dir / "static" / "staticfiles.json").exists()
    if remembered and collected and remembered.exists() and remembered.read_text() == fingerprint:
        return
    run_once([*PYTHON, "chosei.ops", "prepare"], log)
    if remembered is not None:
        remembered.write_text(fingerprint)


def _ports(config: Config) -> dict[str, int]:
    used = {"CHOSEI_PORT": config.chosei_port}
    if config.sandboxed:
        used["CHOSEI_SANDBOX_PORT"] = config.chosei_sandbox_port
    if config.mail_caught:
        used["CHOSEI_MAILBOX_PORT"] = config.chosei_mailbox_port
        used["CHOSEI_MAILBOX_SMTP_PORT"] = config.chosei_mailbox_smtp_port
    for name, port in used.items():
        clash = [other for other, same in used.items() if same == port and other != name]
        if clash:
            raise SupervisorError(f"{name} and {clash[0]} are both {port}; give one of them another port")
    return used


def _children(config: Config, logs: Path) -> list[Child]:
    """Everything that runs beside the database."""

    def child(name: str, port: int | None, *, health: str = "/", needs_database: bool = False) -> Child:
        command = [*PYTHON, "chosei.ops", name]
        return Child(name, command, logs, port=port, health=health, needs_database=needs_database)

    children = []
    if config.sandboxed:
        children.append(child("sandbox", config.chosei_sandbox_port))
    if config.mail_caught:
        children.append(child("mailbox", config.chosei_mailbox_port))
    children.append(child("web", config.chosei_port, health="/healthz", needs_database=True))
    children.append(child("worker", None, needs_database=True))
    return children


def _watch(children: list[Child], database: PrivatePostgres | None) -> None:
    """Until a signal: start again what has died, each time after a longer pause."""
    while True:
        time.sleep(POLL_SECONDS)  # a signal ends the sleep by raising Stopped
        if database is not None and database.process is not None and database.process.poll() is not None:
            print("chosei: PostgreSQL ended unexpectedly; starting it again", file=sys.stderr)
            database.start()
        for child in children:
            child.revive()


def _stop_all(children: list[Child], database: PrivatePostgres | None) -> None:
    """In order: those who write, then the database. A second Ctrl-C does not interrupt this."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    for child in reversed(children):
        child.ask_to_stop()
    for child in children:
        child.wait_until_stopped()
    if database is not None:
        database.stop()


def _stop_on_signals() -> None:
    def stop(number: int, _frame: object) -> None:
        raise Stopped(130 if number == signal.SIGINT else 0)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)


@contextlib.contextmanager
def _only_one(data_dir: Path) -> Iterator[None]:
    """Hold the data folder for this process; the kernel lets go of it when the process ends."""
    file: TextIO = (data_dir / "supervisor.lock").open("a+")
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            holder = file.read().strip() or "unknown"
            raise SupervisorError(
                f"Chosei already runs in this checkout (pid {holder}); stop it first"
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


if __name__ == "__main__":
    sys.exit(main())
