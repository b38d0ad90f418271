"""The SMTP side: takes every mail for every address, and says so only once it is kept."""

from __future__ import annotations

import asyncio
import socket
from datetime import UTC, datetime
from typing import Any

from aiosmtpd.smtp import SMTP

from chosei.sandbox.mailbox.store import Store

_LARGEST = 25 * 1024 * 1024


class _Handler:
    def __init__(self, store: Store) -> None:
        self._store = store

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 (aiosmtpd's name)
        for recipient in envelope.rcpt_tos:
            self._store.receive(
                envelope.content, str(envelope.mail_from), str(recipient), at=datetime.now(UTC)
            )
        return "250 2.0.0 Kept"


async def serve_smtp(store: Store, listener: socket.socket) -> asyncio.Server:
    """Listen until the server is closed; ``listener`` is bound already."""
    loop = asyncio.get_running_loop()

    def session() -> SMTP:
        return SMTP(
            _Handler(store),
            hostname="mailbox.example",
            ident="Chosei mailbox",
            data_size_limit=_LARGEST,
            enable_SMTPUTF8=True,
            loop=loop,
        )

    return await loop.create_server(session, sock=listener)
