"""What an administrator settles for the whole company."""

from __future__ import annotations

from chosei.actions.errors import InvalidInput
from chosei.records.models import Organization

MAX_FOOTER = 1000


def change_organization(organization: Organization, *, write_holds: bool, mail_footer: str) -> None:
    """``write_holds``: whether new proposals hold their times unless the author says otherwise.
    ``mail_footer`` stands under every letter to a customer, those that still wait included.

    Raises InvalidInput(mail_footer).
    """
    if len(mail_footer) > MAX_FOOTER:
        raise InvalidInput(mail_footer="too_long")
    organization.write_holds = write_holds
    organization.mail_footer = mail_footer.strip()
    organization.save(update_fields=["write_holds", "mail_footer"])
