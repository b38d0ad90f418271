"""MailPort over Microsoft Graph: letters leave from one mailbox of Exchange Online, chosen by the operator.

``POST /users/{mailbox}/sendMail`` with the MIME message in base64 as text/plain, under the application's own
permission (client credentials). Sources: microsoft-graph-docs api/user-sendmail and
concepts/outlook-send-mime-message; entra-docs identity-platform/v2-oauth2-client-creds-grant-flow.
"""

from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from email.utils import parseaddr
from typing import Any
from urllib.parse import quote, urlencode

from chosei.adapters.http import Answer, Call, Deadline, Http, checked_base
from chosei.adapters.mail.graph_answers import refusal, token_refusal
from chosei.adapters.mail.message import pack
from chosei.core.clouds import everything_registered
from chosei.ports.errors import Misconfigured, PortError, Rejected, Throttled, Transient
from chosei.ports.mail import Letter

LARGEST_BYTES = 4 * 1024 * 1024
"""Of a whole request to Graph, so of the message in base64 (microsoft-graph-docs issue 9834)."""
SPARE_SECONDS = 300
"""A token is not used in its last minutes: the clock there may be ahead of ours."""
_WITHIN_SECONDS = 40.0
_NO_MESSAGE = b"-"  # not base64, so nothing that could be sent


@dataclass(frozen=True, slots=True)
class GraphMailbox:
    """The mailbox that letters leave from, its tenant (id or domain), and the application that may use it.

    Raises ``Misconfigured`` for an address that is http and not on this machine.
    """

    address: str
    tenant: str
    client_id: str
    client_secret: str = field(repr=False)
    login_url: str
    graph_url: str

    def __post_init__(self) -> None:
        for name in ("login_url", "graph_url"):
            object.__setattr__(self, name, checked_base(getattr(self, name)))


class GraphMail:
    """Hands letters to Exchange Online. ``sender`` is CHOSEI_EMAIL_FROM; safe for threads.

    The access token is kept in memory until shortly before it ends. ``place`` holds one of the mailbox's four
    while the block runs, ``pause`` keeps everybody out of it for so many seconds: it asked for that.
    """

    def __init__(
        self,
        mailbox: GraphMailbox,
        sender: str,
        http: Http,
        *,
        place: Callable[[], AbstractContextManager[None]] = nullcontext,
        pause: Callable[[float], None] = lambda seconds: None,
    ) -> None:
        self._mailbox = mailbox
        self._place, self._pause = place, pause
        self._sender = parseaddr(sender)[1]
        self._http = http
        self._lock = threading.Lock()
        self._token = ""
        self._good_until = 0.0  # of time.monotonic
        if "@" not in self._sender:
            raise Misconfigured("sender_address_unusable")

    def send(self, letter: Letter) -> None:
        """See ``ports.mail.MailPort.send``."""
        message = base64.b64encode(pack(letter, self._sender).content)
        if len(message) > LARGEST_BYTES:
            raise Rejected("message_too_large")
        answer = self._post(message)
        # Nothing but 202 says that it was taken: 200 has been met for messages that were dropped
        # (microsoft-graph-docs issue 13979).
        if answer.status != 202:
            raise refusal(answer.status, _json(answer), answer.headers)

    def try_out(self) -> None:
        """Whether a letter would be let through, without sending one: a body that is no message is refused as
        such only after the permission and the mailbox were judged. Raises PortError."""
        answer = self._post(_NO_MESSAGE)
        if answer.status != 400:
            raise refusal(answer.status, _json(answer), answer.headers)

    def _post(self, content: bytes) -> Answer:
        """The answer; one that says the token is no longer good is asked for again with a new one."""
        deadline = Deadline.within(_WITHIN_SECONDS)
        answer = self._once(content, deadline)
        if answer.status != 401:
            return answer
        self._token = ""
        return self._once(content, deadline)

    def _once(self, content: bytes, deadline: Deadline) -> Answer:
        address = quote(self._mailbox.address, safe="@")
        headers = {"Authorization": f"Bearer {self._access(deadline)}", "Content-Type": "text/plain"}
        url = f"{self._mailbox.graph_url}/v1.0/users/{address}/sendMail"
        # Not repeatable: a lost answer may mean that the letter is on its way.
        call = Call("POST", url, "/users/{mailbox}/sendMail", headers, content=content)
        with self._place():
            answer = self._http.send(call, deadline)
            if answer.status >= 400:
                refused = refusal(answer.status, _json(answer), answer.headers)
                if isinstance(refused, Throttled):
                    self._pause(refused.retry_after)  # before anybody takes the place that becomes free
            return answer

    def _access(self, deadline: Deadline) -> str:
        with self._lock:
            if not self._token or time.monotonic() >= self._good_until:
                self._token, seconds = self._new_token(deadline)
                self._good_until = time.monotonic() + max(seconds - SPARE_SECONDS, 0)
            return self._token

    def _new_token(self, deadline: Deadline) -> tuple[str, int]:
        """An access token and the seconds it lives."""
        form = {
            "grant_type": "client_credentials",
            "client_id": self._mailbox.client_id,
            "client_secret": self._mailbox.client_secret,
            "scope": everything_registered(self._mailbox.graph_url),
        }
        call = Call(
            "POST",
            f"{self._mailbox.login_url}/{quote(self._mailbox.tenant, safe='')}/oauth2/v2.0/token",
            "token (client_credentials)",
            {"Content-Type": "application/x-www-form-urlencoded"},
            content=urlencode(form).encode(),
            repeatable=True,
        )
        answer = self._http.send(call, deadline)
        body = _json(answer)
        if answer.status != 200:
            raise token_refusal(answer.status, body, answer.headers)
        token, seconds = body.get("access_token"), body.get("expires_in")
        if not isinstance(token, str) or not token or type(seconds) is not int:
            raise _unreadable(answer)
        return token, seconds


def _unreadable(answer: Answer) -> PortError:
    return Transient("token_unreadable", request_id=answer.request_id)


def _json(answer: Answer) -> dict[str, Any]:
    """The object of an answer; nothing where it is none."""
    try:
        body = json.loads(answer.content)
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}
