"""Refusals of the identity platform, with the numbers Microsoft gives them.

Source: entra-docs identity-platform/reference-error-codes. Clients must branch on `error` alone.
"""

from __future__ import annotations

import uuid
from datetime import datetime

from chosei.sandbox.faults import FaultKind


class SignInError(Exception):
    """A refusal. `error` is the OAuth word, `number` the AADSTS one. `status` counts at the token endpoint
    only;
    `claims` go back to /authorize; `on_page` says that the browser must not be sent to the client with it."""

    def __init__(
        self,
        error: str,
        number: int,
        text: str,
        *,
        status: int = 400,
        claims: str = "",
        suberror: str = "",
        on_page: bool = False,
    ) -> None:
        super().__init__(f"{error} AADSTS{number}")
        self.error = error
        self.number = number
        self.text = text
        self.status = status
        self.claims = claims
        self.suberror = suberror
        self.on_page = on_page

    @property
    def description(self) -> str:
        """The text as clients get it."""
        return f"AADSTS{self.number}: {self.text}"


def token_error_body(error: SignInError, now: datetime, correlation_id: str = "") -> dict[str, object]:
    """The JSON of a refusal at the token endpoint; `now` in UTC."""
    trace, stamp = str(uuid.uuid4()), now.strftime("%Y-%m-%d %H:%M:%SZ")
    correlation = correlation_id or str(uuid.uuid4())
    body: dict[str, object] = {
        "error": error.error,
        "error_description": f"{error.description} Trace ID: {trace} Correlation ID: {correlation} "
        f"Timestamp: {stamp}",
        "error_codes": [error.number],
        "timestamp": stamp,
        "trace_id": trace,
        "correlation_id": correlation,
        "error_uri": f"https://login.microsoftonline.com/error?code={error.number}",
    }
    if error.suberror:
        body["suberror"] = error.suberror
    if error.claims:
        body["claims"] = error.claims
    return body


def unknown_app(app_id: str) -> SignInError:
    """No such client id."""
    text = f"Application with identifier '{app_id}' was not found in the directory."
    return SignInError("unauthorized_client", 700016, text, on_page=True)


def unknown_tenant(tenant: str) -> SignInError:
    """No such tenant id or domain."""
    text = f"Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID."
    return SignInError("invalid_request", 90002, text, on_page=True)


def consumers_refused() -> SignInError:
    """The sandbox knows work accounts only."""
    text = "This application is not enabled for personal accounts; use 'organizations' or a tenant."
    return SignInError("unauthorized_client", 50020, text, on_page=True)


def single_tenant(app_id: str) -> SignInError:
    """A registration for one company, used at the common endpoint."""
    text = f"Application '{app_id}' is not configured as a multi-tenant application."
    return SignInError("invalid_request", 50194, text, on_page=True)


def wrong_redirect(uri: str, app_id: str) -> SignInError:
    """A redirect URI that is not registered."""
    text = f"The redirect URI '{uri}' is not one of those configured for the application '{app_id}'."
    return SignInError("invalid_request", 50011, text, on_page=True)


def wrong_tenant(address: str, tenant: str) -> SignInError:
    """An account of another company than the one asked for."""
    text = f"User account '{address}' does not exist in tenant '{tenant}' and cannot access the application."
    return SignInError("interaction_required", 50020, text, on_page=True)


def missing_parameter(name: str) -> SignInError:
    """A request without something it needs."""
    return SignInError(
        "invalid_request", 900144, f"The request must contain the following parameter: '{name}'."
    )


def unknown_scope(scope: str) -> SignInError:
    """A scope nobody knows."""
    return SignInError("invalid_scope", 70011, f"The provided value for scope '{scope}' is not valid.")


def login_required() -> SignInError:
    """prompt=none without a session."""
    return SignInError("login_required", 50058, "A silent sign-in request was sent but no user is signed in.")


def several_sessions() -> SignInError:
    """prompt=none with more than one session and no hint."""
    text = "Either multiple user identities are available or the selected account is not supported."
    return SignInError("interaction_required", 16000, text)


def consent_required(app_id: str, *, at_token: bool = False) -> SignInError:
    """Nobody agreed to what is asked for."""
    text = f"The user or administrator has not consented to use the application with ID '{app_id}'."
    suberror = "consent_required" if at_token else ""
    return SignInError("invalid_grant" if at_token else "consent_required", 65001, text, suberror=suberror)


def declined() -> SignInError:
    """The person pressed cancel."""
    return SignInError("access_denied", 65004, "User declined to consent to access the app.")


def admin_declined() -> SignInError:
    """The person went back from the page that sends them to an administrator."""
    text = "An administrator of the tenant must consent; the user returned to the application without asking."
    return SignInError("access_denied", 90094, text)


def bad_grant(number: int, text: str) -> SignInError:
    """A code or refresh token that is no longer, or never was, good."""
    return SignInError("invalid_grant", number, text)


def revoked() -> SignInError:
    """The account's sessions were revoked after the token was issued."""
    text = "The provided grant has expired due to it being revoked, a fresh auth token is needed."
    return SignInError("invalid_grant", 50173, text, suberror="bad_token")


def bad_client(number: int, text: str) -> SignInError:
    """The application could not prove itself."""
    return SignInError("invalid_client", number, text, status=401)


def standing(kind: FaultKind) -> SignInError:
    """What stands between an account, or the application, and a new token."""
    error, number, text, more = _STANDING[kind]
    claims, suberror = more.get("claims", ""), more.get("suberror", "")
    status = 401 if error == "invalid_client" else 400
    return SignInError(error, number, text, status=status, claims=claims, suberror=suberror)


STEP_UP = '{"access_token":{"capolids":{"essential":true,"values":["0c405e10-0000-4000-8000-000000000076"]}}}'
_STANDING: dict[FaultKind, tuple[str, int, str, dict[str, str]]] = {
    FaultKind.CHALLENGE: (
        "interaction_required",
        50158,
        "External security challenge was not satisfied.",
        {"claims": STEP_UP},
    ),
    FaultKind.MFA: (
        "interaction_required",
        50076,
        "Due to a configuration change made by your administrator, you must use multi-factor authentication.",
        {"claims": STEP_UP, "suberror": "basic_action"},
    ),
    FaultKind.CONDITIONAL_ACCESS: (
        "interaction_required",
        53003,
        "Access has been blocked by Conditional Access policies.",
        {"claims": STEP_UP, "suberror": "message_only"},
    ),
    FaultKind.SIGN_IN_FREQUENCY: (
        "invalid_grant",
        70043,
        "The refresh token has expired or is invalid due to sign-in frequency checks by conditional access.",
        {"suberror": "token_expired"},
    ),
    FaultKind.PASSWORD_CHANGED: (
        "invalid_grant",
        50132,
        "The session is not valid due to password expiration or recent password change.",
        {"suberror": "bad_token"},
    ),
    FaultKind.IDLE: ("invalid_grant", 700082, "The refresh token has expired due to inactivity.", {}),
    FaultKind.ACCOUNT_DISABLED: ("invalid_grant", 50057, "The user account is disabled.", {}),
    FaultKind.ACCOUNT_DELETED: (
        "invalid_grant",
        50034,
        "The user account does not exist in the directory.",
        {},
    ),
    FaultKind.CONSENT_WITHDRAWN: (
        "invalid_grant",
        65001,
        "The user or administrator has not consented to use the application.",
        {"suberror": "consent_required"},
    ),
    FaultKind.APP_REMOVED: (
        "unauthorized_client",
        700016,
        "Application was not found in the directory.",
        {},
    ),
    FaultKind.NOT_ASSIGNED: (
        "invalid_grant",
        50105,
        "The signed in user is not assigned to a role for the application.",
        {},
    ),
    FaultKind.SECRET_EXPIRED: ("invalid_client", 7000222, "The provided client secret keys are expired.", {}),
    FaultKind.SECRET_WRONG: ("invalid_client", 7000215, "Invalid client secret provided.", {}),
}
CLIENT_FAULTS = (FaultKind.SECRET_EXPIRED, FaultKind.SECRET_WRONG)
ACCOUNT_FAULTS = tuple(kind for kind in _STANDING if kind not in CLIENT_FAULTS)
SHUT_OUT = (FaultKind.ACCOUNT_DISABLED, FaultKind.ACCOUNT_DELETED, FaultKind.NOT_ASSIGNED)
"""With these the person cannot sign in either: the browser stays on a page of the platform."""


def mfa_required() -> SignInError:
    """The tenant's policy wants the person present."""
    return standing(FaultKind.MFA)
