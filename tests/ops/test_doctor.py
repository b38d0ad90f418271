"""`chosei doctor`: every line says what is the case, and where something is wrong, what to do next."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from chosei.adapters.microsoft.registration import PERMISSION_IDS
from chosei.ops.config import SANDBOX_CLIENT_ID, Config, load
from chosei.ops.dns_text import NoResolver, name_servers, text_records
from chosei.ops.doctor import check_clock, check_mail, check_sign_in, run
from chosei.ops.doctor_registration import check_granted, check_registration
from chosei.ops.doctor_sender import check_sender
from tests.support.mailbox import Mailbox, mailbox
from tests.support.sandbox import Sandbox, sandbox

__all__ = ["mailbox", "sandbox"]

PUBLIC = "http://127.0.0.1:8000"


def configured(sandbox: Sandbox | None = None, **values: Any) -> Config:
    url = sandbox.url if sandbox else "http://127.0.0.1:1"
    return load(
        chosei_public_url=PUBLIC,
        chosei_microsoft_client_id=SANDBOX_CLIENT_ID,
        chosei_microsoft_client_secret="sandbox-secret",
        chosei_microsoft_login_url=url,
        chosei_microsoft_graph_url=url,
        **values,
    )


# --- the command ------------------------------------------------------------------------------------------


@pytest.fixture
def house(sandbox: Sandbox, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """An environment in which everything is well."""
    monkeypatch.setenv("CHOSEI_MICROSOFT_LOGIN_URL", sandbox.url)
    monkeypatch.setenv("CHOSEI_MICROSOFT_GRAPH_URL", sandbox.url)
    for name in ("GOOGLE_LOGIN", "GOOGLE_TOKEN"):
        monkeypatch.setenv(f"CHOSEI_{name}_URL", f"{sandbox.url}/google")
    monkeypatch.setenv("CHOSEI_ZOOM_LOGIN_URL", f"{sandbox.url}/zoom")
    monkeypatch.setenv("CHOSEI_EMAIL_URL", mailbox.smtp_url)


@pytest.mark.django_db(transaction=True)
def test_all_is_well(house: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(lambda: None) == 0
    lines = capsys.readouterr().out.splitlines()
    assert all(line.startswith("ok  ") for line in lines)
    for subject in ("configuration", "database", "sign-in", "redirect URI", "scopes", "clock", "mail server"):
        assert any(subject in line for line in lines), subject


@pytest.mark.django_db(transaction=True)
def test_what_needs_a_hand_is_marked_and_makes_the_exit_code(
    house: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CHOSEI_EMAIL_URL", "smtp://127.0.0.1:1")
    assert run(lambda: None) == 1
    [wrong] = [line for line in capsys.readouterr().out.splitlines() if line.startswith("!!")]
    assert wrong.startswith("!!  mail server")
    assert " -> " in wrong


@pytest.mark.django_db(transaction=True)
def test_live_prints_a_report_and_counts(house: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(lambda: None, live="nobody@sample.example") == 1
    said = capsys.readouterr().out
    assert "--- report for a support case" in said
    assert "nobody@sample.example" not in said
    assert "!!  member: nobody has this address" in said


def test_a_wrong_variable_is_all_there_is_to_say(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CHOSEI_PUBLIC_URL", "http://chosei.example.com")
    assert run(lambda: None) == 1
    assert capsys.readouterr().out.startswith("!!  configuration: CHOSEI_PUBLIC_URL is wrong ->")


# --- registration -----------------------------------------------------------------------------------------


def test_a_right_registration_needs_nothing(sandbox: Sandbox) -> None:
    findings = check_registration(configured(sandbox))
    assert [one.advice for one in findings] == ["", "", ""]
    assert [one.state for one in findings[:2]] == ["is registered", "is registered"]
    assert all(name in findings[2].state for name in PERMISSION_IDS)


def test_a_redirect_uri_that_is_missing_is_named(sandbox: Sandbox) -> None:
    identity = sandbox.context.identity
    app = identity.apps.find(SANDBOX_CLIENT_ID)
    assert app is not None
    identity.apps.save(replace(app, redirect_uris=(f"{PUBLIC}/connect/microsoft/callback",)))
    callback, consent, _scopes = check_registration(configured(sandbox))
    assert callback.advice == ""
    assert "admin-consent" in consent.subject
    assert "not registered (AADSTS50011)" in consent.state
    assert "chosei microsoft registration" in consent.advice


def test_an_unknown_client_and_an_unknown_tenant_are_told_apart(sandbox: Sandbox) -> None:
    config = configured(sandbox).model_copy(update={"chosei_microsoft_client_id": "0" * 8})
    assert "CHOSEI_MICROSOFT_CLIENT_ID" in check_registration(config)[0].advice
    config = configured(sandbox, chosei_microsoft_tenant="nowhere.example")
    assert "CHOSEI_MICROSOFT_TENANT" in check_registration(config)[0].advice


def test_a_platform_out_of_reach_is_no_wrong_registration() -> None:
    assert "cannot be tried" in check_registration(configured())[0].state
    [finding] = check_sign_in(configured())
    assert finding.advice


@pytest.mark.parametrize(
    ("missing", "all_of_them", "wrong"), [(0, 0, False), (0, 3, False), (1, 3, True), (3, 3, True)]
)
def test_connections_without_a_scope_are_counted(missing: int, all_of_them: int, wrong: bool) -> None:
    finding = check_granted(missing, all_of_them)
    assert bool(finding.advice) is wrong
    assert not wrong or f"{missing} of {all_of_them}" in finding.state


# --- clock ------------------------------------------------------------------------------------------------

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "state", "wrong"),
    [
        ("Tue, 24 Nov 2026 12:00:30 GMT", "agrees", False),
        ("Tue, 24 Nov 2026 12:05:00 GMT", "is 300 s slow", True),
        ("Tue, 24 Nov 2026 11:58:00 GMT", "is 120 s fast", True),
        ("", "cannot be compared", False),
        ("yesterday", "cannot be compared", False),
        ("Tue, 24 Nov 2026 12:00:30 -0000", "agrees", False),
    ],
)
def test_the_clock(header: str, state: str, wrong: bool) -> None:
    finding = check_clock(header, NOON)
    assert finding.state.startswith(state)
    assert bool(finding.advice) is wrong


# --- mail server ------------------------------------------------------------------------------------------


def test_a_mail_server_that_takes_us_is_only_greeted(mailbox: Mailbox) -> None:
    finding = check_mail(configured(chosei_email_url=mailbox.smtp_url))
    assert (finding.state, finding.advice) == ("answers (unprotected)", "")
    assert mailbox.messages() == []


def test_a_mail_server_that_is_away() -> None:
    finding = check_mail(configured(chosei_email_url="smtp://127.0.0.1:1"))
    assert "ConnectionRefusedError" in finding.state
    assert "CHOSEI_EMAIL_URL" in finding.advice


def scripted_smtp(*lines: str) -> tuple[str, threading.Thread]:
    """A server that greets and then answers each command with the next line."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        connection, _ = listener.accept()
        with listener, connection, connection.makefile("rwb", buffering=0) as stream:
            for line in lines:
                stream.write(line.encode() + b"\r\n")
                if not stream.readline():
                    return

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    return f"smtp://user:secret-word@127.0.0.1:{listener.getsockname()[1]}", thread


def test_a_refused_sign_in_is_told_without_the_password() -> None:
    url, thread = scripted_smtp("220 hello", "250-mail\r\n250 AUTH PLAIN", "535 5.7.139 no", "221 bye")
    finding = check_mail(configured(chosei_email_url=url))
    thread.join(5)
    assert "refuses the sign-in (535)" in finding.state
    assert "secret-word" not in str(finding)


# --- sender's domain --------------------------------------------------------------------------------------

GOOD = {
    "chosei.jp": ["v=spf1 include:spf.protection.outlook.com -all", "some-verification=1"],
    "selector1._domainkey.chosei.jp": ["v=DKIM1; k=rsa; p=MIGf"],
    "_dmarc.chosei.jp": ["v=DMARC1; p=quarantine"],
}


def sender(records: dict[str, list[str]], address: str = "Chosei <post@chosei.jp>") -> dict[str, Any]:
    config = configured(chosei_email_url="smtp://127.0.0.1:1", chosei_email_from=address)
    return {one.subject: one for one in check_sender(config, lambda name: records.get(name, []))}


def test_a_domain_with_all_three() -> None:
    assert [one.advice for one in sender(GOOD).values()] == ["", "", ""]


def test_a_subdomain_is_covered_by_its_organisations_policy() -> None:
    assert sender(GOOD, "x@mail.chosei.jp")["DMARC"].state == "chosei.jp has a policy"


def test_what_is_missing_is_named_with_the_record_to_publish() -> None:
    found = sender({})
    assert "v=spf1" in found["SPF"].advice
    assert found["DKIM"].advice == "", "the selector may be another one"
    assert "_dmarc.chosei.jp" in found["DMARC"].advice


def test_two_spf_records_are_as_bad_as_none() -> None:
    assert "several" in sender({**GOOD, "chosei.jp": ["v=spf1 -all", "v=spf1 +all"]})["SPF"].state


def test_a_domain_for_examples_is_not_looked_up() -> None:
    [only] = sender({}, "x@chosei.example").values()
    assert "not looked up" in only.state


def test_without_a_name_server_nothing_is_claimed() -> None:
    def nobody(name: str) -> list[str]:
        raise NoResolver

    config = configured(chosei_email_url="smtp://127.0.0.1:1", chosei_email_from="x@chosei.jp")
    [only] = check_sender(config, nobody)
    assert (only.advice, "no name server" in only.state) == ("", True)


# --- TXT look-ups -----------------------------------------------------------------------------------------


def answer(query: bytes, records: list[bytes], flags: int = 0x8180) -> bytes:
    """An answer with an alias first, then TXT records whose names are pointers."""
    alias = b"\xc0\x0c" + struct.pack(">2HIH", 5, 1, 60, 2) + b"\xc0\x0c"
    texts = b"".join(b"\xc0\x0c" + struct.pack(">2HIH", 16, 1, 60, len(one)) + one for one in records)
    return query[:2] + struct.pack(">5H", flags, 1, len(records) + 1, 0, 0) + query[12:] + alias + texts


@pytest.fixture
def dns() -> Iterator[tuple[tuple[str, int], dict[str, Any]]]:
    """A name server of one answer over UDP and one over TCP."""
    tcp = socket.create_server(("127.0.0.1", 0))
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    udp.bind(tcp.getsockname())
    says: dict[str, Any] = {"udp": lambda query: b"", "tcp": lambda query: b""}

    def serve_udp() -> None:
        query, back = udp.recvfrom(512)
        udp.sendto(says["udp"](query), back)

    def serve_tcp() -> None:
        try:
            connection, _ = tcp.accept()
        except OSError:
            return
        with connection:
            query = connection.recv(512)[2:]
            reply = says["tcp"](query)
            connection.sendall(struct.pack(">H", len(reply)) + reply)

    for work in (serve_udp, serve_tcp):
        threading.Thread(target=work, daemon=True).start()
    yield tcp.getsockname(), says
    tcp.close()
    udp.close()


def test_the_strings_of_a_record_are_joined(dns) -> None:
    server, says = dns
    says["udp"] = lambda query: answer(query, [b"\x07v=spf1 \x04-all", b"\x01x"])
    assert text_records("chosei.jp", [server]) == ["v=spf1 -all", "x"]


def test_a_cut_answer_is_asked_for_again_over_tcp(dns) -> None:
    server, says = dns
    says["udp"] = lambda query: answer(query, [], flags=0x8380)
    says["tcp"] = lambda query: answer(query, [b"\x05whole"])
    assert text_records("chosei.jp", [server]) == ["whole"]


def test_a_name_that_does_not_exist_has_no_records(dns) -> None:
    server, says = dns
    says["udp"] = lambda query: answer(query, [], flags=0x8183)
    assert text_records("chosei.jp", [server]) == []


@pytest.mark.parametrize(
    "reply",
    [
        lambda query: b"",
        lambda query: b"\0\1",
        lambda query: answer(query, [b"\x01x"], flags=0x8182),
        lambda query: bytes([query[0] ^ 1]) + answer(query, [b"\x01x"])[1:],
        lambda query: answer(query, [b"\x01x"])[:-4],
    ],
    ids=["nothing", "two bytes", "server failure", "another question's", "cut off"],
)
def test_a_broken_answer_is_no_answer(dns, reply) -> None:
    server, says = dns
    says["udp"] = reply
    with pytest.raises(NoResolver):
        text_records("chosei.jp", [server])


def test_name_servers_are_read_from_the_system(tmp_path) -> None:
    file = tmp_path / "resolv.conf"
    file.write_text("# nameserver 192.0.2.9\nsearch example\nnameserver 192.0.2.1\nnameserver\n")
    assert name_servers(file) == ["192.0.2.1"]
    assert name_servers(tmp_path / "none") == []
