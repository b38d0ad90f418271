"""Header lines that carry words of people, as RFC 2047 has them.

Written here and not by ``EmailMessage``: where a long header mixes ASCII and Japanese, its folding puts
spaces in (CPython 3.11), and a subject must arrive to the letter.
"""

from __future__ import annotations

from email.header import Header
from email.utils import quote

_LINE = 76
_PLAIN = 60


def text_header(name: str, value: str) -> str:
    """``name: value`` with CRLF; encoded where it is long or not plain ASCII."""
    text = one_line(value)
    if text.isascii() and len(text) <= _PLAIN and "=?" not in text:
        return f"{name}: {text}\r\n"
    return f"{name}: {_encoded(text, name)}\r\n"


def address_header(name: str, display: str, address: str) -> str:
    """``name: display <address>`` with CRLF. Raises ValueError for an address that would break the line."""
    check_address(address)
    person = one_line(display)
    if not person:
        return f"{name}: {address}\r\n"
    if person.isascii() and len(person) <= _PLAIN and "=?" not in person:
        return f'{name}: "{quote(person)}"\r\n <{address}>\r\n'
    return f"{name}: {_encoded(person, name)}\r\n <{address}>\r\n"


def check_address(address: str) -> None:
    """Raises ValueError unless ``address`` is one address and nothing else."""
    local, at, domain = address.rpartition("@")
    forbidden = set(' \t\r\n<>,;:"()[]\\') & set(address)
    if not (local and at and domain) or forbidden or not address.isprintable() or len(address) > 320:
        raise ValueError("not an address")


def one_line(text: str) -> str:
    """``text`` without anything that could begin another header."""
    kept = (sign if sign.isprintable() or sign == "\u200d" else " " for sign in text)
    return " ".join("".join(kept).split())


def _encoded(text: str, name: str) -> str:
    return Header(text, "utf-8", maxlinelen=_LINE, header_name=name).encode(linesep="\r\n")
