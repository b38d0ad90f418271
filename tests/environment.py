"""A pytest plugin loaded before Django's settings: what the environment of every test run is.

Nothing of the checkout's `.env` or data folder is used. The throw-away PostgreSQL's folder is decided here;
the server itself starts when the first test asks for a database (see conftest.py), one for all workers.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path

import pytest

from chosei.ops.translations import compile_changed

RUN = "CHOSEI_TEST_RUN"  # the folder of this run, shared with the xdist workers through the environment
_is_owner = RUN not in os.environ


def _prepare() -> None:
    for name in [name for name in os.environ if name.startswith("CHOSEI_") and not name.startswith(_KEPT)]:
        del os.environ[name]
    os.environ.pop("DATABASE_URL", None)
    run = Path(tempfile.mkdtemp(prefix="chosei-test-"))
    run.chmod(0o755)
    (run / "data" / "static").mkdir(parents=True)  # where collected files would be; tests serve the sources
    os.environ |= {
        RUN: str(run),
        "CHOSEI_TEST_OWNER": str(os.getpid()),
        "CHOSEI_ENV_FILE": os.devnull,
        "CHOSEI_DATA_DIR": str(run / "data"),
        "CHOSEI_SECRET_KEY": "test-only-" * 5,
        "CHOSEI_TOKEN_KEYS": "dGVzdC1vbmx5LXRlc3Qtb25seS10ZXN0LW9ubHktMTI=",
        "CHOSEI_MICROSOFT_LOGIN_URL": "http://127.0.0.1:1",  # tests name the sandbox they started themselves
        "CHOSEI_MICROSOFT_GRAPH_URL": "http://127.0.0.1:1",
        "CHOSEI_EMAIL_URL": "smtp://127.0.0.1:1",
        "CHOSEI_SLACK_API_URL": "http://127.0.0.1:1",
        "CHOSEI_CHATWORK_API_URL": "http://127.0.0.1:1",
    }
    compile_changed()


_KEPT = ("CHOSEI_CONTRACTS", "CHOSEI_TEST_", "CHOSEI_POSTGRES_BIN")
if _is_owner:
    _prepare()
    atexit.register(shutil.rmtree, os.environ[RUN], ignore_errors=True)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="also run the tests marked long")


def pytest_unconfigure() -> None:
    """End the server and remove the folder; if this process is killed, the keeper does it alone."""
    if not _is_owner or RUN not in os.environ:
        return
    run = Path(os.environ.pop(RUN))
    keeper = run / "keeper.pid"
    if keeper.exists():
        from tests.support.throwaway import end_keeper

        end_keeper(int(keeper.read_text()))
    shutil.rmtree(run, ignore_errors=True)
