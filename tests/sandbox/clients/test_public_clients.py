"""The sandbox is good enough for clients that were written for Microsoft: only their base URL is changed.

They weigh half a gigabyte, so they stand in an environment of their own, brought by ``./run test --long``.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from chosei.ops.config import ROOT
from chosei.sandbox.identity.tokens import Grant
from tests.sandbox.graph.conftest import APP_ID, EVERYTHING
from tests.support.sandbox import Sandbox, running_sandbox

pytestmark = [pytest.mark.long, pytest.mark.timeout(900)]

SATO, ROOM = "sato@sample.example", "room-yaesu-a@sample.example"


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of an environment that holds requirements/clients.txt and nothing else."""
    home = tmp_path_factory.mktemp("clients")
    uv = shutil.which("uv")
    lock = str(ROOT / "requirements" / "clients.txt")
    found = home / "bin" / "python"
    make = [uv, "venv", "--quiet", "--python", sys.executable] if uv else [sys.executable, "-m", "venv"]
    install = (
        [uv, "pip", "sync", "--quiet", "--require-hashes", "--python", str(found), lock]
        if uv
        else [str(found), "-m", "pip", "install", "--quiet", "--require-hashes", "-r", lock]
    )
    subprocess.run([*make, str(home)], check=True)
    subprocess.run(install, check=True)
    return found


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """On the machine's clock, by which the clients judge tokens."""
    with running_sandbox() as running:
        yield running


def said_by(script: str, python: Path, sandbox: Sandbox) -> dict[str, Any]:
    """What a client saw, run as somebody who has consented to everything."""
    context = sandbox.context
    person = context.directory.user(SATO)
    assert person is not None
    grant = Grant(APP_ID, person.tid, person.oid, frozenset(EVERYTHING.split()))
    token = context.tokens.issue_access(grant, datetime.now(UTC), 3600)
    path = str(Path(__file__).with_name(script))
    done = subprocess.run(
        [str(python), path, sandbox.url, token, ROOM],
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_msgraph_sdk(python: Path, sandbox: Sandbox) -> None:
    assert said_by("with_msgraph_sdk.py", python, sandbox) == {
        "mail": SATO,
        "subjects": ["SDKの打合せ"],
        "join": True,
        "moved": "2027-03-03T04:00",  # 13:00 in Tokyo, as Graph answers: in UTC
        "busy": ["busy"],
        "left": [],
    }


def test_o365(python: Path, sandbox: Sandbox) -> None:
    assert said_by("with_o365.py", python, sandbox) == {
        "calendar": "予定表",
        "saved": True,
        "moved": True,
        "seen": [["O365の打合せ", 13]],
        "deleted": True,
        "left": [],
    }
