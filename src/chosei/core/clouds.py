"""Microsoft's clouds: national ones keep a Graph, registrations and tokens of their own."""

from __future__ import annotations

from urllib.parse import urlsplit

_GRAPH = "https://graph.microsoft.com"
_NATIONAL = frozenset({"graph.microsoft.us", "dod-graph.microsoft.us", "microsoftgraph.chinacloudapi.cn"})


def everything_registered(graph_url: str) -> str:
    """The scope that stands for all that an application is registered for with the Graph at ``graph_url``.

    A national cloud's Graph is a resource of its own; any other address stands in for the global one, whose
    name the scope then bears. Source: entra-docs identity-platform/authentication-national-cloud,
    v2-admin-consent.
    """
    host = urlsplit(graph_url).hostname or ""
    return f"https://{host}/.default" if host in _NATIONAL else f"{_GRAPH}/.default"
