"""Modals and App Homes: the stack on each person's screen, and how the app may change it."""

from typing import Any

from playground import form
from playground.blocks import refuse_view, with_ids
from playground.errors import SlackError
from playground.model import Produced, View
from playground.workspace import Workspace

STACK = 3
"""docs.slack.dev: views.push, three views in one modal."""


def accept(workspace: Workspace, view: Any, kind: str) -> dict[str, Any]:
    """Judge and record *view*; return it with all ids, or raise SlackError."""
    problems = refuse_view(view, kind)
    body = view if isinstance(view, dict) else {"not a view": view}
    workspace.produced.append(Produced("view", body, tuple(problems)))
    if problems:
        raise SlackError("invalid_arguments", response_metadata={"messages": problems})
    return {**view, "blocks": with_ids(view["blocks"])}


def top(workspace: Workspace, person: str) -> View | None:
    """Return the view that *person* has in front, if any."""
    stack = workspace.stacks.get(person)
    return stack[-1] if stack else None


def all_views(workspace: Workspace) -> list[View]:
    """Return all views on all screens."""
    modals = [view for stack in workspace.stacks.values() for view in stack]
    return modals + list(workspace.homes.values())


def _new(workspace: Workspace, person: str, body: dict[str, Any], previous: View | None) -> View:
    external = body.get("external_id")
    if external and any(v.body.get("external_id") == external for v in all_views(workspace)):
        raise SlackError("duplicate_external_id")
    new_id = workspace.new_id("V")
    view = View(new_id, person, body, _hash(workspace), previous.root if previous else new_id)
    view.previous = previous.id if previous else ""
    view.values = form.initial_values(body)
    return view


def _hash(workspace: Workspace) -> str:
    return f"{workspace.new_ts()}.{workspace.new_id('h')[2:]}"


def open_modal(workspace: Workspace, person: str, body: dict[str, Any]) -> View:
    """Show *body* to *person* as a new modal, in place of any other."""
    workspace.stacks.pop(person, None)
    view = _new(workspace, person, body, None)
    workspace.stacks[person] = [view]
    workspace.notify()
    return view


def push(workspace: Workspace, person: str, body: dict[str, Any]) -> View:
    """Show *body* over the view that *person* has in front."""
    stack = workspace.stacks.get(person)
    if not stack:
        raise SlackError("invalid_trigger_id")
    if len(stack) >= STACK:
        raise SlackError("push_limit_reached")
    view = _new(workspace, person, body, stack[-1])
    stack.append(view)
    workspace.notify()
    return view


def update(workspace: Workspace, view: View, body: dict[str, Any], expected: str = "") -> View:
    """Replace what *view* shows, if its hash is as *expected*; what was typed stays."""
    if expected and expected != view.hash:
        raise SlackError("hash_conflict")
    view.values = form.kept_values(view.values, body)
    view.body = body
    view.hash = _hash(workspace)
    view.errors = {}
    workspace.notify()
    return view


def publish(workspace: Workspace, person: str, body: dict[str, Any], expected: str = "") -> View:
    """Show *body* as the App Home of *person*."""
    if (home := workspace.homes.get(person)) is not None:
        return update(workspace, home, body, expected)
    workspace.homes[person] = _new(workspace, person, body, None)
    workspace.notify()
    return workspace.homes[person]


def close(workspace: Workspace, view: View) -> None:
    """Take *view*, and what lies over it, off the screen."""
    stack = workspace.stacks.get(view.person, [])
    if view in stack:
        del stack[stack.index(view) :]
    workspace.notify()


def find(workspace: Workspace, view_id: str, external_id: str) -> View:
    """Return the view with either id; raises SlackError when nobody has it open."""
    for view in all_views(workspace):
        if view.id == view_id or (external_id and view.body.get("external_id") == external_id):
            return view
    raise SlackError("not_found")
