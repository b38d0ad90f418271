"""The providers Chosei knows: one line each, and everything else in the provider's own folder.

A provider is a class, named here by its dotted path and imported when first used. It is made from Django's
settings, of which it reads those with its own prefix (``CHOSEI_GOOGLE_…``), has the class attribute ``about``
and the methods of ``wiring.Provider``. See docs/providers.md.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any, cast

from chosei.core.providers import About

MICROSOFT = "microsoft"
PROVIDERS = {
    MICROSOFT: "chosei.adapters.microsoft.provider.MicrosoftProvider",
    "google": "chosei.adapters.google.provider.GoogleProvider",
    "zoom": "chosei.adapters.zoom.provider.ZoomProvider",
}


def named(path: str) -> Any:
    """What the dotted ``path`` names."""
    module, _, name = path.rpartition(".")
    return getattr(import_module(module), name)


def about(provider: str) -> About:
    """What people are told of it. Raises KeyError for a provider that is not registered."""
    return cast(About, named(PROVIDERS[provider]).about)


def may_have_room(provider: str, address: str) -> bool:
    """Whether a room of this address can be one of the provider's, as far as addresses tell."""
    domain, own = address.rpartition("@")[2].lower(), about(provider).room_domain
    return domain == own if own else domain not in {about(one).room_domain for one in PROVIDERS} - {""}


def prefix(provider: str) -> str:
    """What the names of its settings begin with."""
    return f"CHOSEI_{provider.upper()}_"
