"""What an app's answer to a delivery does to what the person sees."""

from collections.abc import Iterator
from typing import Any

from playground import posting, views
from playground.delivery import Reply
from playground.elements import OPTION_GROUPS, OPTIONS
from playground.errors import SlackError
from playground.model import View
from playground.permits import ResponseAddress
from playground.workspace import Workspace


def to_command(workspace: Workspace, command: str, reply: Reply, address: ResponseAddress) -> None:
    """Show the answer to a slash command, or Slackbot's note that there was none."""
    if not reply.ok:
        words = f'{command} failed with the error "{reply.trouble}"'
        workspace.note(address.person, words, address.channel)
        workspace.complain(words)
        return
    said = reply.body or {"text": reply.text}
    if not any(said.get(name) for name in ("text", "blocks", "attachments")):
        return
    try:
        posting.respond(workspace, address, said)
    except SlackError as refused:
        words = f'{command} failed with the error "{refused.error}"'
        workspace.note(address.person, words, address.channel)
        workspace.complain(words)


def to_interaction(workspace: Workspace, person: str, reply: Reply) -> None:
    """Tell *person* if the app did not take a click, a choice or a shortcut."""
    if not reply.ok:
        workspace.note(person, f"Slack could not reach the app: {reply.trouble}.")
        workspace.complain(f"interaction: {reply.trouble}")


def to_submission(workspace: Workspace, view: View, reply: Reply) -> None:
    """Do to *view* what the answer to its submission says."""
    try:
        wrong = reply.trouble or _respond(workspace, view, reply)
    except SlackError as refused:
        wrong = refused.error
    if wrong:
        view.errors[""] = f"We had some trouble connecting. Try again? ({wrong})"
        workspace.complain(f"view_submission: {wrong}")


def _respond(workspace: Workspace, view: View, reply: Reply) -> str:
    """Return what is wrong with the answer, empty when it was carried out."""
    action = reply.body.get("response_action")
    if action is None:
        if reply.text.strip() not in ("", "{}"):
            return f"the answer is no response_action: {reply.text[:100]}"
        views.close(workspace, view)
    elif action == "clear":
        workspace.stacks.pop(view.person, None)
    elif action == "update":
        views.update(workspace, view, views.accept(workspace, reply.body.get("view"), "modal"))
    elif action == "push":
        body = views.accept(workspace, reply.body.get("view"), "modal")
        views.push(workspace, view.person, body)
    elif action == "errors":
        return _show_errors(workspace, view, reply.body.get("errors"))
    else:
        return f"unknown response_action {action!r}"
    workspace.notify()
    return ""


def _show_errors(workspace: Workspace, view: View, errors: Any) -> str:
    inputs = {block["block_id"] for block in view.body["blocks"] if block["type"] == "input"}
    if not isinstance(errors, dict) or not errors:
        return "errors must be an object that is not empty"
    if unknown := errors.keys() - inputs:
        return f"errors for what is no input block: {', '.join(sorted(unknown))}"
    view.errors = {block: str(words) for block, words in errors.items()}
    workspace.notify()
    return ""


def to_suggestion(workspace: Workspace, view: View, block_id: str, reply: Reply) -> None:
    """Offer the options of the answer in the field *block_id* of *view*."""
    problems = [reply.trouble] if reply.trouble else list(_option_problems(reply.body))
    for wrong in problems:
        workspace.complain(f"block_suggestion: {wrong}")
    groups = [] if problems else reply.body.get("option_groups", [])
    loose = [] if problems else reply.body.get("options", [])
    view.offered[block_id] = [*loose, *(one for group in groups for one in group["options"])]
    workspace.notify()


def _option_problems(body: dict[str, Any]) -> Iterator[str]:
    if body.keys() == {"options"}:
        # No option at all is a fair answer here; Slack shows "no results".
        yield from OPTIONS(body["options"], "/options") if body["options"] else ()
    elif body.keys() == {"option_groups"}:
        yield from OPTION_GROUPS(body["option_groups"], "/option_groups")
    else:
        yield f"want options or option_groups, got {sorted(body)}"
