"""The Web API's methods of the app itself, which take its app-level token."""

from typing import Any

from playground.arguments import Arguments
from playground.workspace import Workspace


def open_connection(workspace: Workspace, _asked: Arguments) -> dict[str, Any]:
    """Answer apps.connections.open: a URL that serves for one connection."""
    ticket = workspace.permits.ticket()
    return {"url": f"{workspace.links_url}/link/?ticket={ticket}&app_id={workspace.app_id}"}
