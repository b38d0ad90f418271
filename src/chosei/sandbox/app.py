"""Puts the sandbox together: one ASGI application for the identity platform, Graph and the pages."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount
from starlette.types import Receive, Scope, Send

from chosei.sandbox.chat.routes import chat_routes
from chosei.sandbox.clock import Clock, SystemClock
from chosei.sandbox.context import Options, SandboxContext
from chosei.sandbox.database import Database
from chosei.sandbox.demo import seed
from chosei.sandbox.directory import Directory
from chosei.sandbox.errors import GraphError, error_response
from chosei.sandbox.faults import Faults
from chosei.sandbox.google.access import google_in
from chosei.sandbox.google.routes import google_routes
from chosei.sandbox.graph import graph_app
from chosei.sandbox.guard import Guard
from chosei.sandbox.identity.routes import identity_routes
from chosei.sandbox.identity.store import IdentityStore
from chosei.sandbox.middleware import SERVER_SEND, FaultMiddleware
from chosei.sandbox.pages.routes import nothing_here, page_routes
from chosei.sandbox.zoom.routes import zoom_routes


def create_context(
    database: Database, clock: Clock | None = None, options: Options | None = None
) -> SandboxContext:
    """Everything the application's parts share; an empty database gets the demo companies."""
    clock, options = clock or SystemClock(), options or Options()
    directory = Directory(database)
    seed(directory)
    faults = Faults(database)
    guard = Guard(faults, clock, options.concurrent_calls)
    identity = IdentityStore.open(database, directory, options.code_seconds)
    return SandboxContext(database, clock, directory, faults, guard, identity, options=options)


class SandboxApplication(Starlette):
    """The application; its context is `state.sandbox`."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope[SERVER_SEND] = send
        await super().__call__(scope, receive, send)


def create_app(database: Database, clock: Clock | None = None, options: Options | None = None) -> Starlette:
    """The whole sandbox over `database`; its context is `app.state.sandbox`."""
    context = create_context(database, clock, options)
    google_in(context)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        context.background.start_all()
        yield
        await context.background.close()

    async def graph_error(request: Request, error: Exception) -> Response:
        assert isinstance(error, GraphError)
        return error_response(request, error, context.clock.now())

    # Pages come first: their paths are fixed words, where the identity platform's begin with any tenant.
    app = SandboxApplication(
        routes=[
            Mount("/v1.0", routes=graph_app(context)),
            *page_routes(),
            *google_routes(),
            *chat_routes(),
            *zoom_routes(),
            *identity_routes(),
        ],
        middleware=[Middleware(FaultMiddleware, context=context)],
        exception_handlers={GraphError: graph_error, 404: nothing_here},
        lifespan=lifespan,
    )
    app.state.sandbox = context
    return app
