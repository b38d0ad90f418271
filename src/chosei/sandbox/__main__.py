"""`python -m chosei.sandbox`: the sandbox as a process of its own."""

from __future__ import annotations

import argparse
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
    try:
        database = Database(arguments.data_dir)
    except OSError as error:
        parser.exit(1, f"sandbox: cannot use --data-dir {arguments.data_dir}: {error.strerror}\n")
    config = uvicorn.Config(
        create_app(database), host=arguments.host, port=arguments.port, log_level="warning", access_log=False
    )
    try:
        uvicorn.Server(config).run()
    finally:
        database.close()


if __name__ == "__main__":
    main()
