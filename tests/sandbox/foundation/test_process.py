"""The sandbox as a process of its own: it starts, remembers, and says in one line why it cannot."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest


def command(data_dir: Path, port: int = 0) -> list[str]:
    return [sys.executable, "-m", "chosei.sandbox", "--port", str(port), "--data-dir", str(data_dir)]


@contextmanager
def running(data_dir: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The process and its address."""
    process = subprocess.Popen(command(data_dir), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        assert process.stdout is not None
        address = process.stdout.readline().removeprefix("sandbox: ").strip()
        assert address.startswith("http://127.0.0.1:"), address
        yield process, address
    finally:
        process.kill()
        process.communicate(timeout=60)


def test_it_remembers_across_a_kill(tmp_path: Path) -> None:
    with running(tmp_path) as (_, url):
        answer = httpx2.post(f"{url}/faults", data={"kind": "slow", "seconds": "9", "count": "5"}, timeout=20)
        assert answer.status_code == 303
        keys = httpx2.get(f"{url}/common/discovery/v2.0/keys").json()
    with running(tmp_path) as (process, url):
        assert "あと 5 回" in httpx2.get(f"{url}/faults", timeout=20).text
        assert [k["kid"] for k in httpx2.get(f"{url}/common/discovery/v2.0/keys").json()["keys"]] == [
            k["kid"] for k in keys["keys"]
        ]
        process.send_signal(signal.SIGTERM)
        output, _ = process.communicate(timeout=60)
        assert output == "", "a quiet end"


def test_a_busy_port_is_one_clear_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = subprocess.run(command(tmp_path, port), capture_output=True, text=True, timeout=30)
    assert ended.returncode == 1
    assert ended.stderr == f"sandbox: cannot listen on 127.0.0.1:{port}: Address already in use\n"


@pytest.mark.parametrize("folder", ["file", "file/below"])
def test_an_unusable_folder_is_one_clear_line(tmp_path: Path, folder: str) -> None:
    (tmp_path / "file").write_text("")
    ended = subprocess.run(command(tmp_path / folder), capture_output=True, text=True, timeout=30)
    assert ended.returncode == 1
    assert ended.stderr.startswith(f"sandbox: cannot use --data-dir {tmp_path / folder}: ")
    assert ended.stderr.count("\n") == 1
