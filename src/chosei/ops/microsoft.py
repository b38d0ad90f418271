"""`chosei microsoft …`: what an operator needs to register Chosei with Microsoft."""

from __future__ import annotations

import json
import sys

from chosei.adapters.microsoft import registration as entra
from chosei.ops.addresses import is_loopback
from chosei.ops.config import Config


def wanted(config: Config, *, rooms: bool = True, url: str = "") -> entra.WantedRegistration:
    """What the registration of this installation must say; `url` stands in for CHOSEI_PUBLIC_URL."""
    return entra.WantedRegistration(
        public_url=url.rstrip("/") or config.chosei_public_url,
        tenant=config.chosei_microsoft_tenant,
        login_url=config.chosei_microsoft_login_url,
        rooms=rooms,
    )


def print_registration(registration: entra.WantedRegistration, *, as_json: bool) -> None:
    """The script, or the JSON for Graph; a note beside it where the address is of use to nobody else."""
    if is_loopback(registration.public_url):
        print(
            f"chosei: note: {registration.public_url} leads to this machine only;"
            " set CHOSEI_PUBLIC_URL, or name the address with --url https://…",
            file=sys.stderr,
        )
    if as_json:
        print(json.dumps(entra.graph_body(registration), indent=2))
    else:
        print(entra.script(registration), end="")
