"""One process that the supervisor keeps running."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from chosei.ops import ports
from chosei.ops.processes import dying_with_this

READY_SECONDS = 120.0
STOP_SECONDS = 6.0
STEADY_SECONDS = 60.0
"""Who ran this long before dying starts again at once; who did not waits longer each time."""
LONGEST_PAUSE_SECONDS = 30.0
LARGEST_LOG_BYTES = 10_000_000


class ChildFailed(Exception):
    """A process did not come up; the message names it, its last words and its log."""


@dataclass(slots=True)
class Child:
    """A command with its log. With a `port` it is ready when `health` answers there, else by its mark."""

    name: str
    command: list[str]
    logs: Path
    port: int | None = None
    health: str = "/"
    needs_database: bool = False
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False)
    _started: float = field(default=0.0, init=False)
    _pause: float = field(default=0.0, init=False)
    _again_at: float | None = field(default=None, init=False)

    @property
    def log(self) -> Path:
        return self.logs / f"{self.name}.log"

    @property
    def ready_mark(self) -> Path:
        """A file the child makes when it is ready, where it has no port to ask."""
        return self.logs / f"{self.name}.ready"

    def start(self) -> None:
        self.ready_mark.unlink(missing_ok=True)
        self._process = _tied(self.command, self.log, CHOSEI_READY_FILE=str(self.ready_mark))
        self._started = time.monotonic()
        self._again_at = None

    def wait_until_ready(self) -> None:
        """Raises ChildFailed when the process ends first or takes longer than READY_SECONDS."""
        deadline = self._started + READY_SECONDS
        while not self._is_ready():
            if self._process is None or self._process.poll() is not None:
                raise ChildFailed(f"{self.name} did not start: {last_words(self.log)} (see {self.log})")
            if time.monotonic() > deadline:
                raise ChildFailed(f"{self.name} was not ready within {READY_SECONDS:.0f} s (see {self.log})")
            time.sleep(0.05)

    def _is_ready(self) -> bool:
        return self.ready_mark.exists() if self.port is None else ports.answers_http(self.port, self.health)

    def revive(self) -> None:
        """If the process has died, start it again, after a pause that doubles while it keeps dying."""
        now = time.monotonic()
        if self._again_at is not None:
            if now >= self._again_at:
                self.start()
            return
        if self._process is None or self._process.poll() is None:
            return
        steady = now - self._started >= STEADY_SECONDS
        self._pause = 0.5 if steady or not self._pause else min(self._pause * 2, LONGEST_PAUSE_SECONDS)
        self._again_at = now + self._pause
        print(
            f"chosei: {self.name} ended ({_how(self._process.returncode)}: {last_words(self.log)}); "
            f"starting it again in {self._pause:.1f} s (see {self.log})",
            file=sys.stderr,
        )

    def ask_to_stop(self) -> None:
        self._again_at = None
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()

    def wait_until_stopped(self) -> None:
        if self._process is None:
            return
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()  # its own children are tied to it
            self._process.wait()


def run_once(command: list[str], log: Path) -> None:
    """Run `command` to its end. Raises ChildFailed with its last words."""
    process = _tied(command, log)
    try:
        code = process.wait()
    except BaseException:
        process.kill()
        process.wait()
        raise
    if code != 0:
        raise ChildFailed(f"{log.stem} failed: {last_words(log)} (see {log})")


def _tied(command: list[str], log: Path, **environment: str) -> subprocess.Popen[bytes]:
    if log.exists() and log.stat().st_size > LARGEST_LOG_BYTES:
        log.rename(log.with_suffix(".log.old"))
    with log.open("ab") as file:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=file,
            env={**os.environ, "CHOSEI_TIED": "1", "PYTHONUNBUFFERED": "1", **environment},
            start_new_session=True,  # Ctrl-C in the terminal is the supervisor's to pass on, in order
            preexec_fn=dying_with_this(signal.SIGKILL),
        )


def last_words(log: Path) -> str:
    """The last line a process wrote: usually the error."""
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - 4000))
        lines = [line.strip() for line in file.read().decode(errors="replace").splitlines() if line.strip()]
    return lines[-1][:300] if lines else "it said nothing"


def _how(returncode: int) -> str:
    return f"killed by {signal.Signals(-returncode).name}" if returncode < 0 else f"exit code {returncode}"
