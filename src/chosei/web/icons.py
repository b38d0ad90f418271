"""Our own small drawings, 24 units wide, drawn with strokes in the text's colour."""

from __future__ import annotations

ICONS = {
    "calendar": '<rect x="3.5" y="5" width="17" height="15.5" rx="2.5"/>'
    '<path d="M3.5 10h17M8 2.8v4M16 2.8v4"/>',
    "check": '<path d="M4.5 12.8l5 5L19.5 7"/>',
    "chevron-left": '<path d="M14.5 5.5L8 12l6.5 6.5"/>',
    "chevron-right": '<path d="M9.5 5.5L16 12l-6.5 6.5"/>',
    "clock": '<circle cx="12" cy="12" r="8.7"/><path d="M12 7v5.3l3.4 2.1"/>',
    "close": '<path d="M6 6l12 12M18 6L6 18"/>',
    "copy": '<rect x="8.5" y="8.5" width="12" height="12" rx="2.5"/>'
    '<path d="M15.5 5.5v-.2A1.8 1.8 0 0 0 13.7 3.5H5.3'
    'a1.8 1.8 0 0 0-1.8 1.8v8.4a1.8 1.8 0 0 0 1.8 1.8h.2"/>',
    "globe": '<circle cx="12" cy="12" r="8.7"/>'
    '<path d="M3.3 12h17.4M12 3.3c5 5.2 5 12.2 0 17.4c-5-5.2-5-12.2 0-17.4"/>',
    "info": '<circle cx="12" cy="12" r="8.7"/><path d="M12 11v5.4M12 7.6v.1"/>',
    "link": '<path d="M10 14a4.4 4.4 0 0 0 6.3 0l3-3A4.4 4.4 0 0 0 13 4.7l-1 1M14 10a4.4 4.4 0 0 0-6.3 0l-3 3'
    'A4.4 4.4 0 0 0 11 19.3l1-1"/>',
    "mail": '<rect x="3" y="5" width="18" height="14" rx="2.5"/><path d="M3.7 7l8.3 6.2L20.3 7"/>',
    "note": '<path d="M5 4h14v12.5L15.5 20H5z"/><path d="M8.5 9h7M8.5 13h5"/>',
    "people": '<circle cx="9" cy="8.3" r="3.5"/><path d="M2.7 19.5c.6-4 3-5.8 6.3-5.8s5.7 1.8 6.3 5.8'
    'M16 5.2a3.3 3.3 0 0 1 0 6.2M17.5 14c2.3.5 3.5 2.4 3.9 5.5"/>',
    "phone": '<path d="M6.5 3.5h3l1.5 4.5-2 1.5c1 2.5 2.5 4 5 5l1.5-2 4.5 1.5v3c0 1.5-1 2.5-2.5 2.5'
    'C10 19.5 4 13.5 4 6c0-1.5 1-2.5 2.5-2.5z"/>',
    "pin": '<path d="M12 21c4.6-4.7 6.8-8.2 6.8-11.2a6.8 6.8 0 0 0-13.6 0C5.2 12.8 7.4 16.3 12 21z"/>'
    '<circle cx="12" cy="9.8" r="2.4"/>',
    "plus": '<path d="M12 5v14M5 12h14"/>',
    "search": '<circle cx="11" cy="11" r="6.5"/><path d="M16 16l4.5 4.5"/>',
    "settled": '<circle cx="12" cy="12" r="8.7"/><path d="M7.8 12.4l3 3 5.5-6.2"/>',
    "up": '<path d="M12 19V5.5M5.5 12L12 5.5l6.5 6.5"/>',
    "video": '<rect x="2.8" y="6" width="12.7" height="12" rx="2.5"/><path d="M15.5 11l5.7-3.5v9L15.5 13z"/>',
    "warning": '<path d="M12 3.8l9 16H3z"/><path d="M12 10v4.5M12 17v.1"/>',
}
