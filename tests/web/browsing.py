"""Driving Chromium over Chosei's pages: opening them, judging by axe, keeping pictures to look at.

Pictures are written only when CHOSEI_TEST_PICTURES names a folder.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import time
from typing import Any

from axe_core_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from time_machine import escape_hatch

PICTURES = os.environ.get("CHOSEI_TEST_PICTURES", "")
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1440, "height": 900}
# (on a phone, language): both widths and both languages once; every pair of them for pictures alone.
LOOKS = [(False, "ja"), (True, "en"), *([(True, "ja"), (False, "en")] if PICTURES else [])]
_RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],  # describing every node that is in order takes three quarters of the time
}


_CLOCK = """((ahead) => {
  const real = Date, now = () => real.now() + ahead;
  globalThis.Date = new Proxy(real, {
    construct: (date, parts, made) => Reflect.construct(date, parts.length ? parts : [now()], made),
    apply: () => new real(now()).toString(),
    get: (date, name) => (name === "now" ? now : Reflect.get(date, name)),
  });
})(%d)"""


def _with_our_clock(opened: BrowserContext | Page) -> None:
    """Pages tell the time that the test has travelled to, not the machine's."""
    if escape_hatch.is_travelling():
        opened.add_init_script(_CLOCK % ((time() - escape_hatch.time.time()) * 1000))


@contextmanager
def chromium_at(path: str) -> Iterator[Browser]:
    # Django refuses its ORM where an event loop runs, and Playwright's runs in this thread.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path,
            args=["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
                  "--disable-background-networking", "--disable-component-update"],
        )  # fmt: skip
        new_context, new_page = browser.new_context, browser.new_page

        def context_in_time(**how: Any) -> BrowserContext:
            context = new_context(**how)
            _with_our_clock(context)
            return context

        def page_in_time(**how: Any) -> Page:
            page = new_page(**how)
            _with_our_clock(page)
            return page

        browser.new_context = context_in_time  # type: ignore[method-assign] # no event tells of new ones
        browser.new_page = page_in_time  # type: ignore[method-assign]
        try:
            yield browser
        finally:
            browser.close()


def settle(page: Page) -> None:
    """Wait until the whole page is there: after a click, its address comes before its first element."""
    page.wait_for_load_state("load")


def complaints(page: Page) -> list[str]:
    """What axe-core finds wrong with the page as it stands, one line a finding."""
    settle(page)
    # Through the debugger: the page's own Content-Security-Policy would refuse an injected script.
    page.evaluate(AXE_SCRIPT + "; undefined")
    violations: list[dict[str, Any]] = page.evaluate(
        "(options) => axe.run(document, options).then((found) => found.violations)", _RULES
    )
    return [
        f"{found['id']}: {found['help']} at {node['target']}: {node['html'][:160]}"
        for found in violations
        for node in found["nodes"]
    ]


_BESIDE = """() => [...document.querySelectorAll("label > .field-label")].flatMap((name) => {
  const control = name.parentElement.querySelector("input, select, textarea");
  const [above, below] = [name, control].map((one) => one.getBoundingClientRect());
  return above.height && below.height && above.bottom > below.top + 1 ? [name.textContent] : [];
})"""


def beside(page: Page) -> list[str]:
    """The names of fields that do not stand above their control, as all of them do."""
    settle(page)
    return [f"the label stands beside its control: {name}" for name in page.evaluate(_BESIDE)]


_CONTROLS = "button, input, select, textarea, summary, a"
_SMALL = """(controls) => [...document.querySelectorAll(controls)].flatMap((one) => {
  const { width, height } = (one.closest("label") ?? one).getBoundingClientRect();
  const inText = one.tagName === "A" && getComputedStyle(one).display === "inline";
  const unseen = !width || !height || one.closest(".visually-hidden, .skip-link");
  const name = one.ariaLabel || one.innerText || one.name;
  return unseen || inText || height > 43.5 ? [] : [`${one.tagName} ${name} ${height}`];
})"""


def small_targets(page: Page) -> list[str]:
    """What a thumb would miss: controls lower than 44 px on a phone, links within a text apart."""
    settle(page)
    phone = page.viewport_size == PHONE
    return [f"less than 44 px high: {one}" for one in page.evaluate(_SMALL, _CONTROLS)] if phone else []


def picture(page: Page, name: str) -> None:
    if PICTURES:
        settle(page)
        Path(PICTURES).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=str(Path(PICTURES) / f"{name}.png"), full_page=True)


def scrolls_sideways(page: Page) -> bool:
    settle(page)
    return bool(page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))
