"""SmtpMail against real servers that take, refuse, stall, vanish and forget to answer."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from chosei.adapters.mail import SmtpMail, SmtpServer
from chosei.ports.errors import Misconfigured, PortError, Rejected, Transient
from tests.mails.test_mailbox import letter, sender
from tests.support.mailbox import running_mailbox

OURS = "Chosei <chosei@chosei.example>"


@dataclass
class Behaviour:
    """What the server answers; ``None`` lets the letter through. ``vanish`` names the step it hangs up at."""

    mail: str | None = None
    rcpt: str | None = None
    data: str | None = None
    vanish: str = ""
    taken: list[bytes] = field(default_factory=list)

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if self.mail:
            return self.mail
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if self.vanish == "rcpt":
            server.transport.abort()
        if self.rcpt:
            return self.rcpt
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.data:
            return self.data
        self.taken.append(envelope.content)
        if self.vanish == "data":
            server.transport.abort()  # taken, but the answer is lost
        return "250 OK"

    async def handle_QUIT(self, server: Any, session: Any, envelope: Any) -> str:
        if self.vanish == "quit":
            server.transport.abort()
        return "221 Bye"


@contextmanager
def serving(behaviour: Behaviour, **options: Any) -> Iterator[SmtpServer]:
    """A real server on a free port, its loop in a thread. ``implicit_tls`` speaks TLS from the first byte."""
    implicit = options.pop("implicit_tls", None)
    listener = socket.create_server(("127.0.0.1", 0))
    loop = asyncio.new_event_loop()

    async def start() -> asyncio.Server:
        def session() -> SMTP:
            return SMTP(behaviour, hostname="mail.example", loop=loop, **options)

        return await loop.create_server(session, sock=listener, ssl=implicit)

    server = loop.run_until_complete(start())
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield SmtpServer("127.0.0.1", listener.getsockname()[1], timeout=30)
    finally:

        async def stop() -> None:
            server.close()
            rest = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
            for task in rest:
                task.cancel()
            await asyncio.gather(*rest, return_exceptions=True)

        asyncio.run_coroutine_threadsafe(stop(), loop).result(30)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(30)
        loop.close()


def refusal(behaviour: Behaviour, **options: Any) -> PortError:
    with serving(behaviour, **options) as server, pytest.raises(PortError) as caught:
        SmtpMail(server, OURS).send(letter())
    return caught.value


def test_a_letter_is_handed_over() -> None:
    behaviour = Behaviour()
    with serving(behaviour) as server:
        SmtpMail(server, OURS).send(letter())
    mail = message_from_bytes(behaviour.taken[0], policy=policy.default)
    assert mail["From"].addresses[0].addr_spec == "chosei@chosei.example"
    assert mail["Subject"] == letter().subject


@pytest.mark.parametrize(
    ("behaviour", "kind", "code"),
    [
        (Behaviour(rcpt="550 5.1.1 <hanako@test.example>: no such user"), Rejected, "smtp_550_5.1.1"),
        (Behaviour(rcpt="451 4.7.1 Greylisted"), Transient, "smtp_451_4.7.1"),
        (Behaviour(rcpt="450 busy"), Transient, "smtp_450"),
        (Behaviour(mail="550 5.7.1 Sender refused"), Misconfigured, "smtp_550_5.7.1"),
        (Behaviour(mail="552 5.3.4 Too large"), Rejected, "smtp_552_5.3.4"),
        (Behaviour(mail="530 5.7.0 Sign in first"), Misconfigured, "smtp_530_5.7.0"),
        (Behaviour(rcpt="530 5.7.0 Sign in first"), Misconfigured, "smtp_530_5.7.0"),
        (Behaviour(mail="421 4.3.2 Closing"), Transient, "smtp_421_4.3.2"),
        (Behaviour(data="554 5.6.0 Content refused"), Rejected, "smtp_554_5.6.0"),
        (Behaviour(data="452 4.3.1 Disk full"), Transient, "smtp_452_4.3.1"),
        (Behaviour(vanish="rcpt"), Transient, "smtp_disconnected"),
    ],
)
def test_every_refusal_says_what_to_do_next(behaviour: Behaviour, kind: type[PortError], code: str) -> None:
    error = refusal(behaviour)
    assert type(error) is kind
    assert error.code == code
    assert "hanako" not in str(error), "an error carries no address"
    assert behaviour.taken == []


def test_a_lost_answer_is_transient_and_the_repetition_is_the_same_mail() -> None:
    behaviour = Behaviour(vanish="data")
    with serving(behaviour) as server:
        with pytest.raises(Transient, match="smtp_disconnected"):
            SmtpMail(server, OURS).send(letter())
        behaviour.vanish = ""
        SmtpMail(server, OURS).send(letter())
    first, second = (message_from_bytes(one, policy=policy.default) for one in behaviour.taken)
    assert first["Message-ID"] == second["Message-ID"] == "<1@chosei.example>"


def test_a_goodbye_that_fails_changes_nothing() -> None:
    behaviour = Behaviour(vanish="quit")
    with serving(behaviour) as server:
        SmtpMail(server, OURS).send(letter())
    assert len(behaviour.taken) == 1


def test_nobody_listening_and_nobody_answering_are_transient() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(Transient, match="smtp_network"):
        SmtpMail(SmtpServer("127.0.0.1", port), OURS).send(letter())
    with socket.create_server(("127.0.0.1", 0)) as silent:
        server = SmtpServer("127.0.0.1", silent.getsockname()[1], timeout=0.2)
        with pytest.raises(Transient, match="smtp_timeout"):
            SmtpMail(server, OURS).send(letter())


def _authenticator(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
    right = isinstance(data, LoginPassword) and (data.login, data.password) == (b"chosei", b"p@ss/word")
    return AuthResult(success=right, handled=right)


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
def test_signing_in() -> None:
    behaviour = Behaviour()
    options = {"authenticator": _authenticator, "auth_require_tls": False, "auth_required": True}
    with serving(behaviour, **options) as server:
        SmtpMail(replace(server, user="chosei", password="p@ss/word"), OURS).send(letter())
        with pytest.raises(Misconfigured, match="smtp_535"):
            SmtpMail(replace(server, user="chosei", password="wrong"), OURS).send(letter())
        with pytest.raises(Misconfigured, match="smtp_530"):
            SmtpMail(server, OURS).send(letter())
    assert len(behaviour.taken) == 1
    with serving(Behaviour()) as plain, pytest.raises(Misconfigured, match="smtp_not_supported"):
        SmtpMail(replace(plain, user="chosei", password="x"), OURS).send(letter())


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    loopback = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([loopback]), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("tls") / "server.pem"
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file.write_bytes(private + made.public_bytes(pem))
    return file


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_the_way_is_protected_and_an_unknown_certificate_is_refused(security: Any, certificate: Path) -> None:
    theirs = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    theirs.load_cert_chain(certificate)
    ours = ssl.create_default_context(cafile=str(certificate))
    behaviour = Behaviour()
    options: dict[str, Any] = {"implicit_tls": theirs}
    if security == "starttls":
        options = {"tls_context": theirs, "require_starttls": True}
    with serving(behaviour, **options) as server:
        protected = replace(server, security=security)
        SmtpMail(protected, OURS, tls=ours).send(letter())
        with pytest.raises(Misconfigured, match="smtp_certificate"):
            SmtpMail(protected, OURS).send(letter())
    assert len(behaviour.taken) == 1


def test_a_server_without_starttls_is_never_given_the_letter() -> None:
    behaviour = Behaviour()
    with serving(behaviour) as server, pytest.raises(Misconfigured, match="smtp_not_supported"):
        SmtpMail(replace(server, security="starttls"), OURS).send(letter())
    assert behaviour.taken == []


def test_addresses_beyond_ascii_need_a_server_that_knows_them() -> None:
    with serving(Behaviour()) as server, pytest.raises(Rejected, match="smtp_no_utf8_addresses"):
        SmtpMail(server, OURS).send(letter(recipient="花子@test.example"))
    with running_mailbox() as box:
        sender(box).send(letter(recipient="花子@test.example"))
        assert box.wait_for(to="花子@test.example")["receipts"] == 1


def test_a_sender_without_an_address_is_a_misconfiguration() -> None:
    with pytest.raises(Misconfigured, match="sender_address_unusable"):
        SmtpMail(SmtpServer("127.0.0.1", 1), "Chosei")
