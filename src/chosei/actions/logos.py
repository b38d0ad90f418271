"""An organisation's logo: in mails to customers, on their pages and at the front desk."""

from __future__ import annotations

from hashlib import sha256

from chosei.actions.errors import Closed, InvalidInput
from chosei.core.pictures import PictureRefused, clean_picture
from chosei.records.models import Logo, Member


def set_logo(member: Member, content: bytes) -> Logo:
    """Keep the picture in ``content``, in place of the one before.

    Raises Closed (not_administrator), InvalidInput (logo: a code of ``PictureRefused``).
    """
    _insist_administrator(member)
    try:
        picture = clean_picture(content)
    except PictureRefused as refused:
        raise InvalidInput(logo=refused.code) from None
    logo, _ = Logo.objects.update_or_create(
        organization=member.organization,
        defaults={
            "image": picture.content,
            "content_type": picture.content_type,
            "width": picture.width,
            "height": picture.height,
            "digest": sha256(picture.content).hexdigest(),
        },
    )
    return logo


def remove_logo(member: Member) -> None:
    """Back to the name alone. Raises Closed (not_administrator)."""
    _insist_administrator(member)
    Logo.objects.filter(organization=member.organization_id).delete()


def _insist_administrator(member: Member) -> None:
    if not member.is_administrator:
        raise Closed("not_administrator")
