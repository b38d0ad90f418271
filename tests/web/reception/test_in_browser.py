"""The front desk in a real browser, on a tablet and on a phone: what it says, what axe finds, what moves."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from playwright.sync_api import Browser, Page, expect

from chosei.actions.front_desk import add_desk
from chosei.records.models import Reception, Visit
from tests.actions.test_reception_codes import visit as confirmed_visit
from tests.support.company import at, member
from tests.web.browsing import PHONE, chromium_at, complaints, picture, scrolls_sideways

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TABLET = {"width": 1024, "height": 768}
CAMERA = """
window.BarcodeDetector = class {
  static async getSupportedFormats() { return ["qr_code"]; }
  async detect() { return [{ rawValue: "CODE" }]; }
};
navigator.mediaDevices.getUserMedia = async () => {
  const canvas = document.createElement("canvas");
  setInterval(() => canvas.getContext("2d").fillRect(0, 0, 9, 9), 20);
  return canvas.captureStream(25);
};
"""


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    with chromium_at(chromium) as opened:
        yield opened


@pytest.fixture
def appointment() -> Iterator[Any]:
    host = member()
    Reception.objects.create(organization=host.organization, guidance="右手のロビーでお待ちください。")
    made = confirmed_visit(host)
    with time_machine.travel(at(1, 9, 50), tick=True):
        yield made


def paired(page: Page, base: str, appointment: Any) -> None:
    administrator = appointment.organization.members.get(role="administrator")
    desk = add_desk(administrator, "1F受付", now=at(1, 9, 45))
    page.goto(f"{base}/reception/pairing?code={desk.pairing_code}")
    page.locator("form[action$=pairing] button").click()
    expect(page.locator("#code")).to_be_visible()


def look(page: Page, name: str) -> list[str]:
    picture(page, f"front-desk-{name}")
    wide = [f"{name}: wider than the screen"] if scrolls_sideways(page) else []
    return wide + [f"{name}: {found}" for found in complaints(page)]


@pytest.mark.parametrize("size", [TABLET, PHONE], ids=["tablet", "phone"])
def test_a_visitor_comes_and_goes(live_server: Any, browser: Browser, appointment: Any, size: Any) -> None:
    page = browser.new_page(viewport=size, locale="ja-JP")
    said: list[str] = []
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    paired(page, live_server.url, appointment)
    name = f"{size['width']}"
    problems = look(page, f"{name}-start")
    for digit in appointment.code.digits:
        page.get_by_role("button", name=digit, exact=True).click()
    expect(page).to_have_url(re.compile(r"/reception/$"))  # the keys need no round trip
    page.locator("[data-go]").click()
    expect(page.get_by_text("担当者にお知らせしました")).to_be_visible()
    problems += look(page, f"{name}-greeting")
    page.get_by_role("link", name="最初の画面へ").click()
    page.get_by_role("link", name="お帰りの方").click()
    page.locator("#code").fill("000000" if appointment.code.digits != "000000" else "000001")
    page.locator("#code").press("Enter")
    expect(page.get_by_role("alert").filter(has_text="確認できませんでした")).to_be_visible()
    problems += look(page, f"{name}-wrong")
    page.get_by_role("link", name="English").click()
    page.locator("#code").fill(appointment.code.digits)
    page.locator("#code").press("Enter")
    expect(page.get_by_text("You have been checked out")).to_be_visible()
    problems += look(page, f"{name}-left-en")
    assert problems == []
    assert [line for line in said if "422" not in line] == []
    assert Visit.objects.get().left_at is not None


def test_the_code_is_held_up_and_the_screen_returns_by_itself(
    live_server: Any, browser: Browser, appointment: Any
) -> None:
    page = browser.new_page(viewport=TABLET, locale="ja-JP")
    page.add_init_script(CAMERA.replace("CODE", appointment.code.digits))
    page.clock.install(time=at(1, 9, 50))
    page.clock.resume()
    paired(page, live_server.url, appointment)
    page.get_by_role("button", name="QRコードを読み取る").click()
    expect(page.get_by_text("担当者にお知らせしました")).to_be_visible()
    page.wait_for_load_state()  # its timer runs by then
    page.clock.fast_forward(21_000)
    expect(page.get_by_text("ようこそお越しくださいました")).to_be_visible()
    page.context.set_offline(True)
    expect(page.get_by_text("ネットワークにつながっていません")).to_be_visible()
    page.context.set_offline(False)
    expect(page.get_by_text("ネットワークにつながっていません")).to_be_hidden()
