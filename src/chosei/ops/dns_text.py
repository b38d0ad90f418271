"""TXT records by plain DNS (RFC 1035 over UDP, over TCP where the answer is cut), without a library.

The standard library resolves addresses only, and three look-ups for `chosei doctor` are worth no dependency.
"""

from __future__ import annotations

import secrets
import socket
import struct
from pathlib import Path

TIMEOUT_SECONDS = 3.0
_TXT, _INTERNET = 16, 1
_NO_SUCH_NAME = 3
_PORT = 53


class NoResolver(Exception):
    """No name server answers here: nothing can be said."""


def name_servers(path: Path = Path("/etc/resolv.conf")) -> list[str]:
    """The name servers this machine uses, none where the file is not there."""
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []
    words = (line.split() for line in lines)
    return [word[1] for word in words if len(word) > 1 and word[0] == "nameserver"]


def text_records(name: str, servers: list[tuple[str, int]] | None = None) -> list[str]:
    """The TXT records of `name`, followed through aliases; none when it has none.

    Raises:
        NoResolver: no server gave a usable answer.
    """
    for address in servers if servers is not None else [(host, _PORT) for host in name_servers()]:
        try:
            return _asked(name, address)
        except (OSError, ValueError, IndexError, struct.error):
            continue
    raise NoResolver


def _asked(name: str, server: tuple[str, int]) -> list[str]:
    number = secrets.randbits(16)
    query = struct.pack(">6H", number, 0x0100, 1, 0, 0, 0) + _labels(name)
    query += struct.pack(">2H", _TXT, _INTERNET)
    family = socket.AF_INET6 if ":" in server[0] else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as udp:
        udp.settimeout(TIMEOUT_SECONDS)
        udp.connect(server)
        udp.send(query)
        answer = udp.recv(4096)
    if answer[2] & 0x02:  # cut: the whole answer comes over TCP
        with socket.create_connection(server, timeout=TIMEOUT_SECONDS) as tcp:
            tcp.sendall(struct.pack(">H", len(query)) + query)
            (length,) = struct.unpack(">H", _exactly(tcp, 2))
            answer = _exactly(tcp, length)
    return _texts(answer, number)


def _labels(name: str) -> bytes:
    parts = [part.encode("idna") for part in name.rstrip(".").split(".")]
    return b"".join(bytes([len(part)]) + part for part in parts) + b"\0"


def _exactly(stream: socket.socket, length: int) -> bytes:
    got = b""
    while len(got) < length:
        more = stream.recv(length - len(got))
        if not more:
            raise ValueError("the answer ended early")
        got += more
    return got


def _texts(answer: bytes, number: int) -> list[str]:
    """The TXT records of an answer. Raises ValueError for one that is not ours or says that it failed."""
    theirs, flags, questions, answers = struct.unpack(">4H", answer[:8])
    code = flags & 0x0F
    if theirs != number or not flags & 0x8000 or code not in (0, _NO_SUCH_NAME):
        raise ValueError("no answer to this question")
    place = 12
    for _ in range(questions):
        place = _after_name(answer, place) + 4
    found = []
    for _ in range(answers):
        place = _after_name(answer, place)
        kind, _class, _lifetime, length = struct.unpack(">2HIH", answer[place : place + 10])
        place += 10
        if kind == _TXT:
            found.append(_joined(answer[place : place + length]))
        place += length
    return found


def _after_name(answer: bytes, place: int) -> int:
    while answer[place]:
        if answer[place] & 0xC0:  # a pointer ends the name
            return place + 2
        place += answer[place] + 1
    return place + 1


def _joined(data: bytes) -> str:
    """One record's strings, each led by its length, put together."""
    text, place = b"", 0
    while place < len(data):
        text += data[place + 1 : place + 1 + data[place]]
        place += 1 + data[place]
    return text.decode("utf-8", errors="replace")
