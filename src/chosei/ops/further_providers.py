"""Settings of providers that `chosei.ops.config` does not know by name: whatever has their prefix.

So a provider needs its own folder and one line in `chosei.ports.providers`, and nothing here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pydantic_settings import DotEnvSettingsSource, EnvSettingsSource

from chosei.ops.addresses import base_url
from chosei.ops.config import Config, ConfigError
from chosei.ports.providers import prefix


def further_settings(providers: Iterable[str]) -> dict[str, str]:
    """By name, every variable of these providers that no field of ``Config`` is for, from ``.env`` and the
    environment, which goes first.

    Raises:
        ConfigError: a name that ends in ``_URL`` holds no such address.
    """
    prefixes = tuple(prefix(provider).lower() for provider in providers)
    given = {**DotEnvSettingsSource(Config).env_vars, **EnvSettingsSource(Config).env_vars}
    return {
        name.upper(): _checked(name.upper(), value)
        for name, value in given.items()
        if value and name not in Config.model_fields and prefixes and name.startswith(prefixes)
    }


def sign_in_urls(settings: Mapping[str, str]) -> tuple[str, ...]:
    """Where a form of ours may lead by redirection."""
    return tuple(value for name, value in settings.items() if name.endswith("_LOGIN_URL"))


def _checked(name: str, value: str) -> str:
    if not name.endswith("_URL"):
        return value
    try:
        return base_url(value)
    except ValueError as wrong:
        raise ConfigError(f"{name}: {wrong}") from None
