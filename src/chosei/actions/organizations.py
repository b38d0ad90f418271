"""What an administrator settles for the whole company."""

from __future__ import annotations

from chosei.records.models import Organization


def change_organization(organization: Organization, *, write_holds: bool) -> None:
    """``write_holds``: whether new proposals hold their times unless the author says otherwise."""
    organization.write_holds = write_holds
    organization.save(update_fields=["write_holds"])
