"""The organisation's sign at the head of a page."""

from __future__ import annotations

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from chosei.records.models import Organization
from chosei.web.logos import logo_of
from chosei.web.templatetags.chosei import avatar

register = template.Library()


@register.simple_tag
def company_sign(organization: Organization) -> SafeString:
    """The logo, or the first letter of the name. The name stands beside it, so screen readers skip it."""
    logo = logo_of(organization)
    if logo is None:
        return avatar(organization.name, kind="company")
    return format_html(
        '<img class="company-logo" src="{}" width="{}" height="{}" alt="">', logo.url, logo.width, logo.height
    )
