"""What `chosei doctor` says of one thing."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One check: `advice` (the next step) is empty when nothing has to be done."""

    subject: str
    state: str
    advice: str = ""

    def __str__(self) -> str:
        mark = "!!" if self.advice else "ok"
        return f"{mark}  {self.subject}: {self.state}" + (f" -> {self.advice}" if self.advice else "")
