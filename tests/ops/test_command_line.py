"""What the command line says when something is refused."""

from __future__ import annotations

import io

import pytest

from chosei.ops.cli import main
from chosei.records.models import Organization


@pytest.mark.django_db
def test_a_company_created_twice_is_refused_in_a_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    command = [
        "organization",
        "create",
        "--name",
        "株式会社サンプル",
        "--admin-email",
        "admin@sample.example",
    ]
    # Django stands already; setting it up again would part loggers from what other tests capture.
    monkeypatch.setattr("chosei.ops.cli._setup", lambda: None)
    for expected in (0, 1):
        monkeypatch.setattr("sys.stdin", io.StringIO("a-long-password\n"))
        assert main([*command, "--admin-name", "管理 太郎", "--password-stdin"]) == expected
    assert capsys.readouterr().err.splitlines() == [
        "chosei: email: somebody signs in with this address already; nothing was changed"
    ]
    assert Organization.objects.count() == 1
