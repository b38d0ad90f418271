"""What OpenID clients read first: metadata and keys."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse

from chosei.sandbox.context import context_of, origin_of
from chosei.sandbox.identity.problems import SignInError, token_error_body
from chosei.sandbox.identity.scopes import OPENID_SCOPES
from chosei.sandbox.identity.tenants import issuer, tenant_of


async def metadata(request: Request) -> JSONResponse:
    """GET /{tenant}/v2.0/.well-known/openid-configuration"""
    try:
        tenant = tenant_of(request)
    except SignInError as error:
        return JSONResponse(token_error_body(error, context_of(request).clock.now()), 400)
    base = f"{origin_of(request)}/{request.path_params['tenant']}"
    return JSONResponse(
        {
            "issuer": issuer(request, tenant.tid if tenant else "{tenantid}"),
            "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
            "token_endpoint": f"{base}/oauth2/v2.0/token",
            "end_session_endpoint": f"{base}/oauth2/v2.0/logout",
            "jwks_uri": f"{base}/discovery/v2.0/keys",
            "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
            "response_modes_supported": ["query", "fragment", "form_post"],
            "response_types_supported": ["code"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "scopes_supported": sorted(OPENID_SCOPES),
            "claims_supported": [
                *("sub", "iss", "aud", "exp", "iat", "nonce", "name", "tid", "oid"),
                *("preferred_username", "ver", "email"),
            ],
            "request_uri_parameter_supported": False,
            "tenant_region_scope": None if tenant is None else "AS",
            "cloud_instance_name": "microsoftonline.com",
            "msgraph_host": "graph.microsoft.com",
        }
    )


async def signing_keys(request: Request) -> JSONResponse:
    """GET /{tenant}/discovery/v2.0/keys"""
    try:
        tenant = tenant_of(request)
    except SignInError as error:
        return JSONResponse(token_error_body(error, context_of(request).clock.now()), 400)
    keys = context_of(request).identity.keys
    return JSONResponse(keys.published(issuer(request, tenant.tid if tenant else "{tenantid}")))
