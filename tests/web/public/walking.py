"""Walking through pages without JavaScript: filling in the forms that the pages really contain."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from bs4 import BeautifulSoup
from django.test import Client

Element = Any  # what is not on the page fails the test where it is asked for; types would only add noise


def parsed(response: Any) -> Element:
    return BeautifulSoup(response.content, "html.parser")


def fields_of(form: Element) -> dict[str, str | list[str]]:
    """What a browser would send for the form as it stands, buttons left out; a list where a name repeats."""
    sent: dict[str, list[str]] = defaultdict(list)
    for control in form.find_all(["input", "textarea", "select"]):
        name = control.get("name")
        if not name or control.get("form") or control.has_attr("disabled"):
            continue
        if control.name == "textarea":
            sent[name].append(control.text.removeprefix("\n"))
        elif control.name == "select":
            chosen = control.find("option", selected=True) or control.find("option")
            sent[name].append(chosen["value"])
        elif control.get("type") in ("radio", "checkbox"):
            if control.has_attr("checked"):
                sent[name].append(control.get("value", "on"))
        else:
            sent[name].append(control.get("value", ""))
    return {name: values if len(values) > 1 else values[0] for name, values in sent.items()}


def main_form(response: Any) -> tuple[Element, Element]:
    soup = parsed(response)
    form = soup.select_one("main form")
    assert form is not None, soup.get_text()[:400]
    return soup, form


def send(client: Client, response: Any, button: str = "", **typed: Any) -> Any:
    """Send the main form with what was typed, by the button of this name, or the first as Enter does."""
    form = main_form(response)[1]
    values = fields_of(form) | typed
    path = response.request["PATH_INFO"]
    url = str(form.get("action") or path)
    if button:
        pressed = form.select_one(f"button[name={button}]")
        assert pressed is not None, f"no button {button}"
        values[button] = typed.get(button, pressed["value"])
    elif (first := form.select_one("button")) is not None and first.get("name"):
        values[first["name"]] = first["value"]
    return client.post(url, values) if form.get("method") == "post" else client.get(url, values)


def times_on(response: Any, name: str) -> list[str]:
    return [control["value"] for control in parsed(response).select(f"input[name={name}]")]


def text_of(response: Any) -> str:
    return " ".join(parsed(response).get_text(" ").split())
