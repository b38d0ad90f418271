"""Secrets that an installation on one machine makes for itself, once, and keeps in its data folder."""

from __future__ import annotations

import os
from pathlib import Path


def kept_secret(path: Path, fresh: str) -> str:
    """The secret in `path` (0600); made from `fresh` at the first time, by whoever comes first.

    Raises OSError where the folder cannot be used.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{path.name}.{os.getpid()}")
    if not path.exists():
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(fresh)
        try:
            os.link(temporary, path)  # fails where another process was first: then theirs counts
        except FileExistsError:
            pass
        finally:
            temporary.unlink()
    return path.read_text(encoding="ascii").strip()
