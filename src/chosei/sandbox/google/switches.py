"""The fault switch of the Google side."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from chosei.sandbox.google.access import google_of
from chosei.sandbox.google.faults import EVERYBODY, FaultKind
from chosei.sandbox.pages.forms import FormProblem, form_of, numbers_of
from chosei.sandbox.pages.rendering import render

KINDS = {
    FaultKind.SLOW: "遅い応答",
    FaultKind.USER_RATE: "403 userRateLimitExceeded (利用者の上限)",
    FaultKind.PROJECT_RATE: "403 rateLimitExceeded (プロジェクトの上限)",
    FaultKind.QUOTA: "429 rateLimitExceeded",
    FaultKind.UNAVAILABLE: "503 (一時停止)",
    FaultKind.LOST_REPLY: "応答の消失(処理はされる)",
    FaultKind.TORN: "壊れた応答(処理はされる)",
    FaultKind.REVOKED: "アクセスの取り消し",
    FaultKind.REAUTH: "再認証の要求 (invalid_rapt)",
    FaultKind.ACCOUNT_DELETED: "アカウントの削除",
    FaultKind.API_DISABLED: "APIが無効 (accessNotConfigured)",
    FaultKind.FREE_BUSY: "freeBusyでこのカレンダーだけエラー",
    FaultKind.MEET_PENDING: "Meetの作成が遅れる",
    FaultKind.MEET_FAILURE: "Meetの作成があとから失敗する",
    FaultKind.CHANNEL_STOPS: "プッシュ通知のチャネルが黙って止まる",
}


async def faults(request: Request) -> Response:
    """GET /google/faults"""
    return _page(request)


def _page(
    request: Request, problem: FormProblem | None = None, typed: dict[str, str] | None = None
) -> Response:
    google = google_of(request)
    boxes = [(one.email, one.name) for one in google.people.accounts()]
    values = {
        "faults": google.faults.active(),
        "kinds": KINDS,
        "timed": ("slow", "quota", "unavailable", "meet_pending", "meet_failure"),
        "mailboxes": [*boxes, *((one.email, one.name) for one in google.people.rooms())],
        "everybody": EVERYBODY,
        "typed": typed or {"kind": "user_rate", "mailbox": EVERYBODY, "seconds": "5", "count": ""},
        "problem": problem,
        "here": "/google/faults",
        "about": "Google への要求を、決めた相手・回数だけ失敗させます。再起動しても残ります。",
    }
    return render(request, "pages/faults.html", values, 422 if problem else 200)


async def switch_on(request: Request) -> Response:
    """POST /google/faults"""
    form = {"kind": "", "mailbox": EVERYBODY, "seconds": "5", "count": "", **await form_of(request)}
    try:
        if form["kind"] not in set(FaultKind):
            raise FormProblem("kind", "一覧から選んでください。")
        seconds, count = numbers_of(form)
    except FormProblem as problem:
        return _page(request, problem, form)
    google_of(request).faults.add(FaultKind(form["kind"]), form["mailbox"], seconds=seconds, count=count)
    return RedirectResponse("/google/faults", 303)


async def switch_off(request: Request) -> Response:
    """POST /google/faults/off: one (`fault`), or all"""
    chosen = (await form_of(request)).get("fault", "")
    if not chosen:
        google_of(request).faults.clear()
    elif chosen.isascii() and chosen.isdigit():
        google_of(request).faults.remove(int(chosen))
    else:
        raise HTTPException(400)
    return RedirectResponse("/google/faults", 303)
