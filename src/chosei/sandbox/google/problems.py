"""Refusals as Google's APIs tell them. Source of the shape and reasons: contracts/google-workspace.md."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.responses import JSONResponse

_STATUS = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    409: "ALREADY_EXISTS",
    412: "FAILED_PRECONDITION",
    429: "RESOURCE_EXHAUSTED",
    503: "UNAVAILABLE",
}


class GoogleError(Exception):
    """An answer other than success. `reason` is what programs decide by."""

    def __init__(
        self,
        status: int,
        reason: str,
        message: str,
        *,
        domain: str = "global",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(f"{status} {reason}: {message}")
        self.status, self.reason, self.message, self.domain = status, reason, message, domain
        self.headers = dict(headers or {})

    def response(self) -> JSONResponse:
        """The reply that tells it."""
        one = {"domain": self.domain, "reason": self.reason, "message": self.message}
        error = {"code": self.status, "message": self.message, "errors": [one]}
        if self.status in _STATUS:
            error["status"] = _STATUS[self.status]
        return JSONResponse({"error": error}, self.status, self.headers)


class OAuthError(Exception):
    """A refusal of the token endpoint (RFC 6749 section 5.2). `subtype`: Google's own `error_subtype`."""

    def __init__(self, error: str, description: str, *, status: int = 400, subtype: str = "") -> None:
        super().__init__(f"{error}: {description}")
        self.error, self.description, self.status, self.subtype = error, description, status, subtype

    def response(self) -> JSONResponse:
        """The reply that tells it."""
        body = {"error": self.error, "error_description": self.description}
        if self.subtype:
            body["error_subtype"] = self.subtype
        return JSONResponse(body, self.status, {"Cache-Control": "no-store"})


def not_found() -> GoogleError:
    """What is not there, or not this person's to see."""
    return GoogleError(404, "notFound", "Not Found")


def invalid(message: str, reason: str = "invalid") -> GoogleError:
    """A request that makes no sense."""
    return GoogleError(400, reason, message)


def signed_out() -> GoogleError:
    """The access token is unknown, has ended or was revoked."""
    challenge = {"WWW-Authenticate": 'Bearer realm="https://accounts.google.com/", error="invalid_token"'}
    message = "Request had invalid authentication credentials."
    return GoogleError(401, "authError", message, headers=challenge)


def scope_missing() -> GoogleError:
    """The token is good, but not for this."""
    return GoogleError(403, "insufficientPermissions", "Request had insufficient authentication scopes.")
