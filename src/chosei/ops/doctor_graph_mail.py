"""Whether mail can leave through Microsoft Graph: token, permission and mailbox; nothing is sent."""

from __future__ import annotations

from email.utils import parseaddr

from chosei.adapters.http import Http
from chosei.adapters.mail.graph import GraphMail, GraphMailbox
from chosei.core.addresses import same_address
from chosei.ops.addresses import is_loopback
from chosei.ops.config import Config
from chosei.ops.finding import Finding
from chosei.ops.mail_urls import MailFromGraph
from chosei.ports.errors import Misconfigured, PortError, Throttled

SUBJECT = "mail through Microsoft 365"
_SECTION = "see docs/microsoft365.md, section 9"
_ADVICE = (
    ("AADSTS7000222", "the client secret has expired: make a new one and set CHOSEI_MICROSOFT_CLIENT_SECRET"),
    ("AADSTS7000215", "set the secret's value, not its id, as CHOSEI_MICROSOFT_CLIENT_SECRET"),
    ("AADSTS700016", f"have an administrator of that tenant admit the application; {_SECTION}"),
    ("AADSTS90002", "that tenant does not exist: check ?tenant= in CHOSEI_EMAIL_URL"),
    ("ErrorInvalidUser", "that mailbox does not exist in the tenant: check CHOSEI_EMAIL_URL"),
    ("MailboxNotEnabled", "that account has no mailbox in the cloud: give it one, or name another"),
    ("ErrorAccessDenied", f"permit the application Mail.Send for this mailbox; {_SECTION}"),
    ("Authorization_RequestDenied", f"permit the application Mail.Send for this mailbox; {_SECTION}"),
    ("invalid_client", "check CHOSEI_MICROSOFT_CLIENT_ID and CHOSEI_MICROSOFT_CLIENT_SECRET"),
)


def check_graph_mail(config: Config, mailbox: MailFromGraph) -> Finding:
    """One finding; what is missing is told with the variable or the permission to set."""
    http = Http("mail", environment=not is_loopback(config.chosei_microsoft_graph_url))
    try:
        way = GraphMailbox(
            mailbox.address,
            mailbox.tenant,
            config.chosei_microsoft_client_id,
            config.chosei_microsoft_client_secret,
            config.chosei_microsoft_login_url,
            config.chosei_microsoft_graph_url,
        )
        GraphMail(way, config.chosei_email_from, http).try_out()
    except PortError as error:
        request = f", request-id {error.request_id}" if error.request_id else ""
        return Finding(SUBJECT, f"cannot be used ({error.code}{request})", _advice(error))
    finally:
        http.close()
    if same_address(parseaddr(config.chosei_email_from)[1], mailbox.address):
        return Finding(SUBJECT, "lets us in (nothing was sent)")
    state = "lets us in (nothing was sent); the mailbox must be allowed to send as CHOSEI_EMAIL_FROM"
    return Finding(SUBJECT, state)


def _advice(error: PortError) -> str:
    for sign, advice in _ADVICE:
        if sign in error.code:
            return advice
    if isinstance(error, Throttled):
        return "wait a few minutes and run it again"
    if isinstance(error, Misconfigured):
        return f"check CHOSEI_EMAIL_URL and the application's permission; {_SECTION}"
    return "let this machine reach Microsoft 365 (proxy, firewall), and run it again"
