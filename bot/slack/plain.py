"""Turns the text of a slash command back into what was typed."""

import re

_MARKED = re.compile(r"<([^<>]*)>")
_SCHEMES = ("mailto:", "tel:")


def plain(text: str) -> str:
    """Undo Slack's escapes: mentions become bare ids, links their address, entities characters.

    A name that Slack put beside an id is dropped: names are no authority
    (docs.slack.dev: slash commands, `should_escape`).
    """
    bare = _MARKED.sub(_unmarked, text)
    return bare.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _unmarked(found: re.Match[str]) -> str:
    target, _, label = found[1].partition("|")
    if target.startswith(("@", "#")):
        return target[1:]
    if target.startswith("!subteam^"):
        return target.removeprefix("!subteam^")
    if target.startswith("!date^"):
        return label
    if target.startswith("!"):
        return f"@{target[1:]}"
    for scheme in _SCHEMES:
        target = target.removeprefix(scheme)
    return target
