"""Small facts about processes on Linux: dying with the parent, who runs, and as whom to run."""

from __future__ import annotations

import ctypes
import os
import pwd
import shutil
import signal
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_PR_SET_PDEATHSIG = 1  # prctl(2)
_libc = ctypes.CDLL(None, use_errno=True)  # loaded before any fork: a child may not load libraries safely
SERVICE_USER = "chosei"


@dataclass(frozen=True, slots=True)
class Account:
    """An operating system user that processes run as."""

    name: str
    uid: int
    gid: int


def die_with_parent(death_signal: signal.Signals, parent: int | None = None) -> None:
    """Have the kernel send this process `death_signal` when its parent ends, however that happens.

    Must be called after any change of user, which clears the setting. `parent` closes the gap in which the
    parent died before the call.
    """
    if _libc.prctl(_PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG)")
    if parent is not None and os.getppid() != parent:
        os.kill(os.getpid(), death_signal)


def dying_with_this(death_signal: signal.Signals) -> Callable[[], None]:
    """A `preexec_fn` that ties the child to this process."""
    parent = os.getpid()
    return lambda: die_with_parent(death_signal, parent)


def is_running(pid: int) -> bool:
    """Whether `pid` is a process that still does something (a zombie does not)."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state not in {"Z", "X"}


def account_for_postgres() -> Account | None:
    """Whom PostgreSQL runs as: None for this user, or an account without rights when this is root.

    PostgreSQL refuses root. An account of Chosei's own is made where that is possible, so that no other
    service can read the files; else `nobody` has to do.
    """
    if os.geteuid() != 0:
        return None
    useradd = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin")
    if useradd and _account(SERVICE_USER) is None:
        quiet = ["--system", "--no-create-home", "--home-dir", "/nonexistent", "--shell", "/usr/sbin/nologin"]
        subprocess.run([useradd, *quiet, SERVICE_USER], check=False, capture_output=True)
    account = _account(SERVICE_USER) or _account("nobody")
    if account is None:
        raise OSError("PostgreSQL does not run as root, and this system has no user `nobody` to run it as")
    return account


def _account(name: str) -> Account | None:
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        return None
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def identity(account: Account | None) -> dict[str, Any]:
    """The arguments with which `subprocess` runs something as `account`."""
    return {} if account is None else {"user": account.uid, "group": account.gid, "extra_groups": []}


def reachable(path: Path, account: Account | None, flag: str) -> bool:
    """Whether `account` may use `path`, judged by test(1) with `flag` (-x, -w …) as that user."""
    done: subprocess.CompletedProcess[bytes] = subprocess.run(
        ["test", flag, str(path)], check=False, cwd="/", **identity(account)
    )
    return done.returncode == 0
