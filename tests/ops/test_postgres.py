"""The private PostgreSQL: survives kills, ends with its starter, and keeps to itself."""

from __future__ import annotations

import os
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from chosei.ops.postgres import PrivatePostgres
from chosei.ops.postgres_files import PostgresError, find_bin_dir, running_url, socket_dir
from chosei.ops.processes import is_running

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    """A made cluster under a path that is long and has spaces, in a folder PostgreSQL's user can reach."""
    import shutil
    import tempfile

    base = Path(tempfile.mkdtemp(prefix="chosei-postgres-"))
    base.chmod(0o755)
    home = base / "a folder with spaces" / ("long" * 40) / "postgres"
    home.mkdir(parents=True)
    server = PrivatePostgres(home, find_bin_dir(), throw_away=True)
    server.start()
    server.stop()
    yield home
    shutil.rmtree(base, ignore_errors=True)


def _server(home: Path) -> PrivatePostgres:
    return PrivatePostgres(home, find_bin_dir(), throw_away=True)


def test_starts_again_with_its_data(home):
    server = _server(home)
    with psycopg.connect(server.start(), autocommit=True) as connection:
        connection.execute("CREATE TABLE kept (id int)")
        connection.execute("INSERT INTO kept VALUES (1)")
    server.stop()
    assert running_url(home) is None
    with psycopg.connect(server.start()) as connection:
        assert connection.execute("SELECT id FROM kept").fetchall() == [(1,)]
        assert running_url(home) is not None
    server.stop()


def test_a_killed_server_comes_back(home):
    first = _server(home)
    first.start()
    assert first.process is not None
    first.process.kill()  # and it stays a zombie for a while, which looks alive to the next start
    threading.Timer(1, first.process.wait).start()
    second = _server(home)
    with psycopg.connect(second.start()) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    second.stop()


def test_ends_with_the_process_that_started_it(home):
    script = (
        "import sys; from pathlib import Path\n"
        "from chosei.ops.postgres import PrivatePostgres\n"
        "from chosei.ops.postgres_files import find_bin_dir\n"
        "server = PrivatePostgres(Path(sys.argv[1]), find_bin_dir(), throw_away=True)\n"
        "server.start(); print(server.process.pid, flush=True); sys.stdin.read()\n"
    )
    starter = subprocess.Popen(
        [sys.executable, "-c", script, str(home)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT,
    )  # fmt: skip
    with starter:
        assert starter.stdout is not None
        pid = int(starter.stdout.readline())
        assert is_running(pid)
        os.kill(starter.pid, signal.SIGKILL)
        starter.wait()
        deadline = time.monotonic() + 60
        while is_running(pid) and time.monotonic() < deadline:
            time.sleep(0.05)
    assert not is_running(pid)
    with psycopg.connect((server := _server(home)).start()) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    server.stop()


def test_a_second_server_is_refused(home, monkeypatch):
    monkeypatch.setattr("chosei.ops.postgres.STOP_SECONDS", 0.3)
    server = _server(home)
    server.start()
    try:
        with pytest.raises(PostgresError, match="already serves"):
            _server(home).start()
    finally:
        server.stop()


def test_only_the_password_opens_it_and_only_by_the_socket(home):
    server = _server(home)
    url = server.start()
    try:
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(
                f"postgresql://chosei@/chosei?host={socket_dir(server.cluster)}", password="wrong"
            )
        with psycopg.connect(url) as connection:
            assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
            assert connection.execute("SHOW port").fetchone() == ("5432",)
        folder = socket_dir(server.cluster)
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert len(str(folder)) < 60
        assert stat.S_IMODE((home / "password").stat().st_mode) == 0o600
        assert server.process is not None
        assert Path(f"/proc/{server.process.pid}").stat().st_uid != 0
        with socket.socket() as probe:
            assert probe.connect_ex(("127.0.0.1", 5432)) != 0 or os.environ.get("DATABASE_URL")
    finally:
        server.stop()


def test_a_socket_folder_of_somebody_else_is_not_used(home):
    server = _server(home)
    folder = socket_dir(server.cluster)
    folder.symlink_to(home)
    try:
        with pytest.raises(PostgresError, match="belongs to somebody else"):
            server.start()
    finally:
        folder.unlink()


def test_another_versions_cluster_is_not_touched(home, tmp_path):
    version = home / "cluster" / "PG_VERSION"
    before = version.read_text()
    version.write_text("12\n")
    try:
        with pytest.raises(PostgresError, match="was made by PostgreSQL 12"):
            _server(home).start()
    finally:
        version.write_text(before)
