"""Who signed in, by Google's ID token.

``sub`` says who and never changes; ``hd`` is the Workspace domain, which a personal account has not; the
address may change. Source: developers.google.com/identity/openid-connect/openid-connect.
"""

from __future__ import annotations

from chosei.adapters import openid
from chosei.adapters.openid import IssuerKeys
from chosei.ports.authorization import Identity
from chosei.ports.errors import Rejected

PERSONAL = "id_token_personal_account"


def identity(token: str, *, keys: IssuerKeys, client_id: str, nonce: str) -> Identity:
    """Raises ``Rejected`` with a code that begins with ``id_token`` for anything but a true one."""
    claims, issuer = openid.signed_claims(token, keys)
    # Both spellings are documented.
    if openid.text(claims, "iss") not in (issuer, issuer.removeprefix("https://")):
        raise Rejected("id_token_issuer")
    if openid.text(claims, "aud") != client_id:
        raise Rejected("id_token_audience")
    openid.check_times(claims)
    openid.check_nonce(claims, nonce)
    subject, domain = openid.text(claims, "sub"), claims.get("hd")
    if not isinstance(domain, str) or not domain:
        raise Rejected(PERSONAL)
    name, address = claims.get("name"), claims.get("email")
    return Identity(
        tenant_id=domain.lower(),
        object_id=subject,
        display_name=name if isinstance(name, str) else "",
        login_name=address if isinstance(address, str) else "",
    )
