"""Bringing a database and the static files to where this version of Chosei expects them."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator
from pathlib import Path

from chosei.ops.config import ROOT, Config

MIGRATION_LOCK = 0x43484F5345490001  # "CHOSEI" 1: the key of the advisory lock that migrations run under


def migrate() -> None:
    """Apply missing migrations; of several processes that start at once, one does it and the others wait."""
    from django.core.management import call_command

    with _migration_lock():
        call_command("migrate", interactive=False, verbosity=0)


def collect_static() -> None:
    """Hash and compress the static files into the data folder, when one of them has changed."""
    from django.conf import settings
    from django.contrib.staticfiles.finders import get_finders
    from django.core.management import call_command

    digest = hashlib.sha256()
    for finder in get_finders():
        for path, storage in finder.list([]):
            state = Path(storage.path(path)).stat()
            digest.update(f"{path}\0{state.st_mtime_ns}\0{state.st_size}\n".encode())
    stamp = Path(settings.STATIC_ROOT) / "collected.sha256"
    if stamp.exists() and stamp.read_text() == digest.hexdigest():
        return
    call_command("collectstatic", interactive=False, clear=True, verbosity=0)
    stamp.write_text(digest.hexdigest())


def fingerprint(config: Config) -> str:
    """What the private database was prepared for: migrations, static files, libraries, demo or not.

    Only `prepare` changes that database, so a start that finds the same fingerprint has nothing to prepare.
    """
    digest = hashlib.sha256(f"{config.sandboxed}".encode())
    digest.update((ROOT / "requirements" / "runtime.txt").read_bytes())
    for pattern in ("**/migrations/*.py", "**/static/**/*", "ops/demo.py"):
        for path in sorted((ROOT / "src" / "chosei").glob(pattern)):
            state = path.stat()
            digest.update(f"{path}\0{state.st_mtime_ns}\0{state.st_size}\n".encode())
    return digest.hexdigest()


@contextlib.contextmanager
def _migration_lock() -> Iterator[None]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [MIGRATION_LOCK])
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [MIGRATION_LOCK])
