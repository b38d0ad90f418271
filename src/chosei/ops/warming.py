"""What the web server's processes share: loaded once, before they fork, so that nobody's first page waits.

Without it the first customer after a restart waited most of a second for the world's holidays alone, in each
process, and everybody else behind them.
"""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.template.loader import get_template
from django.urls import get_resolver
from django.utils import timezone, translation

from chosei.actions.holidays import COUNTRIES, holidays_in
from chosei.core.hours import DateRange


def load_shared() -> None:
    """Views, holidays, both languages and the pages that customers open. No connection is opened by that."""
    get_resolver().url_patterns  # noqa: B018  (imports every view)
    today = timezone.localdate()
    for country in COUNTRIES:
        holidays_in(country, DateRange(today, today))
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            pass  # its catalogue is read
    import chosei.web.public

    folder = Path(chosei.web.public.__file__).parent / "templates"
    for page in sorted(folder.rglob("*.html")):
        get_template(str(page.relative_to(folder)))
