"""What people type into the pages."""

from __future__ import annotations

from starlette.requests import Request


class FormProblem(Exception):
    """A field that has to be mended; `message` is Japanese and shown at the field."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(field)
        self.field = field
        self.message = message


async def form_of(request: Request) -> dict[str, str]:
    """A form's text members; a file is no text and is left out."""
    form = await request.form()
    return {name: value for name, value in form.items() if isinstance(value, str)}
