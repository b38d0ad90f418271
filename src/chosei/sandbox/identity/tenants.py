"""The first segment of every path: a tenant id, a domain, `organizations` or `common`."""

from __future__ import annotations

from starlette.requests import Request

from chosei.sandbox.context import context_of, origin_of
from chosei.sandbox.directory import Tenant
from chosei.sandbox.identity.apps import Registration
from chosei.sandbox.identity.problems import (
    consumers_refused,
    single_tenant,
    unknown_app,
    unknown_tenant,
)
from chosei.sandbox.pages.forms import form_of

ANY_TENANT = {"organizations", "common"}


def tenant_of(request: Request) -> Tenant | None:
    """The tenant named by the path, None where it means any. Raises SignInError for unknown ones and
    consumers."""
    name = request.path_params["tenant"]
    if name in ANY_TENANT:
        return None
    if name == "consumers":
        raise consumers_refused()
    tenant = context_of(request).directory.tenant(name)
    if tenant is None:
        raise unknown_tenant(name)
    return tenant


def issuer(request: Request, tid: str) -> str:
    """Who signs tokens of a tenant; for metadata of any tenant `tid` is the literal {tenantid}."""
    return f"{origin_of(request)}/{tid}/v2.0"


def application(request: Request, client_id: str, tenant: Tenant | None) -> Registration:
    """The registration of a client. Raises SignInError if unknown, or for one company and asked for at
    any."""
    app = context_of(request).identity.apps.find(client_id)
    if app is None:
        raise unknown_app(client_id)
    if app.home_tenant and (tenant is None or tenant.tid != app.home_tenant):
        raise single_tenant(client_id)
    return app


async def parameters_of(request: Request) -> dict[str, str]:
    """Query and form members, the form's first."""
    members = dict(request.query_params)
    if request.method == "POST":
        members.update(await form_of(request))
    return members
