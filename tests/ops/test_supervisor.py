"""`./run` as a whole: everything comes up, nothing stays behind, and what is wrong is one line."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from chosei.ops.postgres_files import running_url
from chosei.ops.welcome import STARTED

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 90


def _free_ports(count: int) -> list[int]:
    probes = [socket.socket() for _ in range(count)]
    try:
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]
    finally:
        for probe in probes:
            probe.close()


@pytest.fixture(scope="module")
def environment() -> Iterator[dict[str, str]]:
    """The environment of a Chosei of its own: fresh data folder with a space in its name, free ports."""
    base = Path(tempfile.mkdtemp(prefix="chosei-supervisor-"))
    base.chmod(0o755)
    web, sandbox, viewer, smtp = _free_ports(4)
    own = {
        name: value for name, value in os.environ.items() if not name.startswith(("CHOSEI_", "DATABASE_URL"))
    }
    own |= {
        "CHOSEI_ENV_FILE": os.devnull,
        "CHOSEI_DATA_DIR": str(base / "data folder"),
        "CHOSEI_PORT": str(web),
        "CHOSEI_SANDBOX_PORT": str(sandbox),
        "CHOSEI_MAILBOX_PORT": str(viewer),
        "CHOSEI_MAILBOX_SMTP_PORT": str(smtp),
    }
    own.pop("DJANGO_SETTINGS_MODULE", None)
    yield own
    shutil.rmtree(base, ignore_errors=True)


@contextmanager
def _running(environment: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    """A supervisor that has said that everything answers."""
    process = subprocess.Popen(
        [sys.executable, "-m", "chosei.ops.supervisor"],
        env=environment,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    with process:
        try:
            assert process.stdout is not None
            said = ""
            for line in process.stdout:
                said += line
                if STARTED in line:
                    break
            else:
                pytest.fail(f"the supervisor ended: {said}")
            yield process
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGINT)


def _supervise(environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "chosei.ops.supervisor"],
        check=False, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE_SECONDS,
    )  # fmt: skip


def _family(environment: dict[str, str]) -> dict[int, str]:
    """Every process that was started with this data folder: process id and command line."""
    mark = f"CHOSEI_DATA_DIR={environment['CHOSEI_DATA_DIR']}\0".encode()
    found = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            try:
                alive = (folder / "stat").read_text().rpartition(")")[2].split()[0] != "Z"
                if alive and mark in (folder / "environ").read_bytes():
                    found[int(folder.name)] = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            except (FileNotFoundError, ProcessLookupError, PermissionError):
                continue
    return found


def _comes_back(port: str) -> bool:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        time.sleep(0.2)
        try:
            return _answers(port, "/healthz") == 200
        except OSError:
            continue
    return False


def _gone(environment: dict[str, str], seconds: float) -> dict[int, str]:
    deadline = time.monotonic() + seconds
    while (left := _family(environment)) and time.monotonic() < deadline:
        time.sleep(0.1)
    return left


def _answers(port: str, path: str = "/") -> int:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=60) as response:
        return int(response.status)


@pytest.mark.timeout(240)
def test_up_killed_up_again_and_down(environment):
    with _running(environment) as supervisor:
        assert _answers(environment["CHOSEI_PORT"], "/healthz") == 200
        assert _answers(environment["CHOSEI_SANDBOX_PORT"]) == 200
        assert _answers(environment["CHOSEI_MAILBOX_PORT"]) == 200
        commands = " ".join(_family(environment).values())
        for part in (
            "chosei.ops web",
            "chosei.ops worker",
            "chosei.sandbox ",
            "chosei.sandbox.mailbox",
            "postgres",
        ):
            assert part in commands

        web = min(pid for pid, command in _family(environment).items() if "chosei.ops web" in command)
        os.kill(web, signal.SIGKILL)  # the server's main process; its workers must not keep the port
        assert _comes_back(environment["CHOSEI_PORT"]), "the web server is started again"

        second = _supervise(environment)
        assert second.returncode == 1
        assert second.stderr.splitlines() == [
            f"chosei: Chosei already runs in this checkout (pid {supervisor.pid}); stop it first"
        ]

        os.kill(supervisor.pid, signal.SIGKILL)
        supervisor.wait()
        assert _gone(environment, 10) == {}

    with _running(environment) as supervisor:
        url = running_url(Path(environment["CHOSEI_DATA_DIR"]) / "postgres")
        assert url is not None
        with psycopg.connect(url) as connection:
            assert connection.execute("SELECT name FROM records_organization").fetchall() == [
                ("株式会社サンプル",)
            ]
        supervisor.send_signal(signal.SIGINT)
        assert supervisor.wait(15) == 130
        assert _gone(environment, 1) == {}


@pytest.mark.parametrize("name", ["CHOSEI_PORT", "CHOSEI_SANDBOX_PORT", "CHOSEI_MAILBOX_PORT"])
def test_a_busy_port_is_one_line(environment, name):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen(1)
        port = taken.getsockname()[1]
        done = _supervise({**environment, name: str(port)})
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        f"chosei: port {port} is in use already; stop it, or choose another: {name}={port + 1} ./run"
    ]


def test_one_port_for_two_is_one_line(environment):
    done = _supervise({**environment, "CHOSEI_SANDBOX_PORT": environment["CHOSEI_PORT"]})
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert "CHOSEI_PORT" in done.stderr


def test_an_unwritable_folder_is_one_line(environment):
    done = _supervise({**environment, "CHOSEI_DATA_DIR": "/proc/chosei"})
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert done.stderr.startswith("chosei: CHOSEI_DATA_DIR: /proc/chosei cannot be used")
