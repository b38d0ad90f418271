"""`python -m chosei.sandbox`: the sandbox as a process of its own."""

from __future__ import annotations

import argparse
import os
import socket
import sqlite3
import sys
from pathlib import Path

import uvicorn

from chosei.sandbox.app import create_app
from chosei.sandbox.database import Database


def main() -> None:
    """Serve until stopped. Exit code 1 with one line where the port is taken or the folder unwritable."""
    parser = argparse.ArgumentParser(prog="chosei sandbox", description="A Microsoft 365 to try Chosei with.")
    parser.add_argument("--host", default="127.0.0.1", help="loopback only: everybody may do everything here")
    parser.add_argument("--port", type=int, default=8100)
    parser.add_argument("--data-dir", type=Path, default=Path(".chosei/sandbox"))
    arguments = parser.parse_args()
    host, port = arguments.host, arguments.port
    try:
        listener = socket.create_server((host, port))
        # asyncio spares answers the wait of Nagle's algorithm only on sockets that it opened itself.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else str(error)
        parser.exit(1, f"sandbox: cannot listen on {host}:{port}: {reason}\n")
    try:
        database = Database(arguments.data_dir)
    except (OSError, sqlite3.OperationalError) as error:
        parser.exit(1, f"sandbox: cannot use --data-dir {arguments.data_dir}: {error}\n")
    # Proxy headers are believed from this machine only, which is uvicorn's default.
    config = uvicorn.Config(
        create_app(database), log_level="warning", access_log=False, timeout_graceful_shutdown=2
    )
    sys.stdout.write(f"sandbox: http://{host}:{listener.getsockname()[1]}\n")
    sys.stdout.flush()
    try:
        uvicorn.Server(config).run(sockets=[listener])
    finally:
        database.close()


if __name__ == "__main__":
    main()
