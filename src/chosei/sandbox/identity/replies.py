"""How a sign-in ends: back at the client by redirect or form, or on a page that says why not."""

from __future__ import annotations

import uuid
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from chosei.sandbox.context import context_of
from chosei.sandbox.identity.flows import SignInRequest
from chosei.sandbox.identity.problems import SignInError
from chosei.sandbox.pages.rendering import render


def to_client(
    request: Request,
    asked: SignInRequest,
    *,
    members: dict[str, str] | None = None,
    error: SignInError | None = None,
) -> Response:
    """Send the browser back with `members`, or with `error`; state always goes along."""
    answer = dict(members or {})
    if asked.admin_consent:
        answer = {"admin_consent": "True", **answer}
    if error:
        answer |= {"error": error.error, "error_description": _described(error)}
        if error.claims:
            answer["claims"] = error.claims
    if asked.state:
        answer["state"] = asked.state
    if asked.response_mode == "form_post" and not asked.admin_consent:
        return render(request, "identity/form_post.html", {"target": asked.redirect_uri, "members": answer})
    return RedirectResponse(_with(asked, answer), 302)


def _described(error: SignInError) -> str:
    return f"{error.description} Trace ID: {uuid.uuid4()} Correlation ID: {uuid.uuid4()}"


def _with(asked: SignInRequest, answer: dict[str, str]) -> str:
    parts = urlsplit(asked.redirect_uri)
    if asked.response_mode == "fragment" and not asked.admin_consent:
        return urlunsplit(parts._replace(fragment=urlencode(answer)))
    query = urlencode([*parse_qsl(parts.query, keep_blank_values=True), *answer.items()])
    return urlunsplit(parts._replace(query=query))


def error_page(request: Request, error: SignInError, back: str = "") -> Response:
    """Microsoft's page for what the browser must not carry to the client. Status 200, as there.

    `back` is where 「別のアカウントでサインイン」 leads, where another account could help.
    """
    now = context_of(request).clock.now()
    values = {"error": error, "now": now, "correlation_id": str(uuid.uuid4()), "back": back}
    return render(request, "identity/error.html", values)
