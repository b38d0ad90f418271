"""What the doctor says of Zoom, against the sandbox."""

from __future__ import annotations

from typing import Any

from chosei.ops.config import Config
from chosei.ops.doctor_zoom import check_zoom
from chosei.sandbox.zoom import apps
from tests.support.sandbox import Sandbox, sandbox

__all__ = ["sandbox"]


def config(url: str, **values: Any) -> Config:
    given = {
        "chosei_zoom_client_id": apps.CLIENT_ID,
        "chosei_zoom_client_secret": apps.CLIENT_SECRET,
        "chosei_zoom_webhook_secret": apps.WEBHOOK_SECRET,
        "chosei_zoom_login_url": f"{url}/zoom",
    }
    return Config(**{**given, **values})


def test_credentials_that_zoom_knows(sandbox: Sandbox) -> None:
    [found] = check_zoom(config(sandbox.url))
    assert not found.advice


def test_a_wrong_secret_and_no_secret_for_notices(sandbox: Sandbox) -> None:
    wrong, notices = check_zoom(
        config(sandbox.url, chosei_zoom_client_secret="old", chosei_zoom_webhook_secret="")
    )
    assert "CHOSEI_ZOOM_CLIENT_SECRET" in wrong.advice
    assert "CHOSEI_ZOOM_WEBHOOK_SECRET" in notices.advice


def test_zoom_out_of_reach() -> None:
    [found] = check_zoom(config("http://127.0.0.1:9"))
    assert "CHOSEI_ZOOM_LOGIN_URL" in found.advice


def test_without_zoom_nothing_is_wrong() -> None:
    [found] = check_zoom(config("http://127.0.0.1:9").model_copy(update={"chosei_zoom_client_id": ""}))
    assert not found.advice
