"""Whether Chosei's registration in Entra ID is what Chosei needs, as far as can be told from outside.

A sign-in that may show no page (``prompt=none``) is begun without a session: Microsoft sends the browser back
with ``login_required`` where client id and redirect URI are right, and stays on its own page with an AADSTS
number where they are not (microsoft identity platform, authorization code flow). Nobody signs in.
"""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

import httpx2

from chosei.adapters import oauth
from chosei.adapters.microsoft import scopes
from chosei.ops.addresses import is_loopback
from chosei.ops.config import Config
from chosei.ops.finding import Finding
from chosei.ops.microsoft import wanted

TIMEOUT_SECONDS = 5.0
RENEW = "run: ./run chosei microsoft registration > register.sh && sh register.sh CLIENT_ID"
_ON_PAGE = {
    "50011": ("is not registered", RENEW),
    "700016": ("belongs to an application that Microsoft does not know", "check CHOSEI_MICROSOFT_CLIENT_ID"),
    "50194": (
        "belongs to a registration of one company only",
        "set CHOSEI_MICROSOFT_TENANT to that company's tenant id, or register for several companies",
    ),
    "90002": ("belongs to a tenant that does not exist", "check CHOSEI_MICROSOFT_TENANT"),
}
_KNOWN_APPLICATION = {"login_required", "interaction_required", "consent_required"}


def check_registration(config: Config) -> list[Finding]:
    """One finding for each redirect URI, and one for the scopes."""
    findings, scope_error = [], ""
    for uri in wanted(config).redirect_uris:
        finding, error = _check_redirect(config, uri)
        findings.append(finding)
        scope_error = scope_error or (error if error == "invalid_scope" else "")
    if scope_error:
        findings.append(
            Finding("scopes", "one that Chosei asks for is not known there (invalid_scope)", RENEW)
        )
    else:
        listed = " ".join(scopes.REGISTERED)
        findings.append(Finding("scopes", f"the registration must list {listed} (API permissions)"))
    return findings


def check_granted(missing: int, connections: int) -> Finding:
    """What members granted: ``missing`` of ``connections`` lack a scope that Chosei needs."""
    if not connections:
        return Finding("granted scopes", "nobody is connected yet")
    if missing:
        needed = " and ".join(sorted(scopes.NEEDED))
        return Finding(
            "granted scopes",
            f"{missing} of {connections} connections lack {needed}",
            "register what is missing, have an administrator approve again, and let these members reconnect",
        )
    return Finding("granted scopes", f"all {connections} connections have what Chosei needs")


def count_granted() -> Finding:
    """`check_granted` over the connections of this installation."""
    from chosei.core.states import ConnectionState
    from chosei.records.models import Connection

    rows = Connection.objects.filter(provider="microsoft", state=ConnectionState.ACTIVE)
    texts = [text for text in rows.values_list("scopes", flat=True) if text]
    return check_granted(sum(bool(scopes.missing(scopes.granted(text))) for text in texts), len(texts))


def _check_redirect(config: Config, uri: str) -> tuple[Finding, str]:
    """The finding, and the OAuth error the browser would come back with."""
    subject = f"redirect URI {uri}"
    base = config.chosei_microsoft_login_url
    asked = oauth.beginning(
        f"{base}/{config.chosei_microsoft_tenant}/oauth2/v2.0/authorize",
        client_id=config.chosei_microsoft_client_id,
        redirect_uri=uri,
        scope=[*scopes.REQUESTED],
        state="chosei-doctor",
        response_mode="query",
        nonce=oauth.new_nonce(),
        prompt="none",
    )
    try:
        answer = httpx2.get(
            asked.url,
            timeout=TIMEOUT_SECONDS,
            follow_redirects=False,
            trust_env=not is_loopback(base),
        )
    except httpx2.HTTPError as error:
        return Finding(subject, f"cannot be tried ({type(error).__name__})", "see the lines above"), ""
    back = answer.headers.get("location", "")
    if back.split("?")[0] == uri:
        word = parse_qs(urlsplit(back).query).get("error", [""])[0]
        if word in _KNOWN_APPLICATION | {"invalid_scope"}:
            return Finding(subject, "is registered"), word
        return Finding(subject, f"comes back with {word or 'no error'}", RENEW), word
    number = re.search(r"AADSTS(\d+)", answer.text)
    state, advice = _ON_PAGE.get(number[1], ("", "")) if number else ("", "")
    if state:
        return Finding(subject, f"{state} (AADSTS{number[1] if number else ''})", advice), ""
    told = f"AADSTS{number[1]}" if number else f"HTTP {answer.status_code}"
    return Finding(subject, f"must be registered; Microsoft does not tell from outside ({told})"), ""
