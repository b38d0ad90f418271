"""The front page: whose calendars there are, and how to change what people and rooms are."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from chosei.sandbox.context import context_of
from chosei.sandbox.pages.forms import form_of
from chosei.sandbox.pages.rendering import render


async def overview(request: Request) -> Response:
    """GET /"""
    directory = context_of(request).directory
    companies = [
        {"tenant": tenant, "users": directory.users(tenant.tid), "rooms": directory.rooms(tenant.tid)}
        for tenant in directory.tenants()
    ]
    return render(request, "pages/overview.html", {"companies": companies})


async def set_licences(request: Request) -> Response:
    """POST /accounts/{oid}: give or take mailbox and Teams, require a person at the next refresh."""
    directory = context_of(request).directory
    user = directory.user(request.path_params["oid"])
    if user is None:
        raise HTTPException(404)
    form = await form_of(request)
    directory.set_licences(user.oid, mailbox=form.get("mailbox") == "on", teams=form.get("teams") == "on")
    directory.set_mfa_required(user.oid, form.get("mfa") == "on")
    return RedirectResponse(f"/#{user.oid}", 303)


async def set_room_policy(request: Request) -> Response:
    """POST /rooms/{address}: how a room answers."""
    directory = context_of(request).directory
    room = directory.room(request.path_params["address"])
    if room is None:
        raise HTTPException(404)
    form = await form_of(request)
    try:
        seconds = float(form.get("seconds", ""))
    except ValueError as error:
        raise HTTPException(422) from error
    if not 0 <= seconds <= 3600:
        raise HTTPException(422)
    directory.set_room_policy(
        room.address, auto_accept=form.get("auto_accept") == "on", answer_seconds=seconds
    )
    return RedirectResponse(f"/#{room.id}", 303)
