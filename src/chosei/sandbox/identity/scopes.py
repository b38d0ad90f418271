"""Permissions: which exist, who may grant them, and how clients write them.

Source: microsoft-graph-devx-content permissions.json (admin by definition) and entra-docs
manage-app-consent-policies (what Microsoft's managed policy keeps from users). The texts are our own.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

GRAPH_HOSTS = {
    "graph.microsoft.com",
    "graph.microsoft.us",
    "dod-graph.microsoft.us",
    "microsoftgraph.chinacloudapi.cn",
    "127.0.0.1",
    "localhost",
    "::1",
}
DEFAULT = ".default"


@dataclass(frozen=True, slots=True)
class Permission:
    """One delegated permission. `admin` needs an administrator anywhere; `policy` where users may not
    consent."""

    name: str
    japanese: str
    english: str
    admin: bool = False
    policy: bool = False


_OPENID = [
    Permission("openid", "あなたのサインイン", "Sign you in"),
    Permission("profile", "基本プロファイルの表示", "View your basic profile"),
    Permission("email", "メールアドレスの表示", "View your email address"),
    Permission(
        "offline_access",
        "許可したデータへのアクセスの維持",
        "Maintain access to data you have given it access to",
    ),
]
_GRAPH = [
    Permission("User.Read", "サインインとプロファイルの読み取り", "Sign you in and read your profile"),
    Permission("User.ReadBasic.All", "全員の基本プロファイルの読み取り", "Read all users' basic profiles"),
    Permission(
        "User.Read.All", "全員の詳しいプロファイルの読み取り", "Read all users' full profiles", admin=True
    ),
    Permission("Organization.Read.All", "組織の情報の読み取り", "Read organization information", admin=True),
    Permission("Calendars.Read", "予定表の読み取り", "Read your calendars", policy=True),
    Permission(
        "Calendars.ReadBasic", "予定表の基本情報の読み取り", "Read basics of your calendars", admin=True
    ),
    Permission(
        "Calendars.ReadWrite", "予定表の読み取りと書き込み", "Read and write your calendars", policy=True
    ),
    Permission(
        "Calendars.Read.Shared", "共有された予定表の読み取り", "Read calendars shared with you", policy=True
    ),
    Permission(
        "Calendars.ReadWrite.Shared",
        "共有された予定表の読み取りと書き込み",
        "Read and write calendars shared with you",
        policy=True,
    ),
    Permission("Place.Read.All", "会社のすべての場所の読み取り", "Read all company places", admin=True),
    Permission("OnlineMeetings.Read", "オンライン会議の読み取り", "Read your online meetings", policy=True),
    Permission(
        "OnlineMeetings.ReadWrite",
        "オンライン会議の読み取りと作成",
        "Read and create your online meetings",
        policy=True,
    ),
    Permission(
        "MailboxSettings.Read", "メールボックス設定の読み取り", "Read your mailbox settings", policy=True
    ),
    Permission(
        "MailboxSettings.ReadWrite",
        "メールボックス設定の読み取りと書き込み",
        "Read and write your mailbox settings",
        policy=True,
    ),
    Permission("Mail.Send", "あなたとしてのメールの送信", "Send mail as you"),
]

PERMISSIONS = {permission.name: permission for permission in [*_OPENID, *_GRAPH]}
OPENID_SCOPES = frozenset(permission.name for permission in _OPENID)
APPLICATION_PERMISSIONS = frozenset(
    {
        "Calendars.Read",
        "Calendars.ReadWrite",
        "Mail.Send",
        "MailboxSettings.Read",
        "OnlineMeetings.ReadWrite.All",
        "Place.Read.All",
        "User.Read.All",
        "User.ReadBasic.All",
    }
)
_BY_FOLDED_NAME = {name.casefold(): name for name in [*PERMISSIONS, DEFAULT]}


class UnknownScopeError(ValueError):
    """A scope that does not exist, or belongs to another API; `scope` as it was asked for."""

    def __init__(self, scope: str) -> None:
        super().__init__(scope)
        self.scope = scope


@dataclass(frozen=True, slots=True)
class ScopeRequest:
    """What a client asked for, by short name. `prefix` is how it wrote Graph's scopes ("" for short
    names)."""

    names: frozenset[str]
    prefix: str

    def resolved(self, registered: frozenset[str]) -> frozenset[str]:
        """The names, with `.default` replaced by what the application is registered for."""
        return (self.names - {DEFAULT}) | (registered if DEFAULT in self.names else frozenset())

    def written(self, granted: frozenset[str]) -> str:
        """Granted scopes in the client's own spelling; offline_access shows by its refresh token alone."""
        openid = sorted(granted & OPENID_SCOPES - {"offline_access"})
        return " ".join(openid + [self.prefix + name for name in sorted(granted - OPENID_SCOPES)])


def parse_scopes(text: str) -> ScopeRequest:
    """Read a scope parameter: short or full names, in any capitals. Raises UnknownScopeError."""
    names: set[str] = set()
    prefix = ""
    for word in text.split():
        short = word
        if "://" in word:
            parts = urlsplit(word)
            if parts.hostname not in GRAPH_HOSTS:
                raise UnknownScopeError(word)
            short = parts.path.lstrip("/")
            prefix = word[: len(word) - len(short)]
        known = _BY_FOLDED_NAME.get(short.casefold())
        if known is None:
            raise UnknownScopeError(word)
        names.add(known)
    return ScopeRequest(frozenset(names), prefix)


def needs_admin(names: frozenset[str], *, user_consent_allowed: bool) -> bool:
    """Whether an ordinary person of such a tenant is stopped by any of these scopes."""
    wanted = [PERMISSIONS[name] for name in names]
    return any(p.admin or (p.policy and not user_consent_allowed) for p in wanted)
