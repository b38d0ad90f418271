"""`chosei microsoft registration`: a script that runs, for this installation's own addresses and scopes."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from chosei.adapters.microsoft import scopes
from chosei.adapters.microsoft.registration import (
    GRAPH_APP_ID,
    PERMISSION_IDS,
    WantedRegistration,
    graph_body,
    script,
)
from chosei.ops.cli import main

URL = "https://chosei.example.com"
URIS = [f"{URL}/connect/microsoft/callback", f"{URL}/connect/microsoft/admin-consent"]
FAKE_AZ = """#!/bin/sh
printf '%s\\n' "$@" "--" >> "$AZ_LOG"
for word in "$@"; do case "$word" in @*) cat "${word#@}" > "$AZ_LOG.manifest";; esac; done
case "$1 $2 $3" in
  "ad app create") echo new-client-id;;
  "ad app credential") echo "s3cret value";;
esac
"""


@pytest.fixture
def wanted() -> WantedRegistration:
    return WantedRegistration(URL, "organizations", "https://login.microsoftonline.com")


def carried_out(text: str, folder: Path, *arguments: str) -> tuple[str, list[list[str]], object]:
    """What the script printed, how it called `az`, and the permissions it handed over."""
    az = folder / "az"
    az.write_text(FAKE_AZ)
    az.chmod(0o755)
    log = folder / "log"
    done = subprocess.run(
        ["sh", "-s", "--", *arguments],
        input=text,
        text=True,
        check=True,
        capture_output=True,
        env={**os.environ, "PATH": f"{folder}:{os.environ['PATH']}", "AZ_LOG": str(log)},
    )
    calls = [call.strip("\n").split("\n") for call in log.read_text().split("--\n") if call.strip()]
    return done.stdout, calls, json.loads(Path(f"{log}.manifest").read_text())


def test_every_registered_scope_has_its_id_and_its_reason() -> None:
    assert set(PERMISSION_IDS) == set(scopes.REGISTERED)
    assert set(scopes.REQUESTED) <= set(scopes.REGISTERED)
    assert all(scopes.why(name) for name in scopes.REGISTERED)
    assert len(set(PERMISSION_IDS.values())) == len(PERMISSION_IDS)


def test_the_script_registers_and_prints_the_lines_for_the_environment(wanted, tmp_path) -> None:
    said, calls, manifest = carried_out(script(wanted), tmp_path)
    cloud, create, principal, credential = calls
    assert cloud == ["cloud", "set", "--name", "AzureCloud"]
    assert create[create.index("--sign-in-audience") + 1] == "AzureADMultipleOrgs"
    assert create[create.index("--web-redirect-uris") + 1 :][:2] == URIS
    assert principal == ["ad", "sp", "create", "--id", "new-client-id", "--output", "none"]
    assert "--append" in credential, "an older secret stays valid until it is removed"
    assert manifest == [
        {
            "resourceAppId": GRAPH_APP_ID,
            "resourceAccess": [{"id": PERMISSION_IDS[name], "type": "Scope"} for name in scopes.REGISTERED],
        }
    ]
    assert "CHOSEI_MICROSOFT_CLIENT_ID=new-client-id\n" in said
    assert "CHOSEI_MICROSOFT_CLIENT_SECRET=s3cret value\n" in said
    assert "CHOSEI_MICROSOFT_TENANT=organizations\n" in said


def test_with_a_client_id_the_script_corrects_that_registration(wanted, tmp_path) -> None:
    said, calls, _manifest = carried_out(script(wanted), tmp_path, "known-id")
    assert [call[:3] for call in calls] == [
        ["cloud", "set", "--name"],
        ["ad", "app", "update"],
        ["ad", "app", "credential"],
    ]
    assert "CHOSEI_MICROSOFT_CLIENT_ID=known-id\n" in said


@pytest.mark.parametrize(
    ("login", "cloud"),
    [
        ("https://login.microsoftonline.us", "AzureUSGovernment"),
        ("https://login.partner.microsoftonline.cn", "AzureChinaCloud"),
    ],
)
def test_national_clouds_and_one_company(login, cloud, tmp_path) -> None:
    own = WantedRegistration(URL, "contoso.example", login, rooms=False)
    _said, calls, manifest = carried_out(script(own), tmp_path)
    assert calls[0][-1] == cloud
    assert "AzureADMyOrg" in calls[1]
    ids = {one["id"] for one in manifest[0]["resourceAccess"]}
    assert PERMISSION_IDS["Place.Read.All"] not in ids


def test_an_address_with_signs_of_the_shell_stays_an_address(tmp_path) -> None:
    nasty = "https://chosei.example.com/$(touch hacked)'"
    _said, calls, _manifest = carried_out(
        script(WantedRegistration(nasty, "organizations", "https://login.microsoftonline.com")), tmp_path
    )
    assert calls[1][calls[1].index("--web-redirect-uris") + 1] == nasty + "/connect/microsoft/callback"


def test_the_json_is_an_application_of_graph(wanted) -> None:
    body = graph_body(wanted)
    assert body["web"] == {"redirectUris": URIS}
    assert set(body) == {"displayName", "signInAudience", "web", "requiredResourceAccess"}


@pytest.fixture
def deployed(monkeypatch) -> None:
    monkeypatch.setenv("CHOSEI_PUBLIC_URL", URL)
    monkeypatch.setenv("CHOSEI_EMAIL_FROM", "Chosei <chosei@example.com>")


def test_the_command_prints_the_script(deployed, capsys) -> None:
    assert main(["microsoft", "registration"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("#!/bin/sh")
    assert all(uri in said for uri in URIS)


def test_the_command_prints_json(deployed, capsys) -> None:
    assert main(["microsoft", "registration", "--json", "--without-rooms"]) == 0
    body = json.loads(capsys.readouterr().out)
    assert body["web"]["redirectUris"] == URIS
    assert len(body["requiredResourceAccess"][0]["resourceAccess"]) == len(scopes.REQUESTED)


def test_an_address_of_this_machine_is_said_to_be_one(monkeypatch, capsys) -> None:
    monkeypatch.delenv("CHOSEI_PUBLIC_URL", raising=False)
    assert main(["microsoft", "registration"]) == 0
    said = capsys.readouterr()
    assert "CHOSEI_PUBLIC_URL" in said.err
    assert said.out.startswith("#!/bin/sh"), "the note is no part of the script"


def test_an_address_can_be_named(capsys) -> None:
    assert main(["microsoft", "registration", "--url", URL + "/"]) == 0
    said = capsys.readouterr()
    assert URIS[0] in said.out
    assert said.err == ""


def test_an_address_named_is_checked(capsys) -> None:
    with pytest.raises(SystemExit):
        main(["microsoft", "registration", "--url", "http://chosei.example.com"])
    assert "use https" in capsys.readouterr().err
