"""Every variable is checked where it is read, and an error names it."""

from __future__ import annotations

import stat

import pytest
from cryptography.fernet import Fernet

from chosei.ops.config import SANDBOX_CLIENT_ID, ConfigError, load
from chosei.ops.mail_urls import MailFromGraph, MailServer, mail_server


@pytest.fixture(autouse=True)
def _empty_environment(monkeypatch, tmp_path):
    """Nothing but a data folder: what a fresh checkout sees."""
    import os

    for name in list(os.environ):
        if name.startswith("CHOSEI_") and not name.startswith("CHOSEI_TEST"):
            monkeypatch.delenv(name)
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv("CHOSEI_DATA_DIR", str(tmp_path / "data"))


DEPLOYED = {
    "DATABASE_URL": "postgresql://chosei@db.example/chosei",
    "CHOSEI_PUBLIC_URL": "https://chosei.example.com/",
    "CHOSEI_SECRET_KEY": "s" * 40,
    "CHOSEI_TOKEN_KEYS": f"{Fernet.generate_key().decode()}, {Fernet.generate_key().decode()}",
    "CHOSEI_EMAIL_URL": "smtp+starttls://user:p%40ss@mail.example.com",
    "CHOSEI_EMAIL_FROM": "Chosei <chosei@example.com>",
    "CHOSEI_MICROSOFT_CLIENT_ID": "11111111-2222-3333-4444-555555555555",
    "CHOSEI_MICROSOFT_CLIENT_SECRET": "secret",
}


def _set(monkeypatch, **variables):
    for name, value in variables.items():
        monkeypatch.setenv(name, value)


def test_fresh_checkout_needs_nothing_and_uses_the_sandbox():
    config = load()
    assert config.sandboxed
    assert config.mail_caught
    assert config.chosei_public_url == "http://127.0.0.1:8000"
    assert config.chosei_microsoft_login_url == "http://127.0.0.1:8100"
    assert config.chosei_microsoft_graph_url == "http://127.0.0.1:8100"
    assert (config.mail_server.host, config.mail_server.port) == ("127.0.0.1", 9025)


def test_ports_lead_to_addresses(monkeypatch):
    _set(monkeypatch, CHOSEI_PORT="8001", CHOSEI_SANDBOX_PORT="8101", CHOSEI_MAILBOX_PORT="8026")
    config = load()
    assert config.chosei_public_url == "http://127.0.0.1:8001"
    assert config.chosei_microsoft_graph_url == "http://127.0.0.1:8101"
    assert config.mail_server.port == 9026


def test_generated_keys_are_private_and_stay(tmp_path):
    first, second = load(), load()
    assert first.chosei_secret_key == second.chosei_secret_key
    assert first.chosei_token_keys == second.chosei_token_keys
    assert len(first.chosei_secret_key) >= 50
    for name in ("secret-key", "token-key"):
        assert stat.S_IMODE((tmp_path / "data" / name).stat().st_mode) == 0o600


def test_deployment(monkeypatch, tmp_path):
    _set(monkeypatch, **DEPLOYED)
    config = load()
    assert not config.sandboxed
    assert not config.mail_caught
    assert len(config.chosei_token_keys) == 2
    assert config.chosei_microsoft_login_url == "https://login.microsoftonline.com"
    assert config.allowed_hosts == ("chosei.example.com", "127.0.0.1")
    server = config.mail_server
    assert (server.host, server.port, server.user, server.password) == (
        "mail.example.com",
        587,
        "user",
        "p@ss",
    )
    assert server.security == "starttls"
    assert not (tmp_path / "data").exists()  # nothing is made up where other machines share the database


@pytest.mark.parametrize(
    "missing", ["CHOSEI_SECRET_KEY", "CHOSEI_TOKEN_KEYS", "CHOSEI_EMAIL_URL", "CHOSEI_EMAIL_FROM"]
)
def test_deployment_must_say(monkeypatch, missing):
    _set(monkeypatch, **DEPLOYED)
    monkeypatch.delenv(missing)
    with pytest.raises(ConfigError, match=f"^{missing}: "):
        load()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CHOSEI_PORT", "eighty"),
        ("CHOSEI_PORT", "70000"),
        ("CHOSEI_MAILBOX_PORT", "x"),
        ("CHOSEI_PUBLIC_URL", "http://chosei.example.com"),
        ("CHOSEI_PUBLIC_URL", "chosei.example.com"),
        ("CHOSEI_MICROSOFT_LOGIN_URL", "http://login.example.com"),
        ("CHOSEI_MICROSOFT_GRAPH_URL", "http://10.0.0.1"),
        ("CHOSEI_GOOGLE_API_URL", "ftp://example.com"),
        ("DATABASE_URL", "mysql://localhost/chosei"),
        ("CHOSEI_SECRET_KEY", "short"),
        ("CHOSEI_TOKEN_KEYS", "not-a-key"),
        ("CHOSEI_EMAIL_URL", "mail.example.com"),
        ("CHOSEI_EMAIL_URL", "smtp://mail.example.com:99999"),
        ("CHOSEI_EMAIL_URL", "graph://example.com?tenant=example.com"),
        ("CHOSEI_EMAIL_URL", "graph://noreply@example.com"),
        ("CHOSEI_EMAIL_URL", "graph://noreply@example.com?tenant=organizations"),
        ("CHOSEI_EMAIL_URL", "graph://noreply@example.com?tenant=a/b"),
        ("CHOSEI_EMAIL_URL", "graph://noreply:word@example.com?tenant=example.com"),
        ("CHOSEI_EMAIL_URL", "graph://noreply@example.com:443?tenant=example.com"),
        ("CHOSEI_EMAIL_FROM", "nobody"),
        ("CHOSEI_SANDBOX", "perhaps"),
    ],
)
def test_wrong_value_is_one_line_that_names_its_variable(monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigError) as caught:
        load()
    assert str(caught.value).startswith(f"{name}: ")
    assert "\n" not in str(caught.value)


def test_mail_through_graph(monkeypatch):
    _set(monkeypatch, **DEPLOYED)
    monkeypatch.setenv("CHOSEI_EMAIL_URL", "graph://noreply@example.co.jp?tenant=contoso.onmicrosoft.com")
    monkeypatch.delenv("CHOSEI_EMAIL_FROM")
    config = load()
    assert config.mail_from_graph == MailFromGraph("noreply@example.co.jp", "contoso.onmicrosoft.com")
    assert config.chosei_email_from == "Chosei <noreply@example.co.jp>"
    assert not config.mail_caught
    monkeypatch.delenv("CHOSEI_MICROSOFT_CLIENT_ID", raising=False)
    with pytest.raises(ConfigError, match=r"^CHOSEI_MICROSOFT_CLIENT_ID: "):
        load()


def test_client_id_needs_its_secret(monkeypatch):
    monkeypatch.setenv("CHOSEI_MICROSOFT_CLIENT_ID", "11111111-2222-3333-4444-555555555555")
    with pytest.raises(ConfigError, match=r"^CHOSEI_MICROSOFT_CLIENT_SECRET: "):
        load()


def test_no_sandbox_leaves_microsoft_unconfigured(monkeypatch):
    monkeypatch.setenv("CHOSEI_SANDBOX", "off")
    config = load()
    assert not config.sandboxed
    assert config.chosei_microsoft_client_id == ""


def test_public_address_never_trusts_the_sandbox(monkeypatch):
    _set(monkeypatch, **{**DEPLOYED, "CHOSEI_MICROSOFT_CLIENT_ID": ""})
    assert load().chosei_microsoft_client_id != SANDBOX_CLIENT_ID


def test_unwritable_data_folder(monkeypatch):
    monkeypatch.setenv("CHOSEI_DATA_DIR", "/proc/chosei")
    with pytest.raises(ConfigError, match=r"^CHOSEI_DATA_DIR: .*cannot be used"):
        load()


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://mail.example", MailServer("mail.example", 25, "", "", "none")),
        ("smtps://u:p%40ss@mail.example", MailServer("mail.example", 465, "u", "p@ss", "tls")),
        ("smtp://mail.example:587?tls=starttls", MailServer("mail.example", 587, "", "", "starttls")),
        ("smtp+starttls://mail.example", MailServer("mail.example", 587, "", "", "starttls")),
    ],
)
def test_the_server_of_an_address(url: str, expected: MailServer) -> None:
    assert mail_server(url) == expected


@pytest.mark.parametrize("url", ["", "http://mail.example", "smtp://", "smtp://u:geheim@mail.example:99999"])
def test_an_unusable_address_is_said_without_its_password(url: str) -> None:
    with pytest.raises(ValueError, match=r"smtp://user|a port") as refused:
        mail_server(url)
    assert "geheim" not in str(refused.value)


def test_the_password_of_a_mail_server_never_shows() -> None:
    assert "geheim" not in repr(mail_server("smtps://u:geheim@mail.example"))
