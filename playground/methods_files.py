"""The Web API's methods for files: ask for an address, send the bytes there, complete."""

from typing import Any

from playground import wire
from playground.arguments import Arguments
from playground.errors import SlackError
from playground.methods_people import visible
from playground.model import Message, SlackFile
from playground.workspace import Workspace

ALT = 1000
"""Characters of the words for a picture. docs.slack.dev: files.getUploadURLExternal, errors."""


def get_upload_url(workspace: Workspace, asked: Arguments) -> dict[str, Any]:
    """Answer files.getUploadURLExternal. The web layer puts its address before the path."""
    name, length = asked.needed("filename"), asked.number("length", 0)
    if length < 1:
        raise SlackError("invalid_arguments")
    if len(alt := asked.text("alt_txt")) > ALT:
        raise SlackError("alt_txt_too_large")
    file = SlackFile(workspace.new_id("F"), name, length, workspace.seconds(), alt=alt)
    workspace.files[file.id] = file
    return {"upload_url": f"/upload/{file.id}", "file_id": file.id}


def receive(workspace: Workspace, file_id: str, content: bytes) -> bool:
    """Take the bytes of *file_id*; say whether they were announced like this."""
    file = workspace.files.get(file_id)
    if file is None or len(content) != file.length:
        return False
    file.content = content
    return True


def complete_upload(workspace: Workspace, asked: Arguments) -> dict[str, Any]:
    """Answer files.completeUploadExternal, and show the files where they are to be shared."""
    done = []
    for named in asked.json("files") or []:
        file = workspace.files.get(named.get("id", ""))
        if file is None or file.content is None or file.complete:
            raise SlackError("file_not_found")
        file.title = named.get("title", file.name)
        done.append(file)
    if not done:
        raise SlackError("invalid_arguments")
    if asked.text("channel_id"):
        _share(workspace, asked, done)
    for file in done:
        file.complete = True
    return {"files": [wire.file(workspace, file) for file in done]}


def _share(workspace: Workspace, asked: Arguments, files: list[SlackFile]) -> None:
    place = visible(workspace, asked.text("channel_id"))
    if not place.with_bot:
        raise SlackError("not_in_channel")
    for file in files:
        file.channel = place.id
    ts, author = workspace.new_ts(), workspace.bot_user.id
    said = Message(place.id, ts, author, asked.text("initial_comment"), files=files)
    said.thread_ts = asked.text("thread_ts")
    workspace.post(said)


def files_info(workspace: Workspace, asked: Arguments) -> dict[str, Any]:
    """Answer files.info."""
    file = workspace.files.get(asked.needed("file"))
    if file is None or not file.complete:
        raise SlackError("file_not_found")
    return {"file": wire.file(workspace, file)}
