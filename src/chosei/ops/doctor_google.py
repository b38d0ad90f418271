"""Whether Google can be used: its sign-in answers, and it knows our client and secret."""

from __future__ import annotations

import httpx2

from chosei.adapters.google import scopes
from chosei.ops.addresses import is_loopback
from chosei.ops.config import Config
from chosei.ops.finding import Finding

TIMEOUT_SECONDS = 5.0
_SUBJECT = "Google sign-in"


def check_google(config: Config) -> list[Finding]:
    """Nothing where no client is configured. The secret is tried with a refresh token that cannot exist."""
    if not config.chosei_google_client_id:
        return []
    login, token = config.chosei_google_login_url, config.chosei_google_token_url
    try:
        found = _get(f"{login}/.well-known/openid-configuration")
        answer = _post(
            f"{token}/token",
            {
                "client_id": config.chosei_google_client_id,
                "client_secret": config.chosei_google_client_secret,
                "grant_type": "refresh_token",
                "refresh_token": "chosei-doctor",
            },
        )
        error = answer.json().get("error", "")
    except (httpx2.HTTPError, ValueError, AttributeError) as trouble:
        advice = "let this machine reach CHOSEI_GOOGLE_LOGIN_URL and …_TOKEN_URL (proxy, firewall)"
        advice = "start the sandbox with ./run" if config.sandboxed else advice
        return [Finding(_SUBJECT, f"cannot be reached ({type(trouble).__name__})", advice)]
    if found.status_code != 200:
        return [Finding(_SUBJECT, f"answers {found.status_code}", "check CHOSEI_GOOGLE_LOGIN_URL")]
    return [Finding(_SUBJECT, "answers"), _client(str(error)), *_to_register(config)]


def _client(error: str) -> Finding:
    if error == "invalid_grant":  # it looked at the token, so the client is good
        return Finding("Google client", "is known, and its secret is right")
    advice = "check CHOSEI_GOOGLE_CLIENT_ID and CHOSEI_GOOGLE_CLIENT_SECRET; see docs/google.md"
    return Finding("Google client", f"is refused ({error or 'no reason given'})", advice)


def _to_register(config: Config) -> list[Finding]:
    """What cannot be asked from outside, to be compared by eye."""
    callback = f"{config.chosei_public_url}/connect/google/callback"
    listed = " ".join(one.rsplit("/", 1)[-1] for one in scopes.REGISTERED)
    return [
        Finding("Google redirect URI", f"the client must list {callback}"),
        Finding("Google scopes", f"the consent screen must list {listed}"),
    ]


def _get(url: str) -> httpx2.Response:
    return httpx2.get(url, timeout=TIMEOUT_SECONDS, trust_env=not is_loopback(url))


def _post(url: str, form: dict[str, str]) -> httpx2.Response:
    return httpx2.post(url, data=form, timeout=TIMEOUT_SECONDS, trust_env=not is_loopback(url))
