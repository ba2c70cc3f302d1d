"""Plain text as the documents that Jira takes, in which nothing of it is markup.

developer.atlassian.com/cloud/jira/platform/apis/document/structure
"""

import re
from typing import Any

LONGEST = 30_000
"""Characters. Jira's own limit for a text is 32,767, which counts more than what is read."""

_BLANK_LINES = re.compile(r"\n[ \t]*\n\s*")
# Everything below a space but tab and line end: XML, in which Jira keeps its documents, has none.
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_CUT = "\n\n… The rest was too long for Jira."


def document(text: str) -> dict[str, Any]:
    """Return *text* as a document: blank lines part paragraphs, other line ends are kept."""
    clean = cleaned(text)
    if len(clean) > LONGEST:
        clean = clean[:LONGEST] + _CUT
    paragraphs = [part.strip("\n") for part in _BLANK_LINES.split(clean)]
    return {
        "type": "doc",
        "version": 1,
        "content": [_paragraph(part) for part in paragraphs if part.strip()] or [_paragraph("")],
    }


def cleaned(text: str) -> str:
    """Return *text* with line ends of one kind and without what cannot be printed."""
    return _UNPRINTABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def _paragraph(text: str) -> dict[str, Any]:
    content: list[dict[str, Any]] = []
    for number, line in enumerate(text.split("\n")):
        if number:
            content.append({"type": "hardBreak"})
        if line:
            content.append({"type": "text", "text": line})
    return {"type": "paragraph", "content": content} if content else {"type": "paragraph"}
