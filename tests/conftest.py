"""What all tests share: one throw-away PostgreSQL a run, a database a worker, and marks with reasons."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
import pytest_django
import stamina
import time_machine

from tests.environment import RUN
from tests.support.times import NOW

ROOT = Path(__file__).resolve().parents[1]
CONTRACTS = Path(os.environ.get("CHOSEI_CONTRACTS", ROOT.parent / "shared" / "contracts"))
CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium-headless-shell", "chromium", "chromium-browser"))), None
)

# A busy machine is no property of the code: cases are counted, not timed.
hypothesis.settings.register_profile(
    "chosei", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("chosei")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, django_db_blocker: pytest_django.DjangoDbBlocker
) -> None:
    """Point Django at this run's server, which starts now if no other worker needed it before. One worker
    migrates a database, all copy it.
    """
    from django.db import connections

    from tests.support.throwaway import database_url, django_parts, is_ours, migrated_once

    run = Path(os.environ[RUN])
    settings = connections["default"].settings_dict
    settings.update(django_parts(database_url(run)))
    if is_ours():
        with django_db_blocker.unblock():
            settings["TEST"] |= {"TEMPLATE": migrated_once(run), "MIGRATE": False}


@pytest.fixture(scope="session")
def contracts() -> Path:
    """The folder of schema files named by CHOSEI_CONTRACTS."""
    return CONTRACTS


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of Chromium, for `playwright`'s executable_path."""
    assert CHROMIUM is not None, (
        "tests that use this carry @pytest.mark.browser and are skipped without Chromium"
    )
    from playwright.sync_api import expect

    expect.set_options(timeout=30_000)  # a busy machine takes its time
    return CHROMIUM


_REAL_CLOCK = ("ops", "browser", "sandbox")
"""Folders of tests that start processes of their own, which read the machine's clock."""


@pytest.fixture(autouse=True)
def _tuesday(request: pytest.FixtureRequest) -> Iterator[None]:
    """A test begins on the morning that its dates were chosen for, whatever the day it runs on."""
    folder = request.path.relative_to(ROOT / "tests").parts[0]
    if folder in _REAL_CLOCK:
        yield
        return
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture(autouse=True)
def _quick_passwords(settings) -> None:
    """Argon2 is slow on purpose; tests sign in hundreds of times."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def _source_language() -> None:
    """Begin in Japanese, whatever language the request of an earlier test has left behind in this thread."""
    from django.utils import translation

    translation.deactivate()


@pytest.fixture(scope="session", autouse=True)
def _emptied_quickly() -> Iterator[None]:
    from django.test import TransactionTestCase

    from tests.support.emptying import empty_database

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", empty_database)
        yield


@pytest.fixture(autouse=True)
def _no_waiting() -> Iterator[None]:
    """Calls to providers are tried again as often as ever, without the pauses between."""
    with stamina.set_testing(True, attempts=3, cap=True):
        yield


@pytest.fixture(scope="session")
def _locks_out_of_order() -> Iterator[list[str]]:
    from tests.support.lock_order import watched

    faults: list[str] = []
    with watched(faults):
        yield faults


@pytest.fixture(autouse=True)
def _locks_in_one_order(_locks_out_of_order: list[str]) -> Iterator[None]:
    """Whoever takes locks in an order of their own may deadlock with somebody, once in thousands of runs."""
    yield
    found, _locks_out_of_order[:] = list(_locks_out_of_order), []
    assert not found, "\n".join(found)


@pytest.fixture
def calendars(settings, monkeypatch) -> Iterator[None]:
    """Two providers in memory, with nobody's calendar in them."""
    from tests.support.toy.provider import two_calendars

    with two_calendars(settings, monkeypatch):
        yield


@pytest.fixture(autouse=True)
def _nobody_asks_between_tests(request: pytest.FixtureRequest) -> Iterator[None]:
    """The database is emptied when no request of the test's browser is being answered any more."""
    if "live_server" not in request.fixturenames:
        yield
        return
    request.getfixturevalue("transactional_db")  # so that it is emptied after what follows the yield
    yield
    for context in getattr(request.node.funcargs.get("browser"), "contexts", ()):
        context.close()  # a page that stays open goes on asking for its news
    _wait_until_nobody_asks()


def _wait_until_nobody_asks() -> None:
    from django.db import connection

    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
                "AND pid <> pg_backend_pid() AND state <> 'idle'"
            )
            if cursor.fetchone()[0] == 0:
                return
        time.sleep(0.02)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    _long_files_first(items)
    skips = []
    if CHROMIUM is None:
        skips.append(
            ("browser", "Chromium is not installed (Debian: apt-get install chromium fonts-noto-cjk)")
        )
    if not CONTRACTS.is_dir():
        skips.append(("contract", f"CHOSEI_CONTRACTS names no folder ({CONTRACTS})"))
    if not config.getoption("--long"):
        deselected = [item for item in items if item.get_closest_marker("long")]
        config.hook.pytest_deselected(items=deselected)
        items[:] = [item for item in items if item not in deselected]
    for mark, reason in skips:
        for item in items:
            if item.get_closest_marker(mark):
                item.add_marker(pytest.mark.skip(reason=reason))


def _long_files_first(items: list[pytest.Item]) -> None:
    """A file begun last that takes a minute would keep one worker waiting for the other."""
    ranks: dict[Path, int] = {}
    for item in items:
        rank = 0 if item.get_closest_marker("timeout") else 1 if item.get_closest_marker("browser") else 2
        ranks[item.path] = min(rank, ranks.get(item.path, rank))
    items.sort(key=lambda item: ranks[item.path])


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if _skips_count() and terminalreporter.stats.get("skipped"):
        terminalreporter.write_line("CI=true: a skipped test is a failure", red=True)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Under CI=true nothing may be skipped: what is not run there is run nowhere."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    is_worker = hasattr(session.config, "workerinput")
    if _skips_count() and not is_worker and reporter is not None and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def _skips_count() -> bool:
    return os.environ.get("CI") == "true"
