"""The throw-away PostgreSQL of one test run: started once by whichever worker needs it first.

It belongs to a keeper process of its own, because the worker that asked first may end first. The keeper
watches the process that owns the run and stops with it, even when that is killed.
"""

from __future__ import annotations

import fcntl
import os
import select
import signal
import sys
import time
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

START_SECONDS = 60
TEMPLATE = "migrated_for_tests"


def database_url(run: Path) -> str:
    """The URL of this run's server, started if need be. Raises RuntimeError when it does not start."""
    if given := os.environ.get("CHOSEI_TEST_DATABASE_URL"):
        return given
    url = run / "url"
    with (run / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not url.exists():
            pid = _start_keeper(run)
            (run / "keeper.pid").write_text(str(pid))
            deadline = time.monotonic() + START_SECONDS
            while not url.exists():
                if os.waitpid(pid, os.WNOHANG) != (0, 0) or time.monotonic() > deadline:
                    raise RuntimeError(f"no PostgreSQL for the tests: {(run / 'keeper.log').read_text()}")
                time.sleep(0.02)
    return url.read_text()


def is_ours() -> bool:
    """Whether the server is this run's alone, and goes with it."""
    return "CHOSEI_TEST_DATABASE_URL" not in os.environ


def migrated_once(run: Path) -> str:
    """The name of a migrated database, made by whichever worker comes first: a copy of it takes a fraction of
    what the migrations take.
    """
    from django.conf import settings
    from django.db import connection

    done = run / "migrated"
    with (run / "migrating").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            test, name = connection.settings_dict["TEST"], connection.settings_dict["NAME"]
            own = test["NAME"]
            test["NAME"] = TEMPLATE
            connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
            connection.close()  # a database that somebody uses cannot be copied
            test["NAME"] = own
            connection.settings_dict["NAME"] = settings.DATABASES["default"]["NAME"] = name
            done.touch()
    return TEMPLATE


def _start_keeper(run: Path) -> int:
    log = run / "keeper.log"
    return os.posix_spawn(
        sys.executable,
        [sys.executable, "-P", __file__, str(run), os.environ["CHOSEI_TEST_OWNER"]],
        os.environ,
        file_actions=[
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600),
            (os.POSIX_SPAWN_DUP2, 1, 2),
        ],
        setsid=True,
    )


def django_parts(url: str) -> dict[str, str]:
    """The parts of `url` under the names of Django's DATABASES."""
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    return {
        "HOST": query.get("host", parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "USER": parts.username or "",
        "PASSWORD": parts.password or "",
    }


def end_keeper(pid: int) -> None:
    """Ask the keeper to stop the server, and wait until it has."""
    try:
        descriptor = os.pidfd_open(pid)
        os.kill(pid, signal.SIGTERM)
    except ProcessLookupError:
        return
    try:
        select.select([descriptor], [], [], 30)
    finally:
        os.close(descriptor)


def keep(run: Path, owner: int) -> None:
    """Serve until told to stop or until `owner` has ended."""
    from chosei.ops.postgres import PrivatePostgres
    from chosei.ops.postgres_files import find_bin_dir

    read, write = os.pipe()
    os.set_blocking(write, False)
    signal.set_wakeup_fd(write)
    signal.signal(signal.SIGTERM, lambda *_: None)
    server = PrivatePostgres(run / "postgres", find_bin_dir(), throw_away=True)
    address = server.start()
    try:
        fresh = run / "url.fresh"
        fresh.write_text(address)
        fresh.rename(run / "url")
        watched = os.pidfd_open(owner)
        select.select([read, watched], [], [])
    finally:
        server.stop()


if __name__ == "__main__":
    keep(Path(sys.argv[1]), int(sys.argv[2]))
