"""The logo at the head of a letter: a part of the mail, so that no picture has to be fetched."""

from __future__ import annotations

from dataclasses import dataclass

from chosei.ports.mail import InlineImage
from chosei.records.models import Logo, Organization

_WIDTH, _HEIGHT = 200, 40  # px, as attributes: Outlook knows no max-width
_ENDINGS = {"image/png": "png", "image/jpeg": "jpg"}


@dataclass(frozen=True, slots=True)
class HeadLogo:
    """``width`` and ``height`` are what it is shown with, in px."""

    image: InlineImage
    width: int
    height: int


def logo_of(organization: Organization) -> HeadLogo | None:
    """None where the organisation has none."""
    logo = Logo.objects.filter(organization=organization).first()
    if logo is None:
        return None
    width, height = logo.within(_WIDTH, _HEIGHT)
    name = f"logo.{_ENDINGS[logo.content_type]}"
    image = InlineImage(f"logo-{logo.digest[:16]}@chosei", bytes(logo.image), name, logo.content_type)
    return HeadLogo(image, width, height)
