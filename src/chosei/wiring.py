"""Which adapter stands behind which port. Adapters are named by dotted path and imported when first used.

A provider is one line in ``PROVIDERS`` and one class with ``authorization()`` and ``calendar(access)``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from typing import Protocol, cast

from django.conf import settings

from chosei.ports.authorization import AuthorizationPort, Identity
from chosei.ports.calendar import CalendarPort
from chosei.ports.mail import MailPort
from chosei.records.models import Connection

PROVIDERS = {"microsoft": "chosei.adapters.microsoft.provider.MicrosoftProvider"}


@dataclass(frozen=True, slots=True)
class AccountAccess:
    """An account and the way to its access token; ``token(force=True)`` asks for a fresh one."""

    tenant_id: str
    object_id: str
    token: Callable[[bool], str]


class Provider(Protocol):
    """Made from Django's settings, of which it reads those with its own prefix."""

    def authorization(self) -> AuthorizationPort: ...

    def calendar(self, access: AccountAccess) -> CalendarPort: ...


def authorization(provider: str) -> AuthorizationPort:
    return _provider(PROVIDERS[provider]).authorization()


def calendar_of(connection: Connection) -> CalendarPort:
    """The connection's calendar, under its own permission; tokens are refreshed as needed."""
    from chosei.reconcile.tokens import access_token

    pk = connection.pk
    access = AccountAccess(
        connection.account_tenant, connection.account_object, lambda force: access_token(pk, force=force)
    )
    return _provider(PROVIDERS[connection.provider]).calendar(access)


def calendar_with(provider: str, token: str, identity: Identity) -> CalendarPort:
    """The calendar of somebody who has just signed in, before anything is kept."""
    access = AccountAccess(identity.tenant_id, identity.object_id, lambda force: token)
    return _provider(PROVIDERS[provider]).calendar(access)


@lru_cache(maxsize=1)
def _mail(url: str, sender: str) -> MailPort:
    from_url: Callable[[str, str], MailPort] = _named("chosei.adapters.mail.smtp.SmtpMail").from_url
    return from_url(url, sender)


def mail_port() -> MailPort:
    return _mail(settings.CHOSEI_EMAIL_URL, settings.CHOSEI_EMAIL_FROM)


@lru_cache(maxsize=8)
def _provider(path: str) -> Provider:
    return cast(Provider, _named(path)(settings))


def _named(path: str):  # type: ignore[no-untyped-def]
    module, _, name = path.rpartition(".")
    return getattr(import_module(module), name)
