"""How soon the composing page shows ten hosts' week. Run: python bench/compose_grid.py [--chromium PATH]

A throw-away PostgreSQL is filled with members and their mirrored busy intervals, the real web process serves
it, and one author of a company with ten rooms opens the page from a template with ten hosts. Prints the
median and the tail in milliseconds of the page (which carries the first week), of another week, of the
finder, and, with a Chromium, of the time from the click to the first busy block drawn in the grid. Ends with
1 when a median misses its target.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter

from page_request import command, connect, database, web

TARGET_MS = 300.0
HOSTS = ROOMS = 10
_FIRST_BLOCK = """
new MutationObserver((_, watch) => {
  if (!document.querySelector(".grid-event.cal-block")) return;
  watch.disconnect();
  requestAnimationFrame(() => { window.firstBlock = performance.now(); });
}).observe(document, { childList: true, subtree: true });
"""


def main() -> int:
    parser = argparse.ArgumentParser(description="The composing page with ten hosts, in milliseconds.")
    parser.add_argument("--members", type=int, default=1_000)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--requests", type=int, default=100, help="of each kind")
    parser.add_argument("--chromium", default="", help="also measure the first block drawn in this browser")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="chosei-bench-") as folder, database(Path(folder)):
        return measure(options)


def measure(options: argparse.Namespace) -> int:
    command("migrate")
    import django

    django.setup()
    from django.utils import timezone

    from filling import Size, fill

    size = Size(options.members, 1, options.events)
    fill(size, now=timezone.now())
    page, cookie, members = author()
    monday = timezone.localdate() - timedelta(days=timezone.localdate().weekday())
    week = f"from={monday + timedelta(days=7)}&to={monday + timedelta(days=14)}&members={members}"
    print(f"{size.members:,} members, {size.events:,} busy intervals; load {os.getloadavg()[0]:.1f}\n")
    print(f"{'milliseconds':<40}{'median':>9}{'p95':>9}{'target':>9}")
    missed = False
    with web():
        for name, path in (
            ("page with the first week, ten hosts", page),
            ("another week of ten hosts", f"/proposals/calendar?{week}"),
            ("free times of ten hosts", f"/proposals/free-times?minutes=60&members={members}"),
        ):
            missed |= tell(name, lambda path=path: request(path, cookie), options.requests)  # type: ignore[misc]
        if options.chromium:
            missed |= drawn(page, cookie, options.chromium)
    return 1 if missed else 0


def author() -> tuple[str, str, str]:
    """The address to open, the session's cookie, and the ten hosts. The company has ten rooms."""
    from django.conf import settings
    from django.test import Client

    from chosei.records.models import Member, ProposalTemplate, Room

    hosts = list(Member.objects.order_by("pk")[:HOSTS])
    Room.objects.bulk_create(
        Room(organization=hosts[0].organization, name=f"会議室 {number}", capacity=8)
        for number in range(ROOMS)
    )
    template = ProposalTemplate.objects.create(
        owner=hosts[0], name="十人で", host_ids=[member.pk for member in hosts]
    )
    client = Client()
    client.force_login(hosts[0], backend="django.contrib.auth.backends.ModelBackend")
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    ids = ",".join(str(member.pk) for member in hosts)
    return f"/proposals/new?template={template.pk}", f"{settings.SESSION_COOKIE_NAME}={cookie}", ids


def request(path: str, cookie: str) -> float:
    """Milliseconds of one request. A quick refusal is no figure."""
    client = connect()
    begun = perf_counter()
    client.request("GET", path, headers={"Accept-Language": "ja", "Cookie": cookie})
    response = client.getresponse()
    body = response.read()
    took = (perf_counter() - begun) * 1000
    client.close()
    if response.status != 200 or not any(word in body for word in (b'"events"', b'"times"')):
        raise SystemExit(f"{path}: {response.status}, {len(body)} bytes")
    return took


def tell(name: str, once: Callable[[], float], count: int) -> bool:
    """Print a row; whether its median misses the target."""
    times = [once() for _ in range(count + 5)][5:]
    middle = median(times)
    missed = middle > TARGET_MS
    tail = quantiles(times, n=20)[18]
    print(f"{name:<40}{middle:>9.1f}{tail:>9.1f}{TARGET_MS:>9.1f}{'  missed' if missed else ''}")
    return missed


def drawn(path: str, cookie: str, chromium: str) -> bool:
    """From the click to the first block of somebody's time in the grid, in a browser that knows the files."""
    from playwright.sync_api import sync_playwright

    base = f"http://127.0.0.1:{os.environ['CHOSEI_PORT']}"
    name, _, value = cookie.partition("=")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="ja-JP")
        context.add_cookies([{"name": name, "value": value, "url": base}])
        context.add_init_script(_FIRST_BLOCK)
        page = context.new_page()
        debugger, computed = context.new_cdp_session(page), []
        debugger.send("Performance.enable", {"timeDomain": "threadTicks"})

        def once() -> float:
            page.goto(base + path)
            page.wait_for_function("window.firstBlock")
            told = debugger.send("Performance.getMetrics")["metrics"]
            computed.append(next(one["value"] for one in told if one["name"] == "TaskDuration") * 1000)
            return float(page.evaluate("window.firstBlock"))

        missed = tell("first block drawn in Chromium", once, 20)
        print(f"{'  processor of the page itself':<40}{median(computed):>9.1f}")
        browser.close()
    return missed


if __name__ == "__main__":
    raise SystemExit(main())
