"""The sandbox is good enough for Microsoft's and Google's own clients: only their base URL is changed.

They weigh half a gigabyte, so they stand in environments of their own, brought by ``./run test --long``.
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
from chosei.sandbox.google import clients
from chosei.sandbox.google.access import google_in
from chosei.sandbox.identity.tokens import Grant
from tests.sandbox.graph.conftest import APP_ID, EVERYTHING
from tests.support.sandbox import Sandbox, running_sandbox

pytestmark = [pytest.mark.long, pytest.mark.timeout(900)]

SATO, ROOM = "sato@sample.example", "room-yaesu-a@sample.example"


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of an environment that holds requirements/clients.txt and nothing else."""
    return environment(tmp_path_factory.mktemp("clients"), "clients")


@pytest.fixture(scope="module")
def google_python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with requirements/google-client.txt."""
    return environment(tmp_path_factory.mktemp("google-client"), "google-client")


def environment(home: Path, requirements: str) -> Path:
    """A new environment in ``home``; its interpreter."""
    uv = shutil.which("uv")
    lock = str(ROOT / "requirements" / f"{requirements}.txt")
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
    return told_by(script, python, sandbox, token, ROOM)


def told_by(script: str, python: Path, sandbox: Sandbox, token: str, room: str) -> dict[str, Any]:
    """What a client prints."""
    path = str(Path(__file__).with_name(script))
    done = subprocess.run(
        [str(python), path, sandbox.url, token, room],
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


def test_google_api_python_client(google_python: Path, sandbox: Sandbox) -> None:
    google = google_in(sandbox.context)
    person, room = google.people.account(SATO), google.people.rooms("sample.example")[0]
    assert person is not None
    google.people.set_administrator(person.sub, True)
    scopes = frozenset({clients.CALENDAR, clients.ROOMS})
    token = google.grants.issue("access", clients.CLIENT_ID, person.sub, scopes).token
    assert told_by("with_google_api.py", google_python, sandbox, token, room.email) == {
        "calendars": [SATO],
        "meet": True,
        "room": "needsAction",
        "moved": "2027-03-03T11:00:00+09:00",
        "changed": ["クライアントの打合せ"],
        "found": [True],
        "busy": 1,
        "unknown": "notFound",
        "rooms": 3,
        "twice": 410,
    }
