"""`chosei doctor` about Zoom: whether it can be reached and knows our credentials; no account is touched."""

from __future__ import annotations

import httpx2

from chosei.ops.addresses import is_loopback
from chosei.ops.config import Config
from chosei.ops.finding import Finding

_SECONDS = 5.0
_SUBJECT = "Zoom"


def check_zoom(config: Config) -> list[Finding]:
    """A refresh with a token that is none: Zoom judges the credentials first (401), then the token (400)."""
    if not config.chosei_zoom_client_id:
        return [Finding(_SUBJECT, "not set up; members are not offered it (docs/zoom.md)")]
    url = f"{config.chosei_zoom_login_url}/oauth/token"
    try:
        answer = httpx2.post(
            url,
            data={"grant_type": "refresh_token", "refresh_token": "doctor"},
            auth=(config.chosei_zoom_client_id, config.chosei_zoom_client_secret),
            timeout=_SECONDS,
            trust_env=not is_loopback(url),
        )
    except httpx2.HTTPError as error:
        advice = "let this machine reach CHOSEI_ZOOM_LOGIN_URL (proxy, firewall)"
        return [Finding(_SUBJECT, f"cannot be reached ({type(error).__name__})", advice)]
    findings = [_credentials(answer.status_code)]
    if not config.chosei_zoom_webhook_secret:
        advice = "set CHOSEI_ZOOM_WEBHOOK_SECRET to the app's Secret Token"
        findings.append(Finding("Zoom webhooks", "are all refused: there is no secret", advice))
    return findings


def _credentials(status: int) -> Finding:
    if status == 400:
        return Finding(_SUBJECT, "answers and knows the credentials")
    if status == 401:
        advice = "check CHOSEI_ZOOM_CLIENT_ID and CHOSEI_ZOOM_CLIENT_SECRET"
        return Finding(_SUBJECT, "does not know the credentials", advice)
    return Finding(_SUBJECT, f"answers {status}", "check CHOSEI_ZOOM_LOGIN_URL")
