"""What happens to a channel, whether an app or a person does it, and the line Slack says of it."""

from playground.model import Channel, Label, Message
from playground.workspace import Workspace


def tell(workspace: Workspace, place: Channel, author: str, what: str, text: str) -> Message:
    """Say in *place* that *author* did something; *what* ends the subtype, such as `topic`."""
    said = Message(place.id, workspace.new_ts(), author, f"<@{author}> {text}")
    said.subtype = f"{'group' if place.private else 'channel'}_{what}"
    return workspace.post(said)


def label(workspace: Workspace, place: Channel, author: str, what: str, text: str) -> None:
    """Set what *place* says of itself; *what* is `topic` or `purpose`."""
    new = Label(text, author, workspace.seconds())
    called = "description" if what == "purpose" else what
    if what == "topic":
        place.topic = new
    else:
        place.purpose = new
    verb = f"set the channel {called}: {text}" if text else f"cleared the channel {called}"
    said = tell(workspace, place, author, what, verb)
    said.told = {what: text}


def rename(workspace: Workspace, place: Channel, author: str, name: str) -> None:
    """Call *place* by another *name*."""
    tell(workspace, place, author, "name", f'renamed the channel from "{place.name}" to "{name}"')
    place.previous_names.insert(0, place.name)
    place.name = name
    workspace.notify()


def enter(workspace: Workspace, place: Channel, person: str, inviter: str = "") -> None:
    """Let *person* into *place*, if they are not there."""
    if person in place.members:
        return
    place.members.append(person)
    place.with_bot = workspace.bot_user.id in place.members
    said = tell(workspace, place, person, "join", "has joined the channel")
    said.told = {"inviter": inviter} if inviter else {}


def leave(workspace: Workspace, place: Channel, person: str) -> None:
    """Let *person* out of *place*."""
    place.members.remove(person)
    place.with_bot = workspace.bot_user.id in place.members
    tell(workspace, place, person, "leave", "has left the channel")


def archive(workspace: Workspace, place: Channel, author: str) -> None:
    """Close *place*; who was there can still read it."""
    tell(workspace, place, author, "archive", "archived the channel")
    place.archived = True
    workspace.notify()


def reopen(workspace: Workspace, place: Channel, author: str) -> None:
    """Open *place* again."""
    place.archived = False
    tell(workspace, place, author, "unarchive", "un-archived the channel")
