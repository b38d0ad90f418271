"""Steps that people take in a browser, for walks through the whole product."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from holidays import country_holidays
from playwright.sync_api import Browser, Page, expect

from tests.browser.house import House
from tests.web.browsing import DESK

TOKYO = ZoneInfo("Asia/Tokyo")
SATO, SUZUKI, TANAKA = "sato@sample.example", "suzuki@sample.example", "tanaka@sample.example"
PASSWORD = "chosei-demo"


@contextmanager
def at_the_desk(browser: Browser, house: House, address: str) -> Iterator[Page]:
    """A member of the demo company, signed in to Chosei."""
    context = browser.new_context(base_url=house.url, locale="ja-JP", timezone_id="Asia/Tokyo", viewport=DESK)
    page = context.new_page()
    page.goto("/")
    page.get_by_label("メールアドレス").fill(address)
    page.get_by_label("パスワード").fill(PASSWORD)
    page.get_by_role("button", name="サインイン").click()
    page.wait_for_url(house.url + "/")
    yield page
    context.close()


def begin_connecting(page: Page, service: str) -> Page:
    """Press 接続 on 外部連携. The sign-in has a tab of its own; the page it came from waits, and updates by
    itself."""
    with page.context.expect_page() as opened:
        card = page.get_by_role("region", name=service)
        card.get_by_role("button", name="接続", exact=True).click()
    return opened.value


def connect_microsoft(page: Page, house: House, address: str) -> None:
    tab = begin_connecting(page, "Microsoft 365")
    tab.locator("input[name=loginfmt]").fill(address)
    tab.get_by_role("button", name="次へ").click()
    tab.locator("input[name=passwd]").fill(PASSWORD)
    tab.get_by_role("button", name="サインイン").click()
    expect(tab.get_by_role("heading", name="要求されているアクセスを許可")).to_be_visible()
    tab.get_by_role("button", name="承諾").click()
    tab.wait_for_url(house.url + "/connect/microsoft/finished")
    tab.close()
    expect(page.get_by_text("Outlookカレンダーと連携しました。")).to_be_visible()
    expect(page.get_by_role("link", name="接続解除")).to_be_visible()


def connect_zoom(page: Page, house: House, address: str) -> None:
    tab = begin_connecting(page, "Zoom")
    tab.get_by_label("メールアドレス").fill(address)
    tab.get_by_label("パスワード").fill(PASSWORD)
    tab.get_by_role("button", name="サインイン").click()
    tab.get_by_role("button", name="許可").click()
    tab.wait_for_url(house.url + "/connect/zoom/finished")
    tab.close()
    expect(page.get_by_text("Zoomと連携しました。")).to_be_visible()


def sign_in_to_google(tab: Page, address: str) -> None:
    """As far as Google's password; what follows is its answer."""
    tab.locator("input[name=identifier]").fill(address)
    tab.get_by_role("button", name="次へ").click()
    tab.locator("input[name=passwd]").fill(PASSWORD)
    tab.get_by_role("button", name="次へ").click()


def publish_page(page: Page, title: str, *, tool: str = "") -> str:
    """A booking page for web meetings, made and opened; its address. ``tool``: as the form names it."""
    page.get_by_role("link", name="予約ページ", exact=True).click()
    page.get_by_role("link", name="予約ページを作成").click()
    page.get_by_label("会議タイトル").fill(title)
    page.get_by_text("Web会議 (Web会議URLを発行します)").click()
    if tool:
        page.get_by_label("Web会議ツール").select_option(label=tool)
    page.get_by_role("button", name="下書きを作成する").click()
    page.get_by_role("button", name="公開する").click()
    address = page.get_by_label("予約ページのURL")
    expect(address).to_have_value(re.compile("/b/"))
    return address.input_value()


def book_last(page: Page, email: str) -> None:
    """The customer takes the last time that the open booking page shows."""
    page.locator("label.time-chip").last.click()
    page.get_by_role("button", name="この日時で進む").click()
    page.get_by_label("会社名").fill("株式会社テスト")
    page.get_by_label("お名前").fill("三田花子")
    page.get_by_label("メールアドレス").fill(email)
    page.get_by_role("button", name="予約を確定").click()
    page.wait_for_url(re.compile(r"/a/"))


def next_week() -> list[datetime]:
    """18:00 in Tokyo on Tuesday to Thursday of next week, when nobody at the demo company has anything on."""
    today = datetime.now(TOKYO)
    monday = (today + timedelta(days=7 - today.weekday())).replace(hour=18, minute=0, second=0, microsecond=0)
    return [monday + timedelta(days=day) for day in (1, 2, 3)]


def mark_three_candidates(page: Page) -> None:
    page.get_by_role("button", name="次の週").click()
    expect(page.get_by_role("columnheader").nth(1)).to_contain_text(
        f"{next_week()[0].month}/{next_week()[0].day}"
    )
    for column in (1, 2, 3):
        click_at(page, column, hour=18)
    expect(page.locator(".candidate-rows > :not([hidden])")).to_have_count(3)


def click_at(page: Page, column: int, hour: int) -> None:
    """Click into the grid a little below the hour's line."""
    line = page.locator("[data-grid]").get_by_text(re.compile(rf"^{hour}:00$")).first
    line.scroll_into_view_if_needed()
    where, day = line.bounding_box(), page.get_by_role("columnheader").nth(column).bounding_box()
    assert where
    assert day
    page.mouse.click(day["x"] + day["width"] / 2, where["y"] + where["height"] / 2 + 6)


def free_half_hours(house: House, monday: datetime) -> set[datetime]:
    """Counted from the rules by hand: weekdays that are no public holidays, 9:00 to 18:00 in half hours where
    Outlook is free."""
    closed = country_holidays("JP", years=(monday.year, monday.year + 1))
    blocking = [
        (instant(event["start"]), instant(event["end"]))
        for event in house.events(SATO, monday - timedelta(days=1), monday + timedelta(days=8))
        if event["showAs"] not in ("free", "workingElsewhere") and not event["isCancelled"]
    ]
    starts = [
        monday + timedelta(days=day, hours=9, minutes=30 * number)
        for day in range(5)
        for number in range(18)
        if (monday + timedelta(days=day)).date() not in closed
    ]
    half = timedelta(minutes=30)
    return {
        start for start in starts if not any(begin < start + half and start < end for begin, end in blocking)
    }


def instant(moment: dict) -> datetime:
    return datetime.fromisoformat(moment["dateTime"][:19]).replace(tzinfo=UTC)


def cancel_link(mail: dict) -> str:
    [url] = set(re.findall(r"http\S+/a/[\w-]+/cancellation", mail["text"]))
    return url
