"""What one machine carries: a steady stream, as much as it can, and a rush. Run: python bench/load.py

The database of page_request.py, the real web processes, and a sandbox Microsoft 365 for the rush.

1. Open loop: requests for a page's free times leave at a fixed rate, whether or not earlier ones were
   answered; each is timed from the moment it was due. At first the processes have just been started and most
   pages are new to them; then the same again, as at any later time.
2. Saturation: as many as sixteen guests get who ask again at once.
3. Rush: 200 customers confirm the same 20 times of one mailbox at once. Exactly 20 may have one, nobody may
   see an error page, and the mailbox may not be asked 200 times.

Prints the figures beside their targets and ends with 1 when one is missed. The client shares the machine with
what it measures.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from statistics import median, quantiles
from time import perf_counter
from urllib.parse import parse_qs, urlencode, urlsplit

from page_request import HERE, command, database, free_port, web

sys.path.append(str(HERE.parent))

RATE, SECONDS, P99_MS = 250, 20, 100.0
GUESTS, SATURATION_SECONDS = 16, 10
CUSTOMERS, TIMES, RUSH_P99_SECONDS = 200, 20, 5.0
WORKER_MEGABYTES = 150


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: dict[str, str]
    cookies: dict[str, str]
    body: str


class Line:
    """One kept connection to the web server: one request at a time."""

    def __init__(self) -> None:
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, method: str, path: str, body: str = "", **headers: str) -> Answer:
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", int(os.environ["CHOSEI_PORT"]))
        reader, writer = self._streams
        lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", "Accept-Language: ja"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        if body:
            lines += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}"]
        writer.write("\r\n".join([*lines, "", body]).encode())
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        pairs = [line.partition(": ")[::2] for line in head[1:] if line]
        fields = {name.lower(): value for name, value in pairs}
        content = await reader.readexactly(int(fields.get("content-length", "0")))
        set_cookies = [
            value.split(";")[0].partition("=")[::2] for name, value in pairs if name.lower() == "set-cookie"
        ]
        return Answer(int(head[0].split()[1]), fields, dict(set_cookies), content.decode())

    def close(self) -> None:
        if self._streams is not None:
            self._streams[1].close()


def main() -> int:
    parser = argparse.ArgumentParser(description="What one machine carries.")
    parser.add_argument("--members", type=int, default=1_000)
    parser.add_argument("--pages", type=int, default=2_000)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--rate", type=int, default=RATE, help="requests a second of the open loop")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="chosei-bench-") as folder, database(Path(folder)):
        # Every customer of the rush comes from an address of their own, as behind a proxy.
        os.environ["CHOSEI_TRUSTED_PROXIES"] = "1"
        with sandbox(Path(folder)):
            return measure(options)


@contextmanager
def sandbox(folder: Path) -> Iterator[None]:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    os.environ |= {
        "CHOSEI_SANDBOX_PORT": str(port),
        "CHOSEI_MICROSOFT_LOGIN_URL": url,
        "CHOSEI_MICROSOFT_GRAPH_URL": url,
        "CHOSEI_MICROSOFT_CLIENT_ID": "5b0c1f4e-9d0e-4a57-8c53-0c405e100001",
        "CHOSEI_MICROSOFT_CLIENT_SECRET": "sandbox-secret",
    }
    arguments = ["--host", "127.0.0.1", "--port", str(port), "--data-dir", str(folder / "sandbox")]
    process = subprocess.Popen(
        [sys.executable, "-m", "chosei.sandbox", *arguments], stderr=subprocess.DEVNULL
    )
    try:
        yield
    finally:
        process.terminate()
        process.wait(30)


def measure(options: argparse.Namespace) -> int:
    command("migrate")
    import django

    django.setup()
    from django.utils import timezone

    from filling import Size, fill, read_at

    links = fill(Size(options.members, options.pages, options.events), now=timezone.now())
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores; the client shares them\n")
    with web() as process:
        read_at(timezone.now())
        misses = [asyncio.run(open_loop("just started", links, options.rate))]
        read_at(timezone.now())
        misses += [asyncio.run(open_loop("open loop", links, options.rate)), asyncio.run(saturation(links))]
        misses.append(memory(process.pid))
        misses.append(rush())
    return 1 if any(misses) else 0


def said(name: str, text: str, missed: bool) -> bool:
    print(f"{name:<14}{text}{'  missed' if missed else ''}")
    return missed


# --- 1 and 2: free times ----------------------------------------------------------------------------------
def times_path(random: Random, links: list[str]) -> str:
    week = (datetime.now(UTC) + timedelta(days=7)).date().isoformat()
    return f"/b/{random.choice(links)}?week={week}"


async def free_times(line: Line, path: str) -> None:
    answer = await line.ask("GET", path, HX_Request="true")
    if answer.status != 200 or 'name="start"' not in answer.body:
        raise SystemExit(f"{path}: {answer.status} without times to choose from")


async def open_loop(name: str, links: list[str], rate: int) -> bool:
    """Requests at ``rate`` a second, each timed from when it was due."""
    random, idle, took = Random(name), [Line() for _ in range(64)], list[float]()
    lines = list(idle)
    begin = perf_counter() + 0.5

    async def one(number: int) -> None:
        due = begin + number / rate
        await asyncio.sleep(max(0.0, due - perf_counter()))
        line = idle.pop() if idle else Line()
        await free_times(line, times_path(random, links))
        took.append((perf_counter() - due) * 1000)
        idle.append(line)

    for line in lines:
        await free_times(line, times_path(random, links))  # connections stand, processes are warm
    begin = perf_counter() + 0.5
    await asyncio.gather(*(one(number) for number in range(rate * SECONDS)))
    cuts = quantiles(took, n=100)
    figures = f"median {median(took):.1f}, p95 {cuts[94]:.1f}, p99 {cuts[98]:.1f} ms"
    text = f"{rate} a second for {SECONDS} s: {figures} (p99 at most {P99_MS:.0f})"
    return said(name, text, cuts[98] > P99_MS)


async def saturation(links: list[str]) -> bool:
    random, done = Random(2), 0
    until = perf_counter() + SATURATION_SECONDS

    async def guest() -> None:
        nonlocal done
        line = Line()
        while perf_counter() < until:
            await free_times(line, times_path(random, links))
            done += 1
        line.close()

    await asyncio.gather(*(guest() for _ in range(GUESTS)))
    return said("saturation", f"{done / SATURATION_SECONDS:.0f} requests a second", missed=False)


def memory(parent: int) -> bool:
    """The largest web process' own memory: what it shares with the others counts once, by its part (PSS)."""
    sizes = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if int((folder / "stat").read_text().rpartition(")")[2].split()[1]) != parent:
                continue
            rollup = (folder / "smaps_rollup").read_text()
        except OSError:
            continue  # it has just ended
        found = re.search(r"^Pss:\s+(\d+) kB", rollup, re.MULTILINE)
        sizes.append(int(found[1]) / 1024 if found else 0.0)
    largest = max(sizes)
    return said(
        "web worker",
        f"{largest:.0f} MB of {len(sizes)} (under {WORKER_MEGABYTES})",
        largest >= WORKER_MEGABYTES,
    )


# --- 3: the rush ------------------------------------------------------------------------------------------
def rush() -> bool:
    """Everybody has the form open; then all press the button at once."""
    from chosei.records.models import Appointment

    token, starts = rushed_page()
    answers, took = asyncio.run(confirm_together(token, starts))
    seen = Counter(answer.status for answer in answers)
    made = Appointment.objects.filter(
        booking_page__link_hash__isnull=False, booking_page__title="説明会"
    ).count()
    cuts = quantiles(took, n=100)
    outcome = f"{made} appointments, answers {dict(sorted(seen.items()))}"
    figures = f"median {median(took):.2f}, p99 {cuts[98]:.2f} s (at most {RUSH_P99_SECONDS:.0f})"
    wrong = made != TIMES or set(seen) != {302, 409} or seen[302] != TIMES
    return said(
        "rush",
        f"{CUSTOMERS} customers after {TIMES} times: {outcome}, {figures}",
        wrong or cuts[98] > RUSH_P99_SECONDS,
    )


async def confirm_together(token: str, starts: list[str]) -> tuple[list[Answer], list[float]]:
    forms = [await form_of(token, starts[n % TIMES], n) for n in range(CUSTOMERS)]
    took: list[float] = []

    async def press(send: Callable[[], Awaitable[Answer]]) -> Answer:
        begun = perf_counter()
        answer = await send()
        took.append(perf_counter() - begun)
        return answer

    return list(await asyncio.gather(*(press(form) for form in forms))), took


async def form_of(token: str, start: str, number: int) -> Callable[[], Awaitable[Answer]]:
    """A customer with the details filled in; calling what is returned presses 「予約を確定」."""
    line, address = Line(), f"10.0.{number // 250}.{number % 250 + 1}"
    path = f"/b/{token}/confirm"
    shown = await line.ask("GET", f"{path}?start={start}", X_Forwarded_For=address)
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', shown.body))
    fields |= {"start": start, "name": f"お客様 {number}", "email": f"guest{number}@test.example"}
    cookie = "; ".join(f"{name}={value}" for name, value in shown.cookies.items())

    async def press() -> Answer:
        return await line.ask(
            "POST",
            path,
            urlencode(fields),
            X_Forwarded_For=address,
            Cookie=cookie,
            Origin="http://127.0.0.1",
        )

    return press


def rushed_page() -> tuple[str, list[str]]:
    """A page with exactly 20 free times, of somebody whose mailbox is connected."""
    from chosei.actions.booking_pages import create_page, publish_page
    from chosei.actions.inputs import BookingPageInput, MeetingInput
    from chosei.actions.members import create_organization
    from chosei.core.hours import WeeklyHours
    from chosei.reconcile.observe import observe
    from chosei.records.models import Member

    create_organization("株式会社サンプル", "sato@sample.example", "佐藤 健一", "a-long-password")
    owner = Member.objects.get(email="sato@sample.example")
    connection = signed_in(owner)
    observe(connection)
    day = datetime.now(UTC).astimezone().date() + timedelta(days=60)
    spans: list[list[tuple[str, str]]] = [[], [], [], [], [], [], []]
    spans[day.weekday()] = [("09:00", "19:00")]
    meeting = MeetingInput(title="説明会", format="web", web_meeting=True, zone="Asia/Tokyo")
    wanted = BookingPageInput(
        meeting=meeting, hours=WeeklyHours.parse(spans, "Asia/Tokyo"), host_ids=(owner.pk,), window_days=66
    )
    page = create_page(owner, wanted)
    publish_page(owner, page)
    first = datetime(day.year, day.month, day.day, tzinfo=UTC)  # 9:00 in Tokyo
    return page.link_token, [
        (first + timedelta(minutes=30 * n)).strftime("%Y-%m-%dT%H:%MZ") for n in range(TIMES)
    ]


def signed_in(owner: object) -> int:
    """Connect on the sandbox's own pages; returns the connection."""
    from tests.support.person import Person

    from chosei.actions.connecting import begin_connection, complete_connection
    from chosei.records.models import Member

    assert isinstance(owner, Member)
    with Person(os.environ["CHOSEI_MICROSOFT_LOGIN_URL"]) as person:
        person.open(begin_connection(owner, "microsoft"))
        for _ in range(4):
            if person.returned:
                break
            if person.page.find("input", {"name": "loginfmt"}):
                person.press("次へ", loginfmt=owner.email)
            elif person.page.find("input", {"name": "passwd"}):
                person.press("サインイン", passwd="chosei-demo")
            else:
                person.press("承諾")
        query = parse_qs(urlsplit(person.returned_to).query)
    state, code = query["state"][0], query["code"][0]
    return complete_connection(owner, "microsoft", state=state, code=code, error="").pk


if __name__ == "__main__":
    raise SystemExit(main())
