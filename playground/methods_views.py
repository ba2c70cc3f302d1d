"""The Web API's methods that put modals and App Homes on screens."""

from typing import Any

from playground import views, wire
from playground.arguments import Arguments
from playground.errors import SlackError
from playground.permits import Trigger
from playground.workspace import Workspace


def _trigger(workspace: Workspace, asked: Arguments) -> Trigger:
    trigger_id = asked.text("trigger_id") or asked.needed("trigger_id")
    return workspace.permits.exchange(trigger_id, workspace.now())


def open_view(workspace: Workspace, asked: Arguments) -> dict[str, Any]:
    """Answer views.open."""
    body = views.accept(workspace, asked.json("view"), "modal")
    trigger = _trigger(workspace, asked)
    return {"view": wire.view(workspace, views.open_modal(workspace, trigger.person, body))}


def push_view(workspace: Workspace, asked: Arguments) -> dict[str, Any]:
    """Answer views.push."""
    body = views.accept(workspace, asked.json("view"), "modal")
    trigger = _trigger(workspace, asked)
    if not trigger.in_modal:
        raise SlackError("invalid_trigger_id")
    return {"view": wire.view(workspace, views.push(workspace, trigger.person, body))}


def update_view(workspace: Workspace, asked: Arguments) -> dict[str, Any]:
    """Answer views.update."""
    view = views.find(workspace, asked.text("view_id"), asked.text("external_id"))
    body = views.accept(workspace, asked.json("view"), view.body["type"])
    updated = views.update(workspace, view, body, asked.text("hash"))
    return {"view": wire.view(workspace, updated)}


def publish_view(workspace: Workspace, asked: Arguments) -> dict[str, Any]:
    """Answer views.publish."""
    person = asked.needed("user_id")
    if person not in workspace.people:
        raise SlackError("invalid_arguments")
    body = views.accept(workspace, asked.json("view"), "home")
    published = views.publish(workspace, person, body, asked.text("hash"))
    return {"view": wire.view(workspace, published)}
