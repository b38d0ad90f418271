"""E-mail addresses: cleaning what was typed, comparing, showing. Whether a form accepts one is the form's
affair.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from chosei.core.text import one_line


def clean_address(typed: str) -> str:
    """The address that was meant: trimmed, and in plain letters where a Japanese keyboard typed wide ones.

    A mailbox name that truly has other letters keeps them: only what becomes plain ASCII is rewritten.
    """
    text = one_line(typed).strip(" \u3000").replace("＠", "@")
    return "@".join(_narrow(part) for part in text.split("@"))


def address_key(address: str) -> str:
    """What two spellings of one mailbox share; for comparing and looking up, never for sending.

    Letter case is ignored on both sides of the @ (no mail system in use tells cases apart), an international
    domain is the same in either spelling, a final dot of the domain means nothing.
    """
    local, at, domain = clean_address(address).rpartition("@")
    if not at:
        return domain.casefold()
    return f"{unicodedata.normalize('NFC', local.casefold())}@{domain_key(domain)}"


def same_address(one: str, other: str) -> bool:
    return address_key(one) == address_key(other)


def goes_by(addresses: Iterable[str], wanted: str, accepted: str = "") -> bool:
    """Whether an account with these addresses is ``wanted``'s, or was accepted as such.

    An account that names no address at all tells nothing either way.
    """
    known = list(addresses)
    return not known or any(same_address(one, wanted) for one in (*known, accepted) if one)


def domain_of(address: str) -> str:
    """The domain in its comparable form, or an empty string when there is no @."""
    _, at, domain = clean_address(address).rpartition("@")
    return domain_key(domain) if at else ""


def domain_key(domain: str) -> str:
    """``domain`` in lower-case ASCII (xn--…), as name servers know it."""
    plain = unicodedata.normalize("NFKC", domain).strip().rstrip(".").lower()
    try:
        return plain.encode("idna").decode("ascii")
    except UnicodeError:
        # Not a domain at all; it still must compare equal to itself.
        return plain


def _narrow(text: str) -> str:
    narrow = unicodedata.normalize("NFKC", text)
    return narrow if narrow.isascii() else text
