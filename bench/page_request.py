"""How long a guest waits for a booking page's free times, over HTTP. Run: python bench/page_request.py

A throw-away PostgreSQL is filled with 1,000 members, 2,000 pages and 1,000,000 mirrored busy intervals, the
real web process serves it, and one guest after another opens pages at random over a kept connection. Prints
the median and the tail in milliseconds beside the target, and ends with 1 when a median misses it. Where
"processor", what the web process itself spent on a request, is well below the median, other work had the
machine. A second table tells what the same requests cost inside one process: queries, the database's share,
the processor's time. ``--profile`` adds the queries of one request and the functions in which the time
goes.
"""

from __future__ import annotations

import argparse
import cProfile
import http.client
import logging
import os
import pstats
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from random import Random
from statistics import median, quantiles
from time import monotonic, perf_counter, process_time, sleep
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "src")]

TARGET_MS = 15.0
START_SECONDS = 60.0
LANGUAGE = {"Accept-Language": "ja"}
REFRESH = {**LANGUAGE, "HX-Request": "true"}


@dataclass(slots=True)
class Figure:
    """One row: requests of one kind, on pages taken by chance."""

    name: str
    headers: dict[str, str] = field(default_factory=lambda: dict(LANGUAGE))
    query: str = ""
    minutes_old: float = 0.0
    times: list[float] = field(default_factory=list)
    processor: float = 0.0


def figures() -> list[Figure]:
    return [
        Figure("page, calendar read just now"),
        Figure("page, calendar read 5 minutes ago", minutes_old=5),
        Figure("next week's times (htmx)", headers=REFRESH, query="?week={week}"),
    ]


def main() -> int:
    parser = argparse.ArgumentParser(description="A booking page's request over HTTP, in milliseconds.")
    parser.add_argument("--members", type=int, default=1_000)
    parser.add_argument("--pages", type=int, default=2_000)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--requests", type=int, default=300, help="of each kind")
    parser.add_argument("--profile", action="store_true", help="also tell where the time goes")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="chosei-bench-") as folder, database(Path(folder)):
        return measure(options)


@contextmanager
def database(folder: Path) -> Iterator[None]:
    """A private server of our own in ``folder``, and the environment in which Chosei finds it."""
    from chosei.ops.postgres import PrivatePostgres
    from chosei.ops.postgres_files import find_bin_dir

    folder.chmod(0o755)  # as root the server runs as somebody else
    server = PrivatePostgres(folder / "postgres", find_bin_dir(), throw_away=True)
    for name in [name for name in os.environ if name.startswith("CHOSEI_")]:
        del os.environ[name]
    try:
        os.environ |= {
            "DATABASE_URL": server.start(),
            "DJANGO_SETTINGS_MODULE": "chosei.ops.settings",
            "CHOSEI_ENV_FILE": os.devnull,
            "CHOSEI_DATA_DIR": str(folder / "data"),
            "CHOSEI_PORT": str(free_port()),
            "CHOSEI_PROCESS": "web",  # the tables inside one process are about the settings of the web, too
            "CHOSEI_SECRET_KEY": secrets.token_urlsafe(48),
            "CHOSEI_TOKEN_KEYS": urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        }
        yield
    finally:
        server.stop()


def measure(options: argparse.Namespace) -> int:
    command("migrate")
    import django

    django.setup()
    from django.utils import timezone

    from filling import Size, fill

    begun = perf_counter()
    size = Size(options.members, options.pages, options.events)
    links = fill(size, now=timezone.now())
    print(
        f"{size.members:,} members, {size.pages:,} pages, {size.events:,} busy intervals (filled in"
        f" {perf_counter() - begun:.0f} s); load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores\n"
    )
    rows = figures()
    with web() as process:
        for row in rows:
            over_http(row, process, links, options.requests)
    print_http(rows)
    inside(rows, links, min(options.requests, 100), profile=options.profile)
    return 1 if any(median(row.times) > TARGET_MS for row in rows) else 0


# --- Over HTTP --------------------------------------------------------------------------------------------
@contextmanager
def web() -> Iterator[subprocess.Popen[bytes]]:
    """The web process as production runs it, once it answers."""
    log = Path(os.environ["CHOSEI_DATA_DIR"]) / "web.log"
    with log.open("wb") as said:
        process = subprocess.Popen([sys.executable, "-m", "chosei.ops", "web"], stdout=said, stderr=said)
        try:
            wait_for(process, log)
            yield process
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(30)


def connect() -> http.client.HTTPConnection:
    return http.client.HTTPConnection("127.0.0.1", int(os.environ["CHOSEI_PORT"]), timeout=30)


def wait_for(process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = monotonic() + START_SECONDS
    while monotonic() < deadline and process.poll() is None:
        try:
            client = connect()
            client.request("GET", "/healthz")
            if client.getresponse().status == 200:
                return
        except OSError:
            sleep(0.1)
    raise SystemExit(f"the web process did not come up:\n{log.read_text(errors='replace')[-2000:]}")


def over_http(row: Figure, process: subprocess.Popen[bytes], links: list[str], count: int) -> None:
    """Open ``count`` pages, after some that only warm the processes up."""
    prepare(row)
    client, random = connect(), Random(20261123)
    for number in range(-20, count):
        if number == 0:
            spent_before = processor_seconds(process.pid)
        path = path_of(row, random.choice(links))
        begun = perf_counter()
        client.request("GET", path, headers=row.headers)
        response = client.getresponse()
        body = response.read()
        took = perf_counter() - begun
        insist(row, response.status, body)
        if number >= 0:
            row.times.append(took * 1000)
    row.processor = (processor_seconds(process.pid) - spent_before) * 1000 / count
    client.close()


def insist(row: Figure, status: int, body: bytes) -> None:
    """A quick refusal is no figure."""
    if status != 200 or b'name="start"' not in body:
        raise SystemExit(f"{row.name}: {status}, {len(body)} bytes without times to choose from")


def processor_seconds(parent: int) -> float:
    """What a process and its children have spent so far, as Linux counts it."""
    ticks = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            pid, fields = int(stat.parent.name), stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it has just ended
        if parent in (pid, int(fields[1])):
            ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def prepare(row: Figure) -> None:
    """Let the mirrors have the age that this figure is about."""
    from django.utils import timezone

    from filling import read_at

    read_at(timezone.now() - timedelta(minutes=row.minutes_old))


def path_of(row: Figure, link: str) -> str:
    from django.utils import timezone

    week = (timezone.localdate() + timedelta(days=7)).isoformat()
    return f"/b/{link}" + row.query.format(week=week)


def print_http(rows: list[Figure]) -> None:
    print(f"{'over HTTP, milliseconds':<36}{'median':>9}{'p95':>9}{'p99':>9}{'target':>9}{'processor':>11}")
    for row in rows:
        cuts = quantiles(row.times, n=100)
        middle = median(row.times)
        print(
            f"{row.name:<36}{middle:>9.1f}{cuts[94]:>9.1f}{cuts[98]:>9.1f}{TARGET_MS:>9.1f}{row.processor:>11.1f}"
            f"{'  missed' if middle > TARGET_MS else ''}"
        )


# --- Inside one process -----------------------------------------------------------------------------------
@dataclass(slots=True)
class Queries:
    """Counts and times what Django sends to the database."""

    seconds: float = 0.0
    seen: list[tuple[float, str]] = field(default_factory=list)

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        begun = perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            took = perf_counter() - begun
            self.seconds += took
            self.seen.append((took, sql))


def inside(rows: list[Figure], links: list[str], count: int, *, profile: bool) -> None:
    """The same requests through Django's own client: no server, no socket, no second process."""
    from django.db import connection
    from django.test import Client

    logging.disable()
    print(
        f"\n{'in one process, milliseconds':<36}{'median':>9}{'processor':>11}{'queries':>9}{'database':>10}"
    )
    for row in rows:
        prepare(row)
        client, random = Client(headers=row.headers, SERVER_NAME="127.0.0.1"), Random(7)
        paths = [path_of(row, random.choice(links)) for _ in range(count + 5)]
        samples = []
        for path in paths:
            queries = Queries()
            begun, begun_processor = perf_counter(), process_time()
            with connection.execute_wrapper(queries):
                answer = client.get(path)
            insist(row, answer.status_code, answer.content)
            samples.append(
                (perf_counter() - begun, process_time() - begun_processor, queries.seconds, len(queries.seen))
            )
        wall, spent, asked, number = (median(values) for values in zip(*samples[5:], strict=True))
        print(f"{row.name:<36}{wall * 1000:>9.1f}{spent * 1000:>11.1f}{number:>9.0f}{asked * 1000:>10.1f}")
        if profile and row is rows[0]:
            print_profile(client, paths)


def print_profile(client: Any, paths: list[str]) -> None:
    from django.db import connection

    queries, profiler = Queries(), cProfile.Profile()
    with connection.execute_wrapper(queries):
        client.get(paths[0])
    for took, sql in queries.seen:
        print(f"  {took * 1000:6.2f} ms  {sql[:150]}")
    profiler.runcall(lambda: [client.get(path) for path in paths[:50]])
    pstats.Stats(profiler).sort_stats("cumulative").print_stats(
        r"chosei|django/template/base|django/core", 45
    )


def command(name: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "chosei.ops", name], check=False, capture_output=True, text=True
    )
    if done.returncode != 0:
        raise SystemExit(f"chosei {name} failed:\n{done.stderr[-2000:]}")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as held:
        port: int = held.getsockname()[1]
    return port


if __name__ == "__main__":
    raise SystemExit(main())
