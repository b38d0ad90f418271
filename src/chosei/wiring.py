"""Which adapter stands behind which port. Adapters are named by dotted path and imported when first used.

The providers are registered in ``ports.providers``, one line each.
"""

from __future__ import annotations

import time
from dataclasses import replace
from functools import lru_cache
from typing import ClassVar, Protocol, cast

from django.conf import settings

from chosei.core.providers import About
from chosei.ports.accounts import AccountAccess
from chosei.ports.authorization import AuthorizationPort, Identity
from chosei.ports.calendar import CalendarPort
from chosei.ports.chat import ChatPort
from chosei.ports.directory import PLACES, DirectoryPort
from chosei.ports.mail import MailPort
from chosei.ports.meeting_notices import MeetingNotices
from chosei.ports.meetings import MeetingPort
from chosei.ports.providers import PROVIDERS, named, prefix
from chosei.records.models import Connection

SIGN_IN_SECONDS = 12.0
"""How long somebody who has just signed in waits for their mailbox to be looked at."""


class Provider(Protocol):
    """Made from Django's settings, of which it reads those with its own prefix.

    One of the kind ``MEETINGS`` has no calendar, directory or notifications; one of the kind ``CALENDAR`` no
    ``meeting_notices``.
    """

    about: ClassVar[About]

    def authorization(self) -> AuthorizationPort: ...

    def calendar(self, access: AccountAccess) -> CalendarPort: ...

    def directory(self, access: AccountAccess) -> DirectoryPort: ...

    def meetings(self, access: AccountAccess) -> MeetingPort: ...

    def meeting_notices(self) -> MeetingNotices: ...

    def notification_url(self, public_url: str) -> str:
        """Where the provider is to notify us, or "" where it could not reach us."""


def authorization(provider: str) -> AuthorizationPort:
    return _provider(PROVIDERS[provider]).authorization()


def calendar_of(connection: Connection, *, within: float | None = None) -> CalendarPort:
    """The connection's calendar, under its own permission; tokens are refreshed as needed.

    ``within``: seconds that all calls through it may take together, for somebody who is waiting.
    """
    return _provider(PROVIDERS[connection.provider]).calendar(_access(connection, within))


def directory_of(connection: Connection) -> DirectoryPort:
    """The directory of the connection's company, under this account's permission to read its rooms."""
    access = _access(connection, None, also=PLACES)
    kept: list[str] = []

    def token(force: bool, claims: str) -> str:
        if force or not kept:
            kept[:] = [access.token(force, claims)]  # each costs a refresh
        return kept[0]

    return _provider(PROVIDERS[connection.provider]).directory(replace(access, token=token))


def meetings_of(connection: Connection, *, within: float | None = None) -> MeetingPort:
    """The account's web meetings. ``within`` as for ``calendar_of``."""
    return _provider(PROVIDERS[connection.provider]).meetings(_access(connection, within))


def meeting_notices(provider: str) -> MeetingNotices:
    """How a service's own notices are read."""
    return _provider(PROVIDERS[provider]).meeting_notices()


def _access(connection: Connection, within: float | None, *, also: str = "") -> AccountAccess:
    from chosei.actions.health import connection_lost
    from chosei.reconcile.limiter import WAIT_SECONDS, pause, places
    from chosei.reconcile.tokens import access_token

    pk = connection.pk
    account = _mailbox(connection.account_tenant, connection.account_object)
    begun = time.monotonic()

    def wait() -> float:
        return WAIT_SECONDS if within is None else max(begun + within - time.monotonic(), 0.0)

    return AccountAccess(
        connection.account_tenant,
        connection.account_object,
        zone=connection.mailbox_zone or connection.member.zone,
        token=lambda force, claims: access_token(pk, force=force, claims=claims, wait=wait(), also=also),
        # A token beyond the calendar's that is refused says nothing of the calendar's.
        refused=(lambda error: None) if also else (lambda error: connection_lost(pk, error)),
        places=lambda count: places(account, count, wait=wait()),
        pause=lambda seconds: pause(account, seconds),
        within=within,
    )


def calendar_with(provider: str, token: str, identity: Identity) -> CalendarPort:
    """The calendar of somebody who has just signed in, before anything is kept. Of the mailbox's four places
    it takes its own: the account may be connected already, and at work."""
    from chosei.reconcile.limiter import pause, places

    account = _mailbox(identity.tenant_id, identity.object_id)
    access = AccountAccess(
        identity.tenant_id,
        identity.object_id,
        zone="UTC",
        token=lambda force, claims: token,
        refused=lambda error: None,  # there is no connection yet that could be lost
        places=lambda count: places(account, count, wait=SIGN_IN_SECONDS),
        pause=lambda seconds: pause(account, seconds),
        within=SIGN_IN_SECONDS,
    )
    return _provider(PROVIDERS[provider]).calendar(access)


def configured(provider: str) -> bool:
    """Whether this installation may sign people in there: the operator has registered Chosei."""
    return bool(getattr(settings, f"{prefix(provider)}CLIENT_ID", ""))


def _mailbox(tenant_id: str, object_id: str) -> str:
    """The name under which all processes count their calls into one mailbox."""
    return f"{tenant_id}:{object_id}"


def notification_url(provider: str) -> str:
    """Where ``provider`` is to notify this installation, or "" where it could not reach it."""
    return _provider(PROVIDERS[provider]).notification_url(settings.CHOSEI_PUBLIC_URL)


def forget() -> None:
    """Let go of every adapter and its connections: at the end of a test, or when settings changed."""
    named("chosei.adapters.http.close_shared")()
    _provider.cache_clear()
    _mail.cache_clear()
    _graph_mail.cache_clear()
    _chat.cache_clear()


def chat_port() -> ChatPort:
    """Slack, Microsoft Teams, Chatwork and Google Chat behind one port."""
    return _chat(
        settings.CHOSEI_SLACK_API_URL, settings.CHOSEI_CHATWORK_API_URL, bool(settings.CHOSEI_DEVELOPMENT)
    )


@lru_cache(maxsize=1)
def _chat(*read: str | bool) -> ChatPort:
    """Made from the settings; ``read`` is what it reads of them, so that other values make another."""
    return cast(ChatPort, named("chosei.adapters.chat.chat.Chat")(settings))


def mail_port() -> MailPort:
    """What CHOSEI_EMAIL_URL names: a mailbox of Exchange Online, or the server of Django's ``EMAIL_…``."""
    if settings.CHOSEI_GRAPH_MAILBOX:
        return _graph_mail(
            settings.CHOSEI_EMAIL_FROM,
            settings.CHOSEI_GRAPH_MAILBOX,
            settings.CHOSEI_GRAPH_MAILBOX_TENANT,
            settings.CHOSEI_MICROSOFT_CLIENT_ID,
            settings.CHOSEI_MICROSOFT_CLIENT_SECRET,
            settings.CHOSEI_MICROSOFT_LOGIN_URL,
            settings.CHOSEI_MICROSOFT_GRAPH_URL,
        )
    security = "tls" if settings.EMAIL_USE_SSL else "starttls" if settings.EMAIL_USE_TLS else "none"
    return _mail(
        settings.EMAIL_HOST,
        settings.EMAIL_PORT,
        settings.EMAIL_HOST_USER,
        settings.EMAIL_HOST_PASSWORD,
        security,
        settings.CHOSEI_EMAIL_FROM,
    )


@lru_cache(maxsize=1)
def _mail(*server_and_sender: str | int) -> MailPort:
    *server, sender = server_and_sender
    smtp_server = named("chosei.adapters.mail.server.SmtpServer")
    return cast(MailPort, named("chosei.adapters.mail.smtp.SmtpMail")(smtp_server(*server), sender))


@lru_cache(maxsize=1)
def _graph_mail(sender: str, *members: str) -> MailPort:
    mailbox = named("chosei.adapters.mail.graph.GraphMailbox")(*members)
    http = named("chosei.adapters.http.shared")("mail", mailbox.graph_url)
    from chosei.reconcile.limiter import pause, places

    account = _mailbox(mailbox.tenant, mailbox.address.lower())
    made = named("chosei.adapters.mail.graph.GraphMail")(
        mailbox,
        sender,
        http,
        place=lambda: places(account, 1),
        pause=lambda seconds: pause(account, seconds),
    )
    return cast(MailPort, made)


@lru_cache(maxsize=8)
def _provider(path: str) -> Provider:
    return cast(Provider, named(path)(settings))
