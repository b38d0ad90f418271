"""The one place that reads the environment (and `.env`): every variable of Chosei, checked at start.

`load()` raises `ConfigError` whose lines each begin with the name of the variable that is wrong.
"""

from __future__ import annotations

import os
import secrets
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from cryptography.fernet import Fernet
from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from chosei.ops import mail_urls
from chosei.ops.addresses import LOOPBACK_HOSTS, base_url, is_loopback, origin
from chosei.ops.kept_secrets import kept_secret
from chosei.ops.mail_urls import MailFromGraph, MailServer

ROOT = Path(__file__).resolve().parents[3]
"""The checkout: the folder that holds `run` and `src/`."""

SANDBOX_CLIENT_ID = "5b0c1f4e-9d0e-4a57-8c53-0c405e100001"
SANDBOX_GOOGLE_CLIENT_ID = "482013570001-chosei.apps.googleusercontent.com"
SANDBOX_CLIENT_SECRET = "sandbox-secret"  # noqa: S105  (the sandbox is on loopback and holds nothing real)
SANDBOX_ZOOM_CLIENT_ID = "ChoseiSandboxZoomApp01"
SANDBOX_ZOOM_WEBHOOK_SECRET = "sandbox-webhook-secret"  # noqa: S105  (likewise)

Port = Annotated[int, Field(ge=1, le=65535)]


class ConfigError(Exception):
    """The configuration cannot be used; each line of the message names one variable and what to do."""


class Config(BaseSettings):
    """All variables, under the names of the environment in lower case."""

    model_config = SettingsConfigDict(
        env_file=os.environ.get("CHOSEI_ENV_FILE", ROOT / ".env"),
        env_file_encoding="utf-8",
        extra="ignore",
        frozen=True,
        env_ignore_empty=True,
    )

    database_url: str = ""
    chosei_data_dir: Path = ROOT / ".chosei"
    chosei_port: Port = 8000
    chosei_sandbox_port: Port = 8100
    chosei_mailbox_port: Port = 8025
    chosei_mailbox_smtp_port: Port = 0  # 0: the mailbox port + 1000, set below
    chosei_public_url: str = ""
    chosei_secret_key: str = ""
    chosei_token_keys: Annotated[tuple[str, ...], NoDecode] = ()
    chosei_email_url: str = ""
    chosei_email_from: str = ""
    chosei_trusted_proxies: int = Field(default=0, ge=0, le=10)
    """How many reverse proxies stand in front and append to X-Forwarded-For; 0 believes no header."""
    chosei_sandbox: Literal["auto", "off"] = "auto"
    chosei_log_format: Literal["console", "json"] = "console"

    chosei_microsoft_client_id: str = ""
    chosei_microsoft_client_secret: str = ""
    chosei_microsoft_tenant: str = "organizations"
    chosei_microsoft_login_url: str = ""
    chosei_microsoft_graph_url: str = ""

    chosei_google_client_id: str = ""
    chosei_google_client_secret: str = ""
    chosei_google_login_url: str = ""
    chosei_google_token_url: str = ""
    chosei_google_api_url: str = ""

    chosei_zoom_client_id: str = ""
    chosei_zoom_client_secret: str = ""
    chosei_zoom_webhook_secret: str = ""
    chosei_zoom_login_url: str = ""
    chosei_zoom_api_url: str = ""

    chosei_slack_api_url: str = ""
    chosei_chatwork_api_url: str = ""

    @model_validator(mode="before")
    @classmethod
    def _derive(cls, values: dict[str, Any]) -> dict[str, Any]:
        """Fill what depends on other variables; what is set explicitly stays."""
        values = dict(values)
        port = values.get("chosei_port", 8000)
        values.setdefault("chosei_public_url", f"http://127.0.0.1:{port}")
        values.setdefault("chosei_mailbox_smtp_port", _plus_1000(values.get("chosei_mailbox_port", 8025)))
        sandboxed = _wants_sandbox(values)
        sandbox = f"http://127.0.0.1:{values.get('chosei_sandbox_port', 8100)}"
        if sandboxed:
            values["chosei_microsoft_client_id"] = SANDBOX_CLIENT_ID
            values.setdefault("chosei_microsoft_client_secret", SANDBOX_CLIENT_SECRET)
            values["chosei_google_client_id"] = SANDBOX_GOOGLE_CLIENT_ID
            values.setdefault("chosei_google_client_secret", SANDBOX_CLIENT_SECRET)
        zoom_sandboxed = sandboxed and not values.get("chosei_zoom_client_id")
        if zoom_sandboxed:
            values["chosei_zoom_client_id"] = SANDBOX_ZOOM_CLIENT_ID
            values.setdefault("chosei_zoom_client_secret", SANDBOX_CLIENT_SECRET)
            values.setdefault("chosei_zoom_webhook_secret", SANDBOX_ZOOM_WEBHOOK_SECRET)
        values.setdefault("chosei_zoom_login_url", f"{sandbox}/zoom" if zoom_sandboxed else "https://zoom.us")
        values.setdefault(
            "chosei_zoom_api_url", f"{sandbox}/zoom/v2" if zoom_sandboxed else "https://api.zoom.us/v2"
        )
        for name, real in (
            ("chosei_microsoft_login_url", "https://login.microsoftonline.com"),
            ("chosei_microsoft_graph_url", "https://graph.microsoft.com"),
        ):
            values.setdefault(name, sandbox if sandboxed else real)
        for name, place, real in (
            ("chosei_google_login_url", "google", "https://accounts.google.com"),
            ("chosei_google_token_url", "google", "https://oauth2.googleapis.com"),
            ("chosei_google_api_url", "google", "https://www.googleapis.com"),
            ("chosei_slack_api_url", "chat/slack/api", "https://slack.com/api"),
            ("chosei_chatwork_api_url", "chat/chatwork/v2", "https://api.chatwork.com/v2"),
        ):
            values.setdefault(name, f"{sandbox}/{place}" if sandboxed else real)
        return values

    @field_validator(
        "chosei_public_url",
        "chosei_microsoft_login_url",
        "chosei_microsoft_graph_url",
        "chosei_google_login_url",
        "chosei_google_token_url",
        "chosei_google_api_url",
        "chosei_zoom_login_url",
        "chosei_zoom_api_url",
        "chosei_slack_api_url",
        "chosei_chatwork_api_url",
    )
    @classmethod
    def _check_url(cls, value: str) -> str:
        return base_url(value)

    @field_validator("database_url")
    @classmethod
    def _check_database(cls, value: str) -> str:
        if value and urlsplit(value).scheme not in {"postgres", "postgresql"}:
            raise ValueError("must begin with postgresql:// (Chosei runs on PostgreSQL only)")
        return value

    @field_validator("chosei_data_dir")
    @classmethod
    def _absolute(cls, value: Path) -> Path:
        return value if value.is_absolute() else ROOT / value

    @field_validator("chosei_secret_key")
    @classmethod
    def _long_enough(cls, value: str) -> str:
        if value and len(value) < 32:
            raise ValueError("must be at least 32 characters of chance")
        return value

    @field_validator("chosei_token_keys", mode="before")
    @classmethod
    def _split_keys(cls, value: Any) -> Any:
        return (
            tuple(filter(None, (part.strip() for part in value.split(","))))
            if isinstance(value, str)
            else value
        )

    @field_validator("chosei_token_keys")
    @classmethod
    def _fernet_keys(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for number, key in enumerate(value, start=1):
            try:
                Fernet(key)
            except ValueError:
                raise ValueError(f"key {number} is not 32 bytes in url-safe base64") from None
        return value

    @field_validator("chosei_email_url")
    @classmethod
    def _check_email_url(cls, value: str) -> str:
        if value and urlsplit(value).scheme == "graph":
            mail_urls.mail_from_graph(value)
        elif value:
            mail_urls.mail_server(value)
        return value

    @field_validator("chosei_email_from")
    @classmethod
    def _check_email_from(cls, value: str) -> str:
        if value and ("@" not in value or any(sign in value for sign in "\r\n")):
            raise ValueError("must be one mail address, such as Chosei <chosei@example.com>")
        return value

    @cached_property
    def local(self) -> bool:
        """Whether the database is the private one of this machine: then Chosei may make its own keys."""
        return not self.database_url

    @cached_property
    def sandboxed(self) -> bool:
        """Whether Microsoft 365 is the sandbox that `./run` starts."""
        return self.chosei_microsoft_client_id == SANDBOX_CLIENT_ID

    @cached_property
    def allowed_hosts(self) -> tuple[str, ...]:
        """The Host headers Chosei answers to: its public name, and on one machine every name of loopback."""
        host = urlsplit(self.chosei_public_url).hostname or ""
        return ("localhost", "127.0.0.1", "[::1]") if host in LOOPBACK_HOSTS else (host, "127.0.0.1")

    @cached_property
    def sign_in_origins(self) -> tuple[str, ...]:
        """Where a form of ours may lead by redirection: the providers' sign-in pages."""
        urls = (self.chosei_microsoft_login_url, self.chosei_google_login_url, self.chosei_zoom_login_url)
        return tuple(map(origin, urls))

    @cached_property
    def mail_caught(self) -> bool:
        """Whether mail goes to the mailbox viewer that `./run` starts, and to no real person."""
        return not self.chosei_email_url

    @cached_property
    def mail_from_graph(self) -> MailFromGraph | None:
        """The mailbox that mail leaves from through Graph; None where it goes over SMTP."""
        graph = urlsplit(self.chosei_email_url).scheme == "graph"
        return mail_urls.mail_from_graph(self.chosei_email_url) if graph else None

    @cached_property
    def mail_server(self) -> MailServer:
        """The configured mail server, or the mailbox viewer's. Raises ValueError for mail through Graph."""
        return mail_urls.mail_server(
            self.chosei_email_url or f"smtp://127.0.0.1:{self.chosei_mailbox_smtp_port}"
        )


def _plus_1000(port: object) -> object:
    """The mail sink's port beside its viewer's; a port that is no number is reported under its own name."""
    return int(port) + 1000 if str(port).isdecimal() and isinstance(port, (int, str)) else 9025


def _wants_sandbox(values: dict[str, Any]) -> bool:
    return (
        not any(values.get(f"chosei_{provider}_client_id") for provider in ("microsoft", "google"))
        and values.get("chosei_sandbox", "auto") != "off"
        and is_loopback(str(values["chosei_public_url"]))
    )


def load(**given: Any) -> Config:
    """Read, check and complete the configuration.

    On this machine alone, missing keys are made once and kept in the data folder (0600).

    Raises:
        ConfigError: something is missing or wrong.
    """
    try:
        config = Config(**given)
    except ValidationError as error:
        raise ConfigError("\n".join(_line(item) for item in error.errors())) from None
    problems = _missing(config)
    if problems:
        raise ConfigError("\n".join(problems))
    return config.model_copy(update=_completed(config))


def _completed(config: Config) -> dict[str, Any]:
    """What was not given and can be made or concluded here."""
    made: dict[str, Any] = {}
    folder = config.chosei_data_dir
    try:
        if not config.chosei_secret_key:
            made["chosei_secret_key"] = kept_secret(folder / "secret-key", secrets.token_urlsafe(48))
        if not config.chosei_token_keys:
            fresh = Fernet.generate_key().decode()
            made["chosei_token_keys"] = (kept_secret(folder / "token-key", fresh),)
    except OSError as error:
        raise ConfigError(
            f"CHOSEI_DATA_DIR: {folder} cannot be used ({error.strerror}); name a folder you may write"
        ) from None
    if not config.chosei_email_from:
        mailbox = config.mail_from_graph
        made["chosei_email_from"] = f"Chosei <{mailbox.address if mailbox else 'chosei@chosei.example'}>"
    return made


def _line(item: Any) -> str:
    name = str(item["loc"][0]).upper() if item["loc"] else "CHOSEI"
    return f"{name}: {str(item['msg']).removeprefix('Value error, ')}"


def _missing(config: Config) -> list[str]:
    """What a deployment must say itself because other machines share it."""
    lines = []
    if not config.local:
        why = "is needed when DATABASE_URL is set"
        if not config.chosei_secret_key:
            lines.append(f"CHOSEI_SECRET_KEY: {why}: at least 32 characters of chance, the same everywhere")
        if not config.chosei_token_keys:
            lines.append(f"CHOSEI_TOKEN_KEYS: {why}: comma-separated Fernet keys, the first one seals")
    if not is_loopback(config.chosei_public_url):
        if not config.chosei_email_url:
            lines.append("CHOSEI_EMAIL_URL: is needed with a public address: smtp://user:password@host:587")
        if not config.chosei_email_from and not config.mail_from_graph:
            lines.append("CHOSEI_EMAIL_FROM: is needed with a public address: the address Chosei writes from")
    if config.mail_from_graph and not config.chosei_microsoft_client_id:
        lines.append("CHOSEI_MICROSOFT_CLIENT_ID: is needed with CHOSEI_EMAIL_URL=graph://…")
    if config.chosei_microsoft_client_id and not config.chosei_microsoft_client_secret:
        lines.append("CHOSEI_MICROSOFT_CLIENT_SECRET: is needed with CHOSEI_MICROSOFT_CLIENT_ID")
    if config.chosei_google_client_id and not config.chosei_google_client_secret:
        lines.append("CHOSEI_GOOGLE_CLIENT_SECRET: is needed with CHOSEI_GOOGLE_CLIENT_ID")
    if config.chosei_zoom_client_id and not config.chosei_zoom_client_secret:
        lines.append("CHOSEI_ZOOM_CLIENT_SECRET: is needed with CHOSEI_ZOOM_CLIENT_ID")
    return lines
