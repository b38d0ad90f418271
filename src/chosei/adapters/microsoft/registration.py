"""Chosei's entry in Entra ID (the application registration), as a script and as JSON for Microsoft Graph.

What is printed follows from the configuration and from the frozen list in ``scopes``, so that a registration
made from it cannot lack what Chosei asks for. Sources: azure-cli reference (az ad app create, credential
reset);
Graph resource type application; permission ids from microsoft-graph-devx-content permissions.
"""

from __future__ import annotations

import json
import shlex
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from chosei.adapters.microsoft import scopes

NAME = "Chosei"
GRAPH_APP_ID = "00000003-0000-0000-c000-000000000000"
PERMISSION_IDS = {
    "openid": "37f7f235-527c-4136-accd-4a02d197296e",
    "profile": "14dad69e-099b-42c9-810b-d002981feec1",
    "email": "64a6cdd6-aab1-4aaf-94b8-3cc8405e90d0",
    "offline_access": "7427e0e9-2fba-42fe-b0c0-848c9e6a8182",
    "User.Read": "e1fe6dd8-ba31-4d61-89e7-88639da4683d",
    "Calendars.ReadWrite": "1ec239c2-d7c9-4623-a91a-a9775856bb36",
    "Place.Read.All": "cb8f45a0-5c2e-4ea1-b803-84b870a7d7ec",
}
"""The delegated permissions of Microsoft Graph by name; the ids are the same in every tenant."""

CALLBACK = "/connect/microsoft/callback"
ADMIN_CONSENT = "/connect/microsoft/admin-consent"
_CLOUDS = {
    "login.microsoftonline.us": "AzureUSGovernment",
    "login.partner.microsoftonline.cn": "AzureChinaCloud",
    "login.chinacloudapi.cn": "AzureChinaCloud",
}
_EVERY_COMPANY = "organizations"


@dataclass(frozen=True, slots=True)
class WantedRegistration:
    """What the registration must say. ``tenant`` "organizations": for the accounts of every company."""

    public_url: str
    tenant: str
    login_url: str
    rooms: bool = True

    @property
    def redirect_uris(self) -> tuple[str, str]:
        """Where Microsoft may send a browser back to; compared letter by letter."""
        return (self.public_url + CALLBACK, self.public_url + ADMIN_CONSENT)

    @property
    def permissions(self) -> tuple[str, ...]:
        return scopes.REGISTERED if self.rooms else scopes.REQUESTED

    @property
    def audience(self) -> str:
        return "AzureADMultipleOrgs" if self.tenant == _EVERY_COMPANY else "AzureADMyOrg"

    @property
    def cloud(self) -> str:
        """The Azure CLI's name of the cloud; national clouds keep registrations of their own."""
        return _CLOUDS.get(urlsplit(self.login_url).hostname or "", "AzureCloud")


def graph_body(wanted: WantedRegistration) -> dict[str, Any]:
    """The body of ``POST /v1.0/applications`` (or ``PATCH`` of an existing one)."""
    return {
        "displayName": NAME,
        "signInAudience": wanted.audience,
        "web": {"redirectUris": list(wanted.redirect_uris)},
        "requiredResourceAccess": _resource_access(wanted),
    }


def script(wanted: WantedRegistration) -> str:
    """A shell script for the Azure CLI: it registers, or given a client id corrects that registration.

    Either way it adds a secret and leaves older ones alone, so that two are valid during a rotation.
    """
    return _SCRIPT.format(
        permissions="\n".join(f"#   {name}: {scopes.why(name)}" for name in wanted.permissions),
        manifest=json.dumps(_resource_access(wanted), indent=2),
        cloud=wanted.cloud,
        name=shlex.quote(NAME),
        audience=wanted.audience,
        uris=" ".join(shlex.quote(uri) for uri in wanted.redirect_uris),
        tenant=shlex.quote(wanted.tenant),
    )


def _resource_access(wanted: WantedRegistration) -> list[dict[str, Any]]:
    access = [{"id": PERMISSION_IDS[name], "type": "Scope"} for name in wanted.permissions]
    return [{"resourceAppId": GRAPH_APP_ID, "resourceAccess": access}]


_SCRIPT = """\
#!/bin/sh
# Registers Chosei in Entra ID; made by `chosei microsoft registration`.
#
#   sh register.sh              a new registration
#   sh register.sh CLIENT_ID    brings this one up to date and adds a secret; older secrets stay valid
#
# Needs the Azure CLI, signed in (az login --allow-no-subscriptions) as an Application Developer or higher.
# Delegated permissions of Microsoft Graph, and what each is for:
{permissions}
set -eu
az cloud set --name {cloud}
manifest=$(mktemp)
trap 'rm -f "$manifest"' EXIT
cat > "$manifest" <<'JSON'
{manifest}
JSON
app_id=${{1:-}}
if [ -z "$app_id" ]; then
  app_id=$(az ad app create --display-name {name} --sign-in-audience {audience} \\
    --web-redirect-uris {uris} \\
    --required-resource-accesses "@$manifest" --query appId --output tsv)
  az ad sp create --id "$app_id" --output none
else
  az ad app update --id "$app_id" --sign-in-audience {audience} \\
    --web-redirect-uris {uris} \\
    --required-resource-accesses "@$manifest"
fi
secret=$(az ad app credential reset --id "$app_id" --append --years 1 \\
  --display-name "Chosei $(date +%Y-%m-%d)" --query password --output tsv --only-show-errors)
echo "# Put these lines into Chosei's environment or .env, then restart it:"
printf 'CHOSEI_MICROSOFT_CLIENT_ID=%s\\n' "$app_id"
printf 'CHOSEI_MICROSOFT_CLIENT_SECRET=%s\\n' "$secret"
printf 'CHOSEI_MICROSOFT_TENANT=%s\\n' {tenant}
"""
