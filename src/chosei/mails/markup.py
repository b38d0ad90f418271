"""User text as HTML: escaped, line breaks kept, addresses of pages made links."""

from __future__ import annotations

import re

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

# ASCII only: Japanese is written without spaces, so a URL ends where Japanese begins.
_URL = re.compile(r"https?://[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]+")
_NOT_AT_END = ".,:;!?'"


def linked(text: str, style: str = "") -> SafeString:
    """``text`` as safe HTML. Only http and https become links."""
    parts: list[str] = []
    position = 0
    for found in _URL.finditer(text):
        url = _without_sentence_end(found[0])
        parts.append(escape(text[position : found.start()]))
        parts.append(
            format_html(
                '<a class="link" href="{}" style="{}" rel="noopener noreferrer">{}</a>', url, style, url
            )
        )
        position = found.start() + len(url)
    parts.append(escape(text[position:]))
    return mark_safe("".join(parts).replace("\n", "<br>"))  # noqa: S308 (every part above is escaped)


def _without_sentence_end(url: str) -> str:
    """A full stop or an unopened bracket at the end belongs to the sentence, not to the URL."""
    while url and (url[-1] in _NOT_AT_END or (url[-1] == ")" and url.count("(") < url.count(")"))):
        url = url[:-1]
    return url
