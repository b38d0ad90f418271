"""How long the core takes to find a page's slots. Run: python bench/core_slots.py

One host, 09:00-18:00 on weekdays, 30 minutes, 30 days, with 0 to 5,000 busy intervals; then 100 hosts of whom
any one attends, 500 busy intervals each. Prints medians beside the targets, in milliseconds, and ends with 1
when one is missed. Where "processor" is well below "median", other work had the machine: measure again when
it is quiet. Building the busy intervals is not part of the time: they come from a read.
"""

from __future__ import annotations

import argparse
import platform
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from random import Random
from statistics import median
from time import perf_counter, process_time

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))

from chosei.core.attendance import Requirement, all_hosts, any_host
from chosei.core.availability import Known
from chosei.core.hours import Opening, WeeklyHours
from chosei.core.intervals import Interval
from chosei.core.slots import RollingDays, SlotRules, find_slots

NOW = datetime(2026, 11, 22, 15, tzinfo=UTC)  # midnight in Tokyo, a Monday
OFFICE = Opening(WeeklyHours.parse([[("09:00", "18:00")]] * 5 + [[], []], "Asia/Tokyo"))
RULES = SlotRules(30, horizon=RollingDays(30))


@dataclass(frozen=True, slots=True)
class Figure:
    name: str
    need: Requirement
    target_ms: float


def busy(count: int, random: Random) -> list[Interval]:
    """Intervals of 15 minutes to two hours, anywhere in the 30 days, unsorted and overlapping."""
    starts = (NOW + timedelta(minutes=5 * random.randrange(30 * 288)) for _ in range(count))
    return [Interval(start, start + timedelta(minutes=random.choice((15, 30, 60, 120)))) for start in starts]


def figures() -> list[Figure]:
    random = Random(20261123)
    targets = {0: 0.5, 50: 0.6, 500: 1.2, 5000: 6.0}
    rows = [
        Figure(f"one host, {count:>5,} busy", all_hosts([Known(busy(count, random))]), target)
        for count, target in targets.items()
    ]
    hosts = [Known(busy(500, random)) for _ in range(100)]
    return [*rows, Figure("any of 100 hosts, 500 busy each", any_host(hosts), 100.0)]


def milliseconds(work: Callable[[], object], seconds: float) -> list[tuple[float, float]]:
    """For each run the time on the wall and the processor's."""
    times: list[tuple[float, float]] = []
    until = perf_counter() + seconds
    while len(times) < 5 or perf_counter() < until:
        begin, begin_processor = perf_counter(), process_time()
        work()
        times.append(((perf_counter() - begin) * 1000, (process_time() - begin_processor) * 1000))
    return times


def main() -> int:
    parser = argparse.ArgumentParser(description="Slots in the core, medians in milliseconds.")
    parser.add_argument("--seconds", type=float, default=1.0, help="how long to repeat each figure")
    seconds = parser.parse_args().seconds
    print(f"Python {platform.python_version()} on {platform.machine()}, milliseconds")
    print(f"{'':<34}{'median':>9}{'target':>9}{'processor':>11}{'runs':>7}{'slots':>7}")
    missed = 0
    for figure in figures():
        slots = find_slots(RULES, OFFICE, figure.need, NOW)
        times = milliseconds(partial(find_slots, RULES, OFFICE, figure.need, NOW), seconds)
        middle = median(wall for wall, _ in times)
        missed += middle > figure.target_ms
        verdict = "  missed" if middle > figure.target_ms else ""
        print(
            f"{figure.name:<34}{middle:>9.2f}{figure.target_ms:>9.1f}"
            f"{median(cpu for _, cpu in times):>11.2f}{len(times):>7}{len(slots):>7}{verdict}"
        )
    return 1 if missed else 0


if __name__ == "__main__":
    raise SystemExit(main())
