"""Everything the identity platform remembers."""

from __future__ import annotations

from dataclasses import dataclass

from chosei.sandbox.database import Database
from chosei.sandbox.directory import Directory
from chosei.sandbox.identity.apps import Apps
from chosei.sandbox.identity.codes import Codes
from chosei.sandbox.identity.consents import Consents
from chosei.sandbox.identity.flows import Browsers, Flows
from chosei.sandbox.identity.keys import Keys
from chosei.sandbox.identity.tokens import Tokens


@dataclass(frozen=True, slots=True)
class IdentityStore:
    """The stores of the identity platform, all in one database."""

    apps: Apps
    consents: Consents
    keys: Keys
    codes: Codes
    flows: Flows
    browsers: Browsers
    tokens: Tokens

    @classmethod
    def open(cls, database: Database, directory: Directory, code_seconds: int) -> IdentityStore:
        """Create missing tables and the demo registrations."""
        return cls(
            Apps(database),
            Consents(database),
            Keys(database),
            Codes(database, code_seconds),
            Flows(database),
            Browsers(database, directory),
            Tokens(database),
        )
