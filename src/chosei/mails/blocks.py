"""A letter's body as a list of blocks: written once, shown as text and as HTML."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Addressee:
    """宛名: company and name, a line each."""

    lines: tuple[str, ...]
    kind = "addressee"


@dataclass(frozen=True, slots=True)
class Say:
    """A paragraph."""

    text: str
    kind = "say"


@dataclass(frozen=True, slots=True)
class Times:
    """One or more times, the heart of most letters. ``tone`` is hold, settled or gone (struck through).

    ``zone`` names the zone of the rows; ``elsewhere`` says the same time in the other side's, if it differs.
    """

    label: str
    rows: tuple[str, ...]
    zone: str
    tone: str
    elsewhere: str = ""
    kind = "times"


@dataclass(frozen=True, slots=True)
class Fact:
    """所要時間: 60分. With a ``url`` the value is a link to it, and the text shows the URL itself."""

    label: str
    value: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    rows: tuple[Fact, ...]
    kind = "facts"


@dataclass(frozen=True, slots=True)
class Action:
    """The one next step, as a button."""

    label: str
    url: str
    note: str = ""
    kind = "action"


@dataclass(frozen=True, slots=True)
class Aside:
    """A lesser step: a sentence with the link under it."""

    text: str
    label: str
    url: str
    kind = "aside"


@dataclass(frozen=True, slots=True)
class Code:
    """A reception code (受付コード) with its QR code; ``picture`` says what the picture is."""

    label: str
    digits: str
    note: str
    picture: str
    kind = "code"

    @property
    def cid(self) -> str:
        """The Content-ID of its picture (RFC 2392)."""
        return f"reception-code-{self.digits}@chosei"


@dataclass(frozen=True, slots=True)
class Quote:
    """Words that a person typed, shown as theirs."""

    label: str
    text: str
    kind = "quote"


@dataclass(frozen=True, slots=True)
class Signature:
    """Who writes, and under it what the organisation has under every letter to its customers."""

    lines: tuple[str, ...]
    footer: str = ""
    kind = "signature"


Block = Addressee | Say | Times | Facts | Action | Aside | Code | Quote | Signature


@dataclass(frozen=True, slots=True)
class Body:
    """Everything a reader sees. ``preview`` is the line that inboxes show beside the subject."""

    subject: str
    preview: str
    headline: str
    blocks: tuple[Block, ...]

    def __post_init__(self) -> None:
        """Facts of which there are none leave no gap."""
        told = tuple(one for one in self.blocks if not isinstance(one, Facts) or one.rows)
        object.__setattr__(self, "blocks", told)
