"""The main job, in a real browser, against the sandbox, with nothing faked inside Chosei."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

import httpx2
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.house import House, eventually
from tests.browser.steps import (
    SATO,
    SUZUKI,
    TANAKA,
    TOKYO,
    at_the_desk,
    begin_connecting,
    book_last,
    cancel_link,
    connect_microsoft,
    connect_zoom,
    free_half_hours,
    instant,
    mark_three_candidates,
    next_week,
    publish_page,
    sign_in_to_google,
)
from tests.web.browsing import PHONE

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

HANAKO, BOOKER = "hanako@test.example", "booker@test.example"
CONFIRMED = "[株式会社サンプル]アポイントメントの日程が確定しました"
CANCELLED = "[株式会社サンプル]アポイントメントがキャンセルされました"


@pytest.fixture(scope="module")
def host(browser: Browser, house: House) -> Iterator[Page]:
    with at_the_desk(browser, house, SATO) as page:
        yield page


@pytest.fixture
def guest(browser: Browser, house: House) -> Iterator[Page]:
    """三田花子 with her phone, without an account."""
    context = browser.new_context(
        base_url=house.url, locale="ja-JP", timezone_id="Asia/Tokyo", viewport=PHONE
    )
    yield context.new_page()
    context.close()


@pytest.fixture(scope="module")
def connected(host: Page, house: House) -> Page:
    """B1: from the icon at the top right through the sandbox's sign-in and consent, and back."""
    host.locator("header summary").click()
    host.get_by_role("banner").get_by_role("link", name="外部連携").click()
    expect(host.get_by_role("main").get_by_role("link", name="外部連携")).to_have_attribute(
        "aria-current", "page"
    )
    connect_microsoft(host, house, SATO)
    return host


def standing(house: House) -> list[dict]:
    now = datetime.now(TOKYO)
    return house.ours(SATO, now - timedelta(days=1), now + timedelta(days=40))


def test_proposal_from_offer_to_cancellation(connected: Page, guest: Page, house: House):
    host = connected
    # B2: the week shows Outlook, three candidates are marked, the proposal is saved
    host.get_by_role("link", name="日程調整", exact=True).click()
    host.get_by_role("link", name="日程調整を作成").click()
    expect(host.get_by_role("gridcell", name=re.compile("部内定例")).first).to_be_visible()
    mark_three_candidates(host)
    host.get_by_label("会議タイトル").fill("導入のご相談")
    host.get_by_label("会社名").fill("株式会社テスト")
    host.get_by_label("お名前").fill("三田花子")
    host.get_by_label("メールアドレス").fill(HANAKO)
    host.get_by_label("WEB会議URLを発行する").check()
    host.get_by_role("button", name="仮予約して案内を送る").click()
    host.wait_for_url(re.compile(r"/proposals/\d+$"))

    holds = eventually(lambda: (found := standing(house)) and len(found) == 3 and found)
    assert {hold["showAs"] for hold in holds} == {"tentative"}
    assert {hold["subject"] for hold in holds} == {"【仮】導入のご相談"}
    assert all(not hold["attendees"] for hold in holds)
    starts = sorted(instant(hold["start"]) for hold in holds)
    assert starts == next_week()
    invitation = house.mail(to=HANAKO, subject="アポイントメントの日程調整をお願いします")
    [url] = set(re.findall(r"http\S+/p/[\w-]+", invitation["text"]))
    assert "18:00" in invitation["text"]
    expect(host.get_by_label("貼り付け用の文面")).to_have_value(
        re.compile(f"18:00.*{re.escape(url)}", re.DOTALL)
    )
    expect(host.get_by_label("日程調整URL")).to_have_value(url)

    # B3: the customer chooses and confirms
    guest.goto(url)
    expect(guest.get_by_text("株式会社サンプル").first).to_be_visible()
    guest.get_by_text("18:00〜19:00").nth(1).click()
    guest.get_by_role("button", name="この日時で進む").click()
    guest.get_by_role("button", name="アポイントメントを確定する").click()
    guest.wait_for_url(re.compile(r"/a/"))
    [event] = eventually(lambda: (found := standing(house)) and len(found) == 1 and found)
    eventually(lambda: standing(house)[0]["onlineMeeting"])
    [event] = standing(house)
    assert (event["subject"], event["showAs"], event["isOnlineMeeting"]) == ("導入のご相談", "busy", True)
    assert instant(event["start"]) == next_week()[1]
    link = event["onlineMeeting"]["joinUrl"]
    theirs = house.mail(to=HANAKO, subject=CONFIRMED)
    ours = house.mail(to=SATO, subject="株式会社テスト:三田花子様")
    assert link in theirs["text"]
    assert link in theirs["html"]
    assert link in ours["text"]
    request = theirs["calendar"]
    assert (request["method"], request["sequence"], request["problem"]) == ("REQUEST", 0, "")
    assert datetime.fromisoformat(request["start"]) == next_week()[1]
    assert ours["calendar"] is None, "whoever has the provider's event gets no .ics"
    expect(guest.get_by_text(link).or_(guest.locator(f'a[href="{link}"]')).first).to_be_visible(
        timeout=20_000
    )
    assert httpx2.get(link).status_code == 200

    # B5: the customer cancels from the link in the mail
    cancel_url = cancel_link(theirs)
    guest.goto(cancel_url)
    assert standing(house), "looking at the page cancels nothing"
    guest.get_by_role("button", name="キャンセルする").click()
    eventually(lambda: not standing(house))
    assert httpx2.get(link).status_code == 404, "the link died with the meeting"
    gone = house.mail(to=HANAKO, subject=CANCELLED)
    house.mail(to=SATO, subject="【キャンセル】株式会社テスト:三田花子様")
    assert (gone["calendar"]["method"], gone["calendar"]["uid"]) == ("CANCEL", request["uid"])
    assert gone["calendar"]["sequence"] > request["sequence"]


def test_booking_page_from_hours_to_cancellation(connected: Page, guest: Page, house: House):
    host = connected
    # B4: a page is made and published
    url = publish_page(host, "オンライン製品説明")

    # it offers exactly what the hours and Outlook leave free
    monday = (next_week()[0] - timedelta(days=1)).replace(hour=0)
    guest.goto(f"{url}?week={monday.date().isoformat()}")
    expect(guest.get_by_role("heading", name="オンライン製品説明")).to_be_visible()
    offered = {
        datetime.fromisoformat(value)
        for value in guest.locator("input[name=start]").evaluate_all("all => all.map(one => one.value)")
    }
    assert offered == free_half_hours(house, monday)

    # the customer books the last one
    chosen = max(offered)
    book_last(guest, BOOKER)
    [event] = eventually(lambda: [one for one in standing(house) if one["isOnlineMeeting"]])
    link = event["onlineMeeting"]["joinUrl"]
    assert event["subject"] == "オンライン製品説明: 株式会社テスト 三田花子様"
    assert instant(event["start"]) == chosen
    theirs = house.mail(to=BOOKER, subject=CONFIRMED)
    assert link in theirs["text"]

    # the time is gone, for everybody
    guest.goto(f"{url}?week={chosen.astimezone(TOKYO).date().isoformat()}")
    assert chosen.isoformat() not in guest.content()
    remaining = guest.locator("input[name=start]").evaluate_all("all => all.map(one => one.value)")
    assert chosen not in {datetime.fromisoformat(value) for value in remaining}

    # B5: the host cancels from the console
    host.get_by_role("link", name="アポイントメント", exact=True).click()
    host.get_by_role("row").filter(has_text="オンライン製品説明").get_by_role("link").click()
    host.get_by_role("link", name="キャンセルする").click()
    assert standing(house), "asking first cancels nothing"
    host.get_by_role("button", name="キャンセルする").click()
    eventually(lambda: not standing(house))
    assert httpx2.get(link).status_code == 404
    gone = house.mail(to=BOOKER, subject=CANCELLED)
    assert gone["calendar"]["method"] == "CANCEL"
    house.mail(to=SATO, subject="【キャンセル】株式会社テスト:三田花子様")


def test_an_event_entered_in_outlook_is_known_within_seconds(connected: Page, house: House):
    [watch] = eventually(lambda: house.graph.get("/v1.0/subscriptions").json()["value"])
    assert watch["notificationUrl"] == f"{house.url}/hooks/microsoft"
    start = next_week()[0].replace(hour=6, minute=0, second=0, microsecond=0)
    moments = ({"dateTime": f"{start:%Y-%m-%d}T{hour}:00:00", "timeZone": "UTC"} for hour in ("10", "11"))
    wanted = dict(zip(("start", "end"), moments, strict=True)) | {"subject": "夜の電話会議"}
    assert house.graph.post("/v1.0/me/events", json=wanted).status_code == 201
    grid = f"{house.url}/proposals/calendar?from={start:%Y-%m-%d}&to={start + timedelta(days=1):%Y-%m-%d}"
    eventually(lambda: "夜の電話会議" in str(connected.request.get(grid).json()), seconds=10)


def test_zoom_beside_outlook_from_connecting_to_cancellation(browser: Browser, guest: Page, house: House):
    with at_the_desk(browser, house, SUZUKI) as host:
        host.goto("/settings/connections")
        connect_microsoft(host, house, SUZUKI)
        connect_zoom(host, house, SUZUKI)
        url = publish_page(host, "製品デモ", tool="Zoom")
        eventually(lambda: guest.goto(url) and guest.locator("label.time-chip").count())
        book_last(guest, "demo@test.example")

        # the way in for everybody: on the page, in the mails; the host's own in neither
        theirs = house.mail(to="demo@test.example", subject=CONFIRMED)
        [link] = set(re.findall(r"http\S+/zoom/j/\S+", theirs["text"]))
        expect(guest.locator(f'a[href="{link}"]').first).to_be_visible(timeout=20_000)
        ours = house.mail(to=SUZUKI, subject="株式会社テスト:三田花子様")
        assert link in ours["text"]
        assert "/zoom/s/" not in str(theirs) + str(ours) + guest.content()
        host.get_by_role("link", name="アポイントメント", exact=True).click()
        host.get_by_role("row").filter(has_text="製品デモ").get_by_role("link").click()
        with host.context.expect_page() as opened:
            host.get_by_role("link", name="主催者として開始する").click()
        opened.value.wait_for_url(re.compile(r"/zoom/s/"))
        opened.value.close()

        guest.goto(cancel_link(theirs))
        guest.get_by_role("button", name="キャンセルする").click()
        eventually(lambda: httpx2.get(link).status_code == 404)


def test_google_behind_its_administrators_wall_and_then_connected(browser: Browser, house: House):
    with at_the_desk(browser, house, TANAKA) as host:
        host.goto("/settings/connections")
        google_lets_chosei_in(house, "block")
        tab = begin_connecting(host, "Google Workspace")
        sign_in_to_google(tab, TANAKA)
        expect(tab.get_by_text("admin_policy_enforced")).to_be_visible()
        tab.close()
        # Google leads nowhere from there: the page that waits does
        waiting = host.get_by_role("status").filter(has_text="Google Workspaceのサインインをお待ちしています")
        waiting.get_by_role("link", name="先へ進めないときはこちら").click()
        expect(host.get_by_text("管理者がアクセスを許可していません")).to_be_visible()

        google_lets_chosei_in(house, "unblock")
        host.goto("/settings/connections")
        tab = begin_connecting(host, "Google Workspace")
        tab.get_by_role("button", name=TANAKA).click()  # signed in already: which account, is all Google asks
        tab.get_by_role("button", name="続行").click()
        tab.wait_for_url(house.url + "/connect/google/finished")
        tab.close()
        expect(host.get_by_text("Googleカレンダーと連携しました。")).to_be_visible()


def google_lets_chosei_in(house: House, action: str) -> None:
    """What the Workspace's administrator decides: block or unblock."""
    answer = httpx2.post(f"{house.sandbox}/google/", data={"action": action, "subject": "sample.example"})
    assert answer.is_redirect, answer.text
