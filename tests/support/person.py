"""Somebody in front of the sandbox's sign-in pages: reads them and presses their buttons, without a
browser."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urljoin, urlsplit

import httpx2
from bs4 import BeautifulSoup
from bs4.element import Tag

PASSWORD = "chosei-demo"


@dataclass
class Person:
    """One browser on one sandbox. Redirects within the sandbox are followed; the first one that leaves it
    ends the
    walk: `returned` then holds the members that came back to the client, `returned_to` the whole address."""

    origin: str
    language: str = "ja"
    page: BeautifulSoup = field(default_factory=lambda: BeautifulSoup("", "html.parser"))
    status: int = 0
    url: str = ""
    returned: dict[str, str] = field(default_factory=dict)
    returned_to: str = ""

    def __post_init__(self) -> None:
        # verify=False, as loading certificates for plain http takes longer than most tests
        self.client = httpx2.Client(
            verify=False, base_url=self.origin, headers={"Accept-Language": self.language}
        )

    def __enter__(self) -> Person:
        return self

    def __exit__(self, *error: object) -> None:
        self.client.close()

    @property
    def heading(self) -> str:
        """The page's first heading."""
        found = self.page.find("h1")
        return found.get_text(strip=True) if found else ""

    @property
    def text(self) -> str:
        """All that the page says."""
        return self.page.get_text(" ", strip=True)

    def open(self, url: str, **query: str) -> Person:
        """Go to an address of the sandbox."""
        self.returned, self.returned_to = {}, ""
        return self._arrive(self.client.get(url, params=query) if query else self.client.get(url))

    def press(self, label: str, *, tick: str = "", untick: str | None = None, **fields: str) -> Person:
        """Fill in fields and press the button that reads `label`, in the form it stands in. With `untick`
        boxes that are ticked stay so, but for the one of that value."""
        button = next((b for b in self.page.find_all("button") if label in b.get_text(" ", strip=True)), None)
        assert button is not None, f"no button {label!r} on: {self.text}"
        form = button.find_parent("form")
        assert isinstance(form, Tag)
        members: dict[str, str | list[str]] = {
            str(i["name"]): str(i.get("value", ""))
            for i in form.find_all("input")
            if i.get("type") != "checkbox"
        }
        for select in form.find_all("select"):
            option = select.find("option", selected=True) or select.find("option")
            members[str(select["name"])] = str(option["value"]) if isinstance(option, Tag) else ""
        if button.get("name"):
            members[str(button["name"])] = str(button.get("value", ""))
        if untick is not None:
            for box in form.find_all("input", {"type": "checkbox", "checked": True}):
                kept = members.setdefault(str(box["name"]), [])
                if isinstance(kept, list) and box["value"] != untick:
                    kept.append(str(box["value"]))
        if tick:
            box = form.find("input", {"type": "checkbox", "name": tick})
            assert box is not None, f"no box {tick!r}"
            members[tick] = "on"
        unknown = set(fields) - set(members)
        assert not unknown, f"no field {unknown}"
        return self._arrive(self.client.post(str(form.get("action", self.url)), data={**members, **fields}))

    def sign_in(self, address: str, password: str = PASSWORD) -> Person:
        """Give address and password on the pages that ask for them."""
        self.press("次へ" if self.language == "ja" else "Next", loginfmt=address)
        return self.press("サインイン" if self.language == "ja" else "Sign in", passwd=password)

    def _arrive(self, response: httpx2.Response) -> Person:
        while response.is_redirect:
            target = urljoin(str(response.url), response.headers["location"])
            if not target.startswith(self.origin + "/"):
                parts = urlsplit(target)
                self.returned_to, self.returned = target, dict(parse_qsl(parts.query or parts.fragment))
                return self
            response = self.client.get(target)
        self.status, self.url = response.status_code, str(response.url)
        self.page = BeautifulSoup(response.text, "html.parser")
        return self
