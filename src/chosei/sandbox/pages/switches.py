"""The fault switch and the consents."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from chosei.sandbox.context import context_of
from chosei.sandbox.faults import EVERYBODY, FaultKind
from chosei.sandbox.identity import consents as identity_consents
from chosei.sandbox.pages.forms import FormProblem, form_of, numbers_of
from chosei.sandbox.pages.rendering import render

KINDS = {
    FaultKind.SLOW: "遅い応答",
    FaultKind.THROTTLED: "429 (回数制限)",
    FaultKind.UNAVAILABLE: "503 (一時停止)",
    FaultKind.LOST_REPLY: "応答の消失(処理はされる)",
    FaultKind.REVOKED: "アクセスの取り消し",
    FaultKind.TORN: "壊れた応答(処理はされる)",
    FaultKind.CHALLENGE: "本人確認の要求 (claims)",
    FaultKind.MFA: "多要素認証の要求 (50076)",
    FaultKind.CONDITIONAL_ACCESS: "条件付きアクセス (53003)",
    FaultKind.SIGN_IN_FREQUENCY: "サインインの頻度 (70043)",
    FaultKind.PASSWORD_CHANGED: "パスワードの変更 (50132)",
    FaultKind.IDLE: "使われないまま期限切れ (700082)",
    FaultKind.ACCOUNT_DISABLED: "アカウントの無効化 (50057)",
    FaultKind.ACCOUNT_DELETED: "アカウントの削除 (50034)",
    FaultKind.CONSENT_WITHDRAWN: "同意の取り消し (65001)",
    FaultKind.APP_REMOVED: "会社からのアプリの削除 (700016)",
    FaultKind.NOT_ASSIGNED: "割り当てなし (50105)",
    FaultKind.SECRET_EXPIRED: "シークレットの期限切れ (7000222、相手は全員)",
    FaultKind.SECRET_WRONG: "シークレットの誤り (7000215、相手は全員)",
    FaultKind.NO_MAILBOX: "メールボックスなし (404)",
    FaultKind.LATE_LINK: "Teams会議URLの遅れ",
}


async def faults(request: Request) -> Response:
    """GET /faults"""
    return _faults_page(request)


def _faults_page(
    request: Request, problem: FormProblem | None = None, typed: dict[str, str] | None = None
) -> Response:
    context = context_of(request)
    boxes = [(user.address, user.display_name) for user in context.directory.users()]
    boxes += [(room.address, room.name) for room in context.directory.rooms()]
    boxes += [(f"zoom:{user.address}", f"Zoom {user.display_name}") for user in context.directory.users()]
    values = {
        "faults": context.faults.active(),
        "kinds": KINDS,
        "mailboxes": boxes,
        "everybody": EVERYBODY,
        "typed": typed or {"kind": "throttled", "mailbox": EVERYBODY, "seconds": "5", "count": ""},
        "problem": problem,
        "timed": ("slow", "throttled", "unavailable", "late_link"),
        "here": "/faults",
        "about": "Graph とトークンの要求を、決めた相手・回数だけ失敗させます。再起動しても残ります。",
    }
    return render(request, "pages/faults.html", values, 422 if problem else 200)


async def switch_on(request: Request) -> Response:
    """POST /faults"""
    form = {"kind": "", "mailbox": EVERYBODY, "seconds": "5", "count": "", **await form_of(request)}
    try:
        kind, seconds, count = _fault(form)
    except FormProblem as problem:
        return _faults_page(request, problem, form)
    context_of(request).faults.add(kind, form["mailbox"], seconds=seconds, count=count)
    return RedirectResponse("/faults", 303)


def _fault(form: dict[str, str]) -> tuple[FaultKind, float, int | None]:
    if form["kind"] not in set(FaultKind):
        raise FormProblem("kind", "一覧から選んでください。")
    return FaultKind(form["kind"]), *numbers_of(form)


async def switch_off(request: Request) -> Response:
    """POST /faults/off: one (`fault`), or all"""
    form = await form_of(request)
    chosen = form.get("fault", "")
    if not chosen:
        context_of(request).faults.clear()
    elif chosen.isascii() and chosen.isdigit():
        context_of(request).faults.remove(int(chosen))
    else:
        raise HTTPException(400)
    return RedirectResponse("/faults", 303)


async def consents(request: Request) -> Response:
    """GET /consents"""
    context = context_of(request)
    listed = []
    for consent in context.identity.consents.all():
        app = context.identity.apps.find(consent.app_id)
        listed.append(
            {
                "consent": consent,
                "app": app.name if app else consent.app_id,
                "tenant": context.directory.tenant(consent.tid),
                "user": context.directory.user(consent.holder),
                "for_application": consent.holder == identity_consents.APPLICATION,
            }
        )
    values = {
        "consents": listed,
        "tenants": context.directory.tenants(),
        "users": context.directory.users(),
        "now": context.clock.now(),
    }
    return render(request, "pages/consents.html", values)


async def change_consents(request: Request) -> Response:
    """POST /consents: withdraw one, move a tenant's wall, or revoke an account's sessions."""
    context = context_of(request)
    form = await form_of(request)
    action = form.get("action", "")
    if action == "withdraw":
        key = (form.get("app", ""), form.get("tenant", ""), form.get("holder", ""))
        context.identity.consents.revoke(*key)
    elif action in ("allow", "forbid"):
        context.directory.set_user_consent(form.get("tenant", ""), action == "allow")
    elif action == "revoke":
        context.directory.revoke_sessions(form.get("user", ""), context.clock.now())
    else:
        raise HTTPException(400)
    return RedirectResponse("/consents", 303)
