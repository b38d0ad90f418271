"""The tokens of the look as inline styles: what Outlook's Word engine and Gmail both understand.

Colours of the dark scheme stand in the template's one style sheet, for the clients that read it; the others
show the light scheme. Sizes are px, and nothing depends on a margin that Outlook would drop.
"""

from __future__ import annotations

from chosei.core.language import Language

_FONTS = {
    Language.JA: "'Noto Sans JP','Hiragino Sans','Yu Gothic UI','Yu Gothic',Meiryo,sans-serif",
    Language.EN: "'Noto Sans','Segoe UI','Helvetica Neue',Arial,sans-serif",
}
_TONES = {
    "hold": ("#8a5e00", "#fff4d9", "#e9cf8f"),
    "settled": ("#2a6f51", "#e7f3ed", "#b9dccb"),
    "gone": ("#59616b", "#f1efea", "#d9d5cc"),
}


def styles(language: Language) -> dict[str, str]:
    """Every inline style the template uses, by name."""
    font = f"font-family:{_FONTS[language]};"
    body = f"{font}font-size:15px;line-height:1.7;color:#1c2128;"
    small = f"{font}font-size:13px;line-height:1.6;color:#59616b;"
    break_long = "word-break:break-word;overflow-wrap:anywhere;"
    found = {
        "page": "margin:0;padding:0;background-color:#faf9f6;-webkit-text-size-adjust:100%;",
        "card": "background-color:#ffffff;border:1px solid #e6e3dc;border-radius:14px;",
        "brand": f"{font}font-size:13px;line-height:1.6;color:#59616b;font-weight:bold;{break_long}",
        # A logo is made for paper: in the dark scheme it keeps a white plate.
        "logo": f"{font}font-size:16px;line-height:1.4;font-weight:bold;color:#1c2128;display:inline-block;"
        "border:0;max-width:100%;background-color:#ffffff;border-radius:6px;",
        "headline": f"margin:0;{font}font-size:20px;line-height:1.4;font-weight:bold;color:#1c2128;"
        f"{break_long}",
        "digits": f"{font}font-size:28px;line-height:1.3;font-weight:bold;color:#1c2128;letter-spacing:4px;"
        "font-variant-numeric:tabular-nums;",
        "say": f"margin:0;{body}{break_long}",
        "label": f"{small}",
        "value": f"{body}{break_long}",
        "small": f"margin:0;{small}{break_long}",
        "link": "color:#1f4f8f;text-decoration:underline;",
        "button": f"{font}font-size:16px;line-height:20px;font-weight:bold;color:#ffffff;"
        "text-decoration:none;display:block;padding:14px 24px;border-radius:10px;background-color:#1f4f8f;",
        "button_cell": "border-radius:10px;background-color:#1f4f8f;",
        "quote": f"border-left:3px solid #e6e3dc;padding:4px 0 4px 14px;{body}{break_long}",
        "rule": "border-top:1px solid #e6e3dc;font-size:0;line-height:0;",
        "hidden": "display:none;max-height:0;max-width:0;overflow:hidden;opacity:0;mso-hide:all;"
        "font-size:1px;line-height:1px;color:#faf9f6;",
    }
    for tone, (ink, wash, line) in _TONES.items():
        struck = "text-decoration:line-through;" if tone == "gone" else ""
        found[f"{tone}_box"] = f"background-color:{wash};border:1px solid {line};border-radius:10px;"
        found[f"{tone}_label"] = f"{font}font-size:13px;line-height:1.6;font-weight:bold;color:{ink};"
        found[f"{tone}_row"] = (
            f"{font}font-size:18px;line-height:1.5;font-weight:bold;color:#1c2128;font-variant-numeric:tabular-nums;{struck}"
        )
    return found
