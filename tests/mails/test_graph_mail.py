"""GraphMail: real letters through the sandbox, and every answer of Microsoft's with its meaning."""

from __future__ import annotations

from collections.abc import Iterator
from email import message_from_string, policy
from typing import Any
from urllib.parse import parse_qs

import httpx2
import pytest
from django.utils import timezone

from chosei import wiring
from chosei.adapters.http import Http
from chosei.adapters.mail.graph import LARGEST_BYTES, GraphMail, GraphMailbox
from chosei.ops.config import SANDBOX_CLIENT_ID, load
from chosei.ops.doctor import check_mail
from chosei.ports.errors import Misconfigured, PortError, Rejected, Throttled, Transient
from chosei.ports.mail import CalendarPart, InlineImage
from chosei.records.models import MailboxPause
from chosei.sandbox.faults import FaultKind
from chosei.sandbox.graph.outbox import SentMail
from chosei.sandbox.graph.store import store_of
from chosei.sandbox.identity.consents import APPLICATION
from tests.adapters.wire import Reaction, Service, refused, reply
from tests.mails.test_mailbox import ICS, letter
from tests.support.contracts import ValidatingASGI
from tests.support.sandbox import Sandbox, running_sandbox

MAILBOX = "sato@sample.example"
SECRET = "sandbox-secret"
TENANT = "sample.example"


@pytest.fixture
def layers() -> list[ValidatingASGI]:
    return []


@pytest.fixture
def sandbox(layers: list[ValidatingASGI]) -> Iterator[Sandbox]:
    def wrap(app: Any) -> ValidatingASGI:
        layers.append(ValidatingASGI(app))
        return layers[-1]

    with running_sandbox(wrap) as running:
        yield running


def permit(sandbox: Sandbox, *roles: str) -> None:
    tenant = sandbox.context.directory.tenant(TENANT)
    assert tenant is not None
    sandbox.context.identity.consents.grant(SANDBOX_CLIENT_ID, tenant.tid, APPLICATION, roles)


def mail(url: str, http: Http, *, sender: str = MAILBOX, **changes: str) -> GraphMail:
    members = {"address": MAILBOX, "tenant": TENANT, "client_id": SANDBOX_CLIENT_ID, "client_secret": SECRET}
    return GraphMail(GraphMailbox(**(members | {"login_url": url, "graph_url": url} | changes)), sender, http)


@pytest.fixture
def http() -> Iterator[Http]:
    made = Http("mail", environment=False)
    yield made
    made.close()


def kept(sandbox: Sandbox) -> list[SentMail]:
    return [one for one in store_of(sandbox.context).mails() if one.kind == "mime"]


# --- through the sandbox ----------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_a_letter_arrives_as_it_was_written(sandbox: Sandbox, settings: Any, layers: Any) -> None:
    permit(sandbox, "Mail.Send")
    settings.CHOSEI_GRAPH_MAILBOX, settings.CHOSEI_GRAPH_MAILBOX_TENANT = MAILBOX, TENANT
    settings.CHOSEI_EMAIL_FROM = f"Chosei <{MAILBOX}>"
    settings.CHOSEI_MICROSOFT_CLIENT_ID, settings.CHOSEI_MICROSOFT_CLIENT_SECRET = SANDBOX_CLIENT_ID, SECRET
    settings.CHOSEI_MICROSOFT_LOGIN_URL = settings.CHOSEI_MICROSOFT_GRAPH_URL = sandbox.url
    wiring.forget()
    parts = {
        "calendar": CalendarPart("REQUEST", ICS.encode()),
        "images": (InlineImage("qr@x", b"\x89PNG", "qr.png"),),
    }
    try:
        wiring.mail_port().send(letter(**parts))
    finally:
        wiring.forget()
    [sent] = kept(sandbox)
    message = message_from_string(sent.body, policy=policy.default)
    assert (sent.sender, sent.recipient, sent.external) == (MAILBOX, letter().recipient, True)
    assert message["Message-ID"] == letter().message_id
    assert message["Subject"] == sent.subject == letter().subject
    by_type = {part.get_content_type(): part for part in message.walk()}
    assert by_type["text/calendar"].get_param("method") == "REQUEST"
    assert by_type["text/calendar"].get_payload(decode=True) == ICS.encode()
    assert by_type["application/ics"].get_filename() == "invite.ics"
    assert by_type["image/png"]["Content-ID"] == "<qr@x>"
    # The contract knows sendMail below /me alone; the token's request and answer keep to it.
    assert [text for text in layers[0].take() if "/sendMail" not in text] == []


@pytest.mark.parametrize(
    ("changes", "roles", "code"),
    [
        ({}, ["Calendars.ReadWrite"], "graph_ErrorAccessDenied"),
        ({"address": "nobody@sample.example"}, ["Mail.Send"], "graph_ErrorInvalidUser"),
        ({"sender": "suzuki@sample.example"}, ["Mail.Send"], "graph_ErrorSendAsDenied"),
        ({"client_secret": "another"}, ["Mail.Send"], "invalid_client:AADSTS7000215"),
        ({"client_secret": "sandbox-secret-of-last-year"}, ["Mail.Send"], "invalid_client:AADSTS7000222"),
        ({"tenant": "nowhere.example"}, ["Mail.Send"], "invalid_request:AADSTS90002"),
        ({"tenant": "test.example"}, ["Mail.Send"], "unauthorized_client:AADSTS700016"),
    ],
)
def test_what_an_operator_must_mend(
    sandbox: Sandbox, http: Http, changes: dict[str, str], roles: list[str], code: str
) -> None:
    permit(sandbox, *roles)
    with pytest.raises(Misconfigured) as caught:
        mail(sandbox.url, http, **changes).send(letter())
    assert caught.value.code == code
    assert kept(sandbox) == []


def doctor(sandbox: Sandbox, **values: str) -> Any:
    given = {"chosei_email_url": f"graph://{MAILBOX}?tenant={TENANT}"}
    return check_mail(
        load(
            chosei_microsoft_client_id=SANDBOX_CLIENT_ID,
            chosei_microsoft_login_url=sandbox.url,
            chosei_microsoft_graph_url=sandbox.url,
            **(given | {"chosei_email_from": MAILBOX, "chosei_microsoft_client_secret": SECRET} | values),
        )
    )


def test_the_doctor_tries_everything_and_sends_nothing(sandbox: Sandbox) -> None:
    permit(sandbox, "Mail.Send")
    finding = doctor(sandbox)
    assert (finding.state, finding.advice) == ("lets us in (nothing was sent)", "")
    assert (
        "allowed to send as CHOSEI_EMAIL_FROM" in doctor(sandbox, chosei_email_from="x@sample.example").state
    )
    assert kept(sandbox) == []


@pytest.mark.parametrize(
    ("values", "advice"),
    [
        ({}, "Mail.Send"),
        ({"chosei_microsoft_client_secret": "another"}, "CHOSEI_MICROSOFT_CLIENT_SECRET"),
        ({"chosei_email_url": f"graph://{MAILBOX}?tenant=nowhere.example"}, "?tenant= in CHOSEI_EMAIL_URL"),
        ({"chosei_email_url": f"graph://{MAILBOX}?tenant=test.example"}, "administrator of that tenant"),
    ],
)
def test_the_doctor_says_what_is_missing(sandbox: Sandbox, values: dict[str, str], advice: str) -> None:
    permit(sandbox, "Calendars.ReadWrite")
    finding = doctor(sandbox, **values)
    assert advice in finding.advice
    assert "another" not in str(finding)


# --- answers ----------------------------------------------------------------------------------------------

GIVEN = reply(200, {"token_type": "Bearer", "expires_in": 3600, "access_token": "secret-token"})
LOGIN = "https://login.example"


def sending(*reactions: Reaction) -> tuple[GraphMail, Service]:
    service = Service(*reactions)
    return mail("https://graph.example", service.http, login_url=LOGIN), service


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (refused(400, "ErrorInvalidRecipients"), Rejected),
        (refused(413, "RequestEntityTooLarge"), Rejected),
        (refused(400, "ErrorMailboxStoreUnavailable"), Transient),
        (refused(403, "ErrorQuotaExceeded"), Misconfigured),
        (refused(400, "ErrorMessageSubmissionBlocked"), Misconfigured),
        (refused(404, "MailboxNotEnabledForRESTAPI"), Misconfigured),
        (refused(500, "ErrorInternalServerTransientError"), Transient),
        (reply(503), Transient),
        (reply(200), Transient),
        (reply(302), Transient),
        (httpx2.ReadTimeout("silent"), Transient),
        (httpx2.ConnectError("away"), Transient),
    ],
)
def test_what_answers_mean(answer: Reaction, kind: type[PortError]) -> None:
    port, service = sending(GIVEN, answer)
    with pytest.raises(PortError) as caught:
        port.send(letter())
    assert type(caught.value) is kind or issubclass(type(caught.value), kind)
    assert len(service.requests) == 2  # a letter is never sent again within one call
    assert letter().recipient not in str(caught.value)


@pytest.mark.django_db(transaction=True)
def test_letters_take_their_mailboxs_places_and_its_wish_to_wait_is_everybodys(settings: Any) -> None:
    with running_sandbox() as sandbox:
        permit(sandbox, "Mail.Send")
        settings.CHOSEI_GRAPH_MAILBOX, settings.CHOSEI_GRAPH_MAILBOX_TENANT = MAILBOX, TENANT
        settings.CHOSEI_EMAIL_FROM = MAILBOX
        settings.CHOSEI_MICROSOFT_CLIENT_ID, settings.CHOSEI_MICROSOFT_CLIENT_SECRET = (
            SANDBOX_CLIENT_ID,
            SECRET,
        )
        settings.CHOSEI_MICROSOFT_LOGIN_URL = settings.CHOSEI_MICROSOFT_GRAPH_URL = sandbox.url
        wiring.forget()
        sandbox.context.faults.add(FaultKind.THROTTLED, MAILBOX, seconds=30, count=1)
        codes = []
        for number in (1, 2):
            with pytest.raises(Throttled) as told:
                wiring.mail_port().send(letter(number))
            codes.append(told.value.code)
        assert codes == ["graph_TooManyRequests", "asked_to_wait"]
        assert kept(sandbox) == []
        MailboxPause.objects.update(until=timezone.now())
        wiring.mail_port().send(letter(2))
        assert len(kept(sandbox)) == 1
        wiring.forget()


@pytest.mark.parametrize(("status", "wait"), [(429, "120"), (503, "120"), (500, "120"), (504, "120")])
def test_the_wait_that_was_asked_for_is_told(status: int, wait: str) -> None:
    port, _ = sending(GIVEN, refused(status, "ApplicationThrottled", {"Retry-After": wait}))
    with pytest.raises(Throttled) as caught:
        port.send(letter())
    assert caught.value.retry_after == 120


def test_one_token_serves_many_letters_until_shortly_before_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1000.0]
    port, service = sending(GIVEN, reply(202), reply(202), GIVEN, reply(202))
    monkeypatch.setattr("chosei.adapters.mail.graph.time.monotonic", lambda: now[0])
    port.send(letter(1))
    now[0] += 3299
    port.send(letter(2))
    now[0] += 2
    port.send(letter(3))
    hosts = [request.url.host for request in service.requests]
    assert hosts == ["login.example", "graph.example", "graph.example", "login.example", "graph.example"]
    form = parse_qs(service.requests[0].content.decode())
    assert form["scope"] == ["https://graph.microsoft.com/.default"]


def test_a_token_that_is_no_longer_good_is_replaced_once() -> None:
    stale = refused(401, "InvalidAuthenticationToken")
    port, service = sending(GIVEN, stale, GIVEN, reply(202))
    port.send(letter())
    assert len(service.requests) == 4
    port, service = sending(GIVEN, stale, GIVEN, stale)
    with pytest.raises(Misconfigured):
        port.send(letter())
    assert len(service.requests) == 4


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (reply(400, {"error": "invalid_scope"}), Misconfigured),
        (reply(400, {"error": "temporarily_unavailable"}), Transient),
        (reply(403, None), Transient),
        (reply(200, {"token_type": "Bearer"}), Transient),
        (reply(200, ["list"]), Transient),
        (reply(429, {"error": "slow_down"}, {"Retry-After": "30"}), Throttled),
    ],
)
def test_tokens_that_are_not_given(answer: Reaction, kind: type[PortError]) -> None:
    port, service = sending(answer)
    with pytest.raises(kind):
        port.send(letter())
    assert len(service.requests) == 1


def test_a_letter_too_large_for_graph_is_refused_before_it_travels() -> None:
    port, service = sending(GIVEN, reply(202))
    with pytest.raises(Rejected, match="too_large"):
        port.send(letter(text="x" * LARGEST_BYTES))
    assert service.requests == []
