"""Bodies as Exchange stores and returns them: HTML gets a document around it, text can be had either way."""

from __future__ import annotations

import re
from html import escape, unescape

_HEAD = '<html><head>\r\n<meta http-equiv="Content-Type" content="text/html; charset=utf-8"></head><body>\r\n'
_TAIL = "\r\n</body></html>"
_PREVIEW = 255


def stored(content: str, content_type: str) -> tuple[str, str]:
    """What is kept: (content, type). Scripts are taken out, as Exchange does; an empty body stays empty."""
    if content_type == "text" or not content:
        return content, content_type
    safe = re.sub(r"(?is)<script.*?</script\s*>", "", content)
    if re.search(r"(?i)<html", safe):
        return safe, "html"
    return f"{_HEAD}{safe}{_TAIL}", "html"


def as_html(content: str, content_type: str) -> str:
    """A body for a reader who takes HTML."""
    if content_type == "html" or not content:
        return content
    lines = "<br>\r\n".join(escape(line) for line in content.splitlines())
    return f'{_HEAD}<div class="PlainText">{lines}</div>{_TAIL}'


def as_text(content: str, content_type: str) -> str:
    """A body for a reader who asked for text."""
    if content_type == "text":
        return content
    text = re.sub(r"(?is)<(head|style).*?</\1>", "", content)
    text = re.sub(r"(?i)<(br|/p|/div|/tr|/li)[^>]*>", "\n", text)
    text = unescape(re.sub(r"(?s)<[^>]+>", "", text))
    return re.sub(r"\n{3,}", "\n\n", text.replace("\r", "")).strip()


def preview(content: str, content_type: str) -> str:
    """The first characters, in plain text."""
    return as_text(content, content_type)[:_PREVIEW]


def append(content: str, content_type: str, block: str) -> str:
    """An HTML body with a block at its end."""
    html = as_html(content, content_type) or f"{_HEAD}{_TAIL}"
    at = html.lower().rfind("</body>")
    return html[:at] + block + html[at:] if at >= 0 else html + block
