"""Verifying the ID token that says who signed in.

Source: entra-docs identity-platform/id-token-claims-reference, access-tokens ("validate the issuer"): with
the metadata of ``organizations`` the issuer holds the literal ``{tenantid}``, to be replaced by the token's
``tid`` and compared exactly.
"""

from __future__ import annotations

import re

from chosei.adapters import openid
from chosei.adapters.openid import IssuerKeys
from chosei.ports.authorization import Identity
from chosei.ports.errors import Rejected

_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_PERSONAL_TENANT = "9188040d-6c67-4c5b-b112-36a304b66dad"


def identity(token: str, *, keys: IssuerKeys, client_id: str, nonce: str) -> Identity:
    """Who the token is about. Raises ``Rejected`` with a code that begins with ``id_token`` for anything but
    a true one."""
    claims, issuer = openid.signed_claims(token, keys)
    tenant = openid.text(claims, "tid")
    if not _GUID.fullmatch(tenant):
        raise Rejected("id_token_tenant")
    if tenant.lower() == _PERSONAL_TENANT:
        raise Rejected("id_token_personal_account")
    if openid.text(claims, "iss") != issuer.replace("{tenantid}", tenant):
        raise Rejected("id_token_issuer")
    if openid.text(claims, "aud") != client_id:
        raise Rejected("id_token_audience")
    openid.check_times(claims)
    openid.check_nonce(claims, nonce)
    account = openid.text(claims, "oid")
    if not _GUID.fullmatch(account):
        raise Rejected("id_token_account")
    name, login = claims.get("name"), claims.get("preferred_username")
    return Identity(
        tenant_id=tenant.lower(),
        object_id=account.lower(),
        display_name=name if isinstance(name, str) else "",
        login_name=login if isinstance(login, str) else "",
    )
