"""Which PostgreSQL Django talks to: the one of DATABASE_URL, or the private one in the data folder."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from chosei.ops.config import Config
from chosei.ops.postgres_files import DATABASE, running_url

POOL = {"min_size": 2, "max_size": 24, "timeout": 10.0, "max_lifetime": 1800.0}
"""Connections of one web process; seconds. For its requests and for calendars read live: a reading that hangs
at the provider keeps its connection after its request has gone on without it."""

_GENERIC = "-c plan_cache_mode=force_generic_plan"
"""For the statements of `chosei.records.prepared`: planned once in each connection. PostgreSQL would rather
plan anew each time, in hope of a better plan for the values at hand; there is none, and planning takes longer
than looking."""


def django_database(config: Config, *, pooled: bool) -> dict[str, Any]:
    """One entry of Django's DATABASES.

    Without DATABASE_URL and without a running private server the entry names a server that does not answer:
    commands that need no database (checks, `makemigrations --check`) still work.
    """
    url = (
        config.database_url or running_url(config.chosei_data_dir / "postgres") or f"postgresql:///{DATABASE}"
    )
    parts = urlsplit(url)
    options: dict[str, Any] = dict(parse_qsl(parts.query))
    host = options.pop("host", parts.hostname or "")
    planned = options.pop("prepared", "yes") != "no"
    if pooled:
        options["pool"] = POOL
        if planned:
            options |= {"prepare_threshold": 0, "options": f"{_GENERIC} {options.get('options', '')}".strip()}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")) or DATABASE,
        "USER": unquote(parts.username or options.pop("user", "")),
        "PASSWORD": unquote(parts.password or options.pop("password", "")),
        "HOST": host,
        "PORT": str(parts.port or options.pop("port", "")),
        "CONN_MAX_AGE": 0,  # a worker's and a command's connection ends with its work; the web has the pool
        "CONN_HEALTH_CHECKS": not pooled,
        "OPTIONS": options,
        "ATOMIC_REQUESTS": False,
    }
