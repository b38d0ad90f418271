"""What must be true of the project as a whole: catalogues, migrations, imports, locks, and `run` itself."""

from __future__ import annotations

import ast
import os
import re
import runpy
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import call_command

from chosei.ops import translations

ROOT = Path(__file__).resolve().parents[2]


def test_every_text_is_translated():
    assert translations.check() == []


@pytest.mark.django_db
def test_no_migration_is_missing():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


WRONG = [
    ("core", "import django", "core: the standard library and zone data"),
    ("ports", "from chosei.records import models", "ports: core"),
    ("adapters/mail", "from chosei.adapters import microsoft", "adapters: none imports another"),
    ("adapters/microsoft", "from chosei import records", "adapters: ports, core and the shared HTTP helper"),
    ("records", "from chosei.actions import errors", "records: Django and core"),
    ("actions", "from chosei.adapters import microsoft", "actions: core, ports, records, wiring, the queue"),
    ("reconcile", "from chosei.adapters import mail", "reconcile: what actions may, and the letters"),
    ("mails", "from chosei.actions import errors", "mails: records, core, ports and Django"),
    (
        "web/console",
        "from chosei.adapters import microsoft",
        "web: actions, records, letters, core and what ports name",
    ),
    ("web/public", "from chosei.ops import config", "sandbox and ops: imported by nobody"),
    ("sandbox", "from chosei.core import intervals", "sandbox: nothing of ours"),
    ("jobs", "from chosei.records import models", "jobs: reconcile and actions"),
]


def test_wrong_imports_are_noticed(tmp_path):
    """One deliberately wrong module a package, all at once: every rule must object."""
    shutil.copytree(
        ROOT / "src", tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__", "static", "*.mo")
    )
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for package, line, _contract in WRONG:
        (tmp_path / "src" / "chosei" / package / "wrong.py").write_text(f"{line}\n")
    done = subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"],
        check=False,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path / "src")},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    silent = [contract for _package, _line, contract in WRONG if f"{contract} BROKEN" not in done.stdout]
    assert silent == [], done.stdout


@pytest.mark.parametrize("name", ["runtime.txt", "test.txt", "uv.txt"])
def test_locks_carry_hashes_and_no_address(name):
    lock = (ROOT / "requirements" / name).read_text()
    assert "--hash=sha256:" in lock
    assert not re.search(r"https?://|--(extra-)?index-url|--find-links", lock)
    for requirement in re.findall(r"^[\w.-]+==\S+.*(?:\n    .*)*", lock, re.MULTILINE):
        assert "--hash=sha256:" in requirement


def test_the_test_lock_holds_the_runtime_lock_whole():
    def pins(name: str) -> set[str]:
        return set(re.findall(r"^[\w.-]+==[^\s;]+", (ROOT / "requirements" / name).read_text(), re.MULTILINE))

    assert pins("runtime.txt") <= pins("test.txt")


def test_run_is_readable_by_an_old_python():
    ast.parse((ROOT / "run").read_text(), feature_version=(3, 4))


def test_an_old_python_is_told_so(monkeypatch, tmp_path):
    """The same code with a requirement nobody meets, and nothing newer on PATH."""
    text = (ROOT / "run").read_text().replace("OLDEST = (3, 11)", "OLDEST = (9, 11)")
    script = tmp_path / "run"
    script.write_text(text)
    done = subprocess.run(
        [sys.executable, str(script)],
        check=False,
        capture_output=True,
        text=True,
        env={"PATH": str(tmp_path)},
    )
    assert done.returncode == 1
    assert done.stderr.startswith("chosei: Python 3.11 or newer is needed, this is 3.")
    assert len(done.stderr.splitlines()) == 1


def test_a_missing_registry_is_one_line(tmp_path):
    """A checkout whose uv cannot reach anything."""
    checkout, tools = tmp_path / "a checkout", tmp_path / "tools"
    shutil.copytree(ROOT / "requirements", checkout / "requirements")
    shutil.copy(ROOT / "run", checkout)
    tools.mkdir()
    uv = shutil.which("uv") or next((ROOT / ".chosei" / "tools").glob("uv-*/bin/uv"), None)
    assert uv is not None, "this very environment was made with uv"
    own = {
        name: value for name, value in os.environ.items() if not name.startswith(("CHOSEI_", "UV_", "PIP_"))
    }
    done = subprocess.run(
        [sys.executable, str(checkout / "run")],
        check=False,
        capture_output=True,
        text=True,
        env={
            **own,
            "PATH": f"{Path(uv).parent}{os.pathsep}{os.environ['PATH']}",
            "UV_DEFAULT_INDEX": "http://127.0.0.1:1/simple",
            "UV_CACHE_DIR": str(tmp_path / "cache"),
            "UV_HTTP_RETRIES": "0",
        },
    )
    assert done.returncode == 1
    failure = done.stderr.splitlines()[-1]
    assert failure.startswith("chosei: uv pip sync failed: the package registry cannot be reached")
    assert "Traceback" not in done.stderr


def test_an_unwritable_checkout_is_one_line(tmp_path):
    done = subprocess.run(
        [sys.executable, str(ROOT / "run")],
        check=False,
        capture_output=True,
        text=True,
        env={**os.environ, "CHOSEI_DATA_DIR": "/proc/chosei"},
    )
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("chosei: /proc/chosei")
    assert len(done.stderr.splitlines()) == 1


def test_unknown_arguments_are_refused():
    done = subprocess.run(
        [sys.executable, str(ROOT / "run"), "--sandbox"], check=False, capture_output=True, text=True
    )
    assert done.returncode == 1
    assert done.stderr == "chosei: unknown argument --sandbox; see ./run --help\n"


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (
            "error: Failed to fetch: `x`\n  Caused by: dns error: no address",
            "the package registry cannot be reached",
        ),
        ("warning: y\nerror: hash mismatch for x", "error: hash mismatch for x"),
        ("", "no message"),
    ],
)
def test_an_installers_many_lines_become_the_one_that_tells(said, expected):
    assert expected in runpy.run_path(str(ROOT / "run"))["reason"](said)
