"""`python -m chosei.sandbox.mailbox`: the mailbox as a process of its own."""

from __future__ import annotations

import argparse
import os
import socket
from contextlib import suppress
from pathlib import Path

import uvicorn

from chosei.sandbox.mailbox.app import create_app
from chosei.sandbox.mailbox.store import Store

_LOOPBACK = {"127.0.0.1", "localhost", "::1"}


def main() -> None:
    """Serve until stopped. Exit code 1 with one line where a port is taken or the folder unwritable."""
    parser = argparse.ArgumentParser(
        prog="chosei mailbox", description="Keeps and shows the mail Chosei sends."
    )
    parser.add_argument(
        "--host", default="127.0.0.1", help="loopback only: everybody may read everything here"
    )
    parser.add_argument("--port", type=int, default=8025)
    parser.add_argument("--smtp-port", type=int, default=9025)
    parser.add_argument("--data-dir", type=Path, default=Path(".chosei/mailbox"))
    arguments = parser.parse_args()
    try:
        store = Store(arguments.data_dir)
    except OSError as error:
        parser.exit(1, f"mailbox: cannot use --data-dir {arguments.data_dir}: {error.strerror}\n")
    with _listen(parser, arguments.host, arguments.smtp_port) as smtp:
        viewer = _listen(parser, arguments.host, arguments.port)
        app = create_app(store, smtp, everywhere=arguments.host not in _LOOPBACK)
        config = uvicorn.Config(app, log_level="warning", access_log=False, timeout_graceful_shutdown=2)
        # uvicorn has shut everything down when it raises Ctrl-C once more for its caller.
        with suppress(KeyboardInterrupt):
            uvicorn.Server(config).run(sockets=[viewer])
        store.close()


def _listen(parser: argparse.ArgumentParser, host: str, port: int) -> socket.socket:
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server((host, port), family=family)
    except OSError as error:
        parser.exit(1, f"mailbox: cannot listen on {host}:{port}: {os.strerror(error.errno or 0)}\n")


if __name__ == "__main__":
    main()
