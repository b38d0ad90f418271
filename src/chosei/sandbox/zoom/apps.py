"""The one app that this Zoom knows: Chosei's, registered for every address of this machine."""

from __future__ import annotations

from urllib.parse import urlsplit

CLIENT_ID = "ChoseiSandboxZoomApp01"
CLIENT_SECRET = "sandbox-secret"  # noqa: S105 - loopback only, holds nothing real
WEBHOOK_SECRET = "sandbox-webhook-secret"  # noqa: S105 - likewise
CALLBACK = "/connect/zoom/callback"
SCOPES = (
    "user:read:user",
    "meeting:write:meeting",
    "meeting:read:meeting",
    "meeting:update:meeting",
    "meeting:delete:meeting",
    "meeting:read:list_meetings",
)


def is_registered(redirect_uri: str) -> bool:
    parts = urlsplit(redirect_uri)
    return (
        parts.scheme in ("http", "https")
        and parts.hostname in ("localhost", "127.0.0.1", "::1")
        and parts.path == CALLBACK
    )
