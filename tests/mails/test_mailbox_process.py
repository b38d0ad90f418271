"""`python -m chosei.sandbox.mailbox`: starts, stops and says in one line why it cannot."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx2
import pytest

COMMAND = [sys.executable, "-m", "chosei.sandbox.mailbox"]


def _free_ports() -> tuple[str, str]:
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("127.0.0.1", 0)) as two:
        return str(one.getsockname()[1]), str(two.getsockname()[1])


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_it_starts_answers_and_stops_quietly(tmp_path: Path, stop: signal.Signals) -> None:
    port, smtp_port = _free_ports()
    arguments = ["--port", port, "--smtp-port", smtp_port, "--data-dir", str(tmp_path)]
    process = subprocess.Popen([*COMMAND, *arguments], stderr=subprocess.PIPE, text=True)
    try:
        deadline = time.monotonic() + 30
        while True:
            try:
                answer = httpx2.get(f"http://127.0.0.1:{port}/api/messages", trust_env=False)
                break
            except httpx2.TransportError:
                assert process.poll() is None
                assert time.monotonic() < deadline
                time.sleep(0.1)
        assert answer.json() == {"messages": []}
        with socket.create_connection(("127.0.0.1", int(smtp_port)), timeout=30) as smtp:
            assert smtp.recv(200).startswith(b"220 ")
        process.send_signal(stop)
        _, errors = process.communicate(timeout=60)
        assert errors == ""
        assert process.returncode in (0, -stop)
    finally:
        process.kill()
        process.wait()


@pytest.mark.parametrize("taken", ["--port", "--smtp-port"])
def test_a_busy_port_is_one_line(tmp_path: Path, taken: str) -> None:
    port, smtp_port = _free_ports()
    with socket.create_server(("127.0.0.1", 0)) as other:
        ports = {"--port": port, "--smtp-port": smtp_port} | {taken: str(other.getsockname()[1])}
        arguments = [word for pair in ports.items() for word in pair]
        run = subprocess.run(
            [*COMMAND, *arguments, "--data-dir", str(tmp_path)], capture_output=True, text=True, timeout=60
        )
    assert run.returncode == 1
    assert run.stderr == f"mailbox: cannot listen on 127.0.0.1:{ports[taken]}: Address already in use\n"


def test_an_unusable_folder_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    run = subprocess.run(
        [*COMMAND, "--data-dir", str(tmp_path / "file")], capture_output=True, text=True, timeout=60
    )
    assert run.returncode == 1
    assert run.stderr.count("\n") == 1
    assert "cannot use --data-dir" in run.stderr
