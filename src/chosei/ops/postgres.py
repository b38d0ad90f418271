"""A private PostgreSQL for one data folder: made, started and stopped by Chosei, from any bin directory.

It listens on a Unix socket only (folder 0700, password by SCRAM), runs without root's rights, and gets a fast
shutdown from the kernel when the process that started it ends, however that ends.
"""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

from chosei.ops.postgres_files import (
    DATABASE,
    PostgresError,
    home_elsewhere,
    is_ready,
    last_line,
    postmaster_pid,
    private_folder,
    reachable_binaries,
    socket_dir,
    url_of,
    write_private,
)
from chosei.ops.processes import (
    Account,
    account_for_postgres,
    dying_with_this,
    identity,
    is_running,
    reachable,
)

START_SECONDS = 60.0
STOP_SECONDS = 20.0
LEFTOVERS = ("lock file", "pre-existing shared memory block")
"""What PostgreSQL says while the remains of a killed server are not yet cleared away."""


@dataclass(slots=True)
class PrivatePostgres:
    """One cluster. `home` holds everything of it; `throw_away` trades durability for speed (tests)."""

    home: Path
    bin_dir: Path
    throw_away: bool = False
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)
    account: Account | None = field(default=None, init=False)

    @property
    def cluster(self) -> Path:
        return self.home / "cluster"

    @property
    def log(self) -> Path:
        return self.home / "server.log"

    def start(self) -> str:
        """Start (and at the first time make) the server; return the URL of Chosei's database.

        Raises:
            PostgresError: it cannot be made or started, or is running already.
        """
        self.account = account_for_postgres()
        self._settle_home()
        self.bin_dir = reachable_binaries(self.bin_dir, self.account)
        if not (self.cluster / "PG_VERSION").exists():
            self._make()
        self._check_version()
        deadline = time.monotonic() + START_SECONDS
        while not self._launch(deadline):
            time.sleep(0.2)
        self._ensure_database()
        return url_of(self.cluster)

    def stop(self) -> None:
        """End the server in order: clients are disconnected, everything is on disk afterwards."""
        if self.process is None:
            return
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.send_signal(signal.SIGQUIT)
                self.process.wait()
        self.process = None
        shutil.rmtree(socket_dir(self.cluster), ignore_errors=True)

    def _settle_home(self) -> None:
        """Give the cluster a folder its account can reach; below /root it lives in SHARED_HOME under a name
        that the data folder remembers, so that removing the data folder means starting afresh."""
        self.home.mkdir(parents=True, exist_ok=True)
        if self.account is None:
            self.home.chmod(0o700)
            return
        if not reachable(self.home, self.account, "-x"):
            self.home = home_elsewhere(self.home)
        os.chown(self.home, self.account.uid, self.account.gid)
        self.home.chmod(0o700)
        if not reachable(self.home, self.account, "-w"):
            raise PostgresError(f"PostgreSQL's user {self.account.name} cannot reach {self.home}")

    def _make(self) -> None:
        """initdb, in a folder of its own until it is complete: a kill half way leaves nothing half made."""
        fresh = self.home / "cluster.making"
        shutil.rmtree(fresh, ignore_errors=True)
        password = self.home / "password"
        write_private(password, secrets.token_urlsafe(32), self.account)
        command = [
            str(self.bin_dir / "initdb"),
            f"--pgdata={fresh}",
            f"--username={DATABASE}",
            f"--pwfile={password}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--no-locale",
            "--no-instructions",
        ]
        if self.throw_away:
            command.append("--no-sync")
        done = self._run(command)
        if done.returncode != 0:
            raise PostgresError(f"initdb failed in {self.home}: {last_line(done.stderr)}")
        (fresh / "pg_hba.conf").write_text(
            "# Only the socket, only with the password.\nlocal all all scram-sha-256\n"
        )
        fresh.rename(self.cluster)

    def _check_version(self) -> None:
        made_by = (self.cluster / "PG_VERSION").read_text().strip()
        done = self._run([str(self.bin_dir / "postgres"), "--version"])
        here = done.stdout.split()[2].partition(".")[0] if done.returncode == 0 and done.stdout else ""
        if not here:
            raise PostgresError(f"{self.bin_dir / 'postgres'} does not run: {last_line(done.stderr)}")
        if here != made_by:
            raise PostgresError(
                f"{self.cluster} was made by PostgreSQL {made_by}, this is {here}: pg_upgrade it first"
            )

    def _launch(self, deadline: float) -> bool:
        """One try. False: remains of a killed server are in the way, try again."""
        holder = postmaster_pid(self.cluster)
        if holder is not None and is_running(holder):
            if time.monotonic() < deadline - START_SECONDS + STOP_SECONDS:
                return False  # a server whose starter was killed just now is shutting down
            raise PostgresError(f"another process (pid {holder}) already serves {self.cluster}")
        sockets = socket_dir(self.cluster)
        private_folder(sockets, self.account)
        written = self.log.stat().st_size if self.log.exists() else 0
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [str(self.bin_dir / "postgres"), "-D", str(self.cluster), *self._options(sockets)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.home,
                start_new_session=True,  # Ctrl-C in the terminal is the supervisor's to act on
                preexec_fn=dying_with_this(signal.SIGINT),
                **identity(self.account),
            )
        while self.process.poll() is None:
            if is_ready(self.cluster, self.process.pid):
                return True
            if time.monotonic() > deadline:
                self.stop()
                raise PostgresError(
                    f"PostgreSQL did not get ready within {START_SECONDS:.0f} s; see {self.log}"
                )
            time.sleep(0.02)
        with self.log.open("rb") as log:
            log.seek(written)
            said = log.read().decode(errors="replace")
        if any(leftover in said for leftover in LEFTOVERS) and time.monotonic() < deadline:
            return False
        raise PostgresError(f"PostgreSQL did not start: {last_line(said)} (see {self.log})")

    def _options(self, sockets: Path) -> list[str]:
        options = {
            "listen_addresses": "",
            "unix_socket_directories": str(sockets),
            "unix_socket_permissions": "0700",
            "max_connections": "100",
            "shared_buffers": "64MB",
            "timezone": "UTC",
            "log_timezone": "UTC",
            "log_min_messages": "warning",
            "log_min_error_statement": "panic",  # statements carry what people typed
            "log_error_verbosity": "terse",
        }
        if self.throw_away:
            options |= {
                "fsync": "off",
                "synchronous_commit": "off",
                "full_page_writes": "off",
                "autovacuum": "off",
            }
        return [part for name, value in options.items() for part in ("-c", f"{name}={value}")]

    def _ensure_database(self) -> None:
        import psycopg

        with psycopg.connect(url_of(self.cluster, "postgres"), autocommit=True) as connection:
            found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
            if found is None:
                connection.execute(f'CREATE DATABASE "{DATABASE}"')

    def _run(self, command: list[str]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command, check=False, capture_output=True, text=True, cwd=self.home, **identity(self.account)
        )
