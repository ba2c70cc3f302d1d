"""The tickets of the pretend Jira, and how Jira's own documents are read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any

from playground.vendor import VendorError

Way = tuple[str, str]
"""The name of a transition and the status that it leads to."""

WORKFLOW: Mapping[str, tuple[Way, ...]] = {
    "To Do": (("Start work", "In Progress"), ("Drop", "Done")),
    "In Progress": (("Ask for review", "In Review"), ("Finish", "Done"), ("Put back", "To Do")),
    "In Review": (("Finish", "Done"), ("Send back", "In Progress")),
    "Done": (("Reopen", "To Do"),),
}
FIRST = "To Do"


@dataclass(frozen=True)
class Somebody:
    """Who did something."""

    name: str

    @property
    def account(self) -> str:
        """Return the id of their account."""
        return sha256(self.name.encode()).hexdigest()[:24]


@dataclass(frozen=True)
class Remark:
    """A comment. *properties* is what a program left at it."""

    id: str
    text: str
    author: Somebody
    at: datetime
    properties: tuple[Mapping[str, Any], ...] = ()
    document: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Link:
    """A link to somewhere else."""

    number: int
    url: str
    title: str
    global_id: str


@dataclass
class PretendTicket:
    """A ticket. *id* is what people call it, *number* is Jira's own."""

    id: str
    number: int
    summary: str
    type: str
    created: datetime
    updated: datetime
    turn: int = 0
    """Says of two that were changed in the same moment which was later."""

    description: str = ""
    status: str = FIRST
    labels: list[str] = field(default_factory=list)
    comments: list[Remark] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    fields: dict[str, Any] = field(default_factory=dict)
    """What else was said when it was made, by the ids of the fields."""

    properties: dict[str, Any] = field(default_factory=dict)
    document: Mapping[str, Any] | None = None
    assignee: Somebody | None = None

    @property
    def project(self) -> str:
        """Return the key of its project."""
        return self.id.rpartition("-")[0]

    @property
    def place(self) -> int:
        """Return its number within the project."""
        return int(self.id.rpartition("-")[2])


@dataclass
class Project:
    """Where tickets are. *required* and *known* are ids of fields, with their names."""

    key: str
    name: str
    required: Mapping[str, str]
    types: Sequence[str]
    known: set[str]
    made: int = 0


def plain(document: Any, field_name: str) -> str:
    """Return the text of *document*; VendorError where Jira would not take it."""
    if not isinstance(document, dict) or document.get("type") != "doc":
        raise wrong(
            {
                field_name: "Operation value must be an Atlassian Document (see the Atlassian "
                "Document Format)"
            }
        )
    if document.get("version") != 1 or not document.get("content"):
        raise VendorError(400, {"errorMessages": ["INVALID_INPUT"], "errors": {}})
    return "\n\n".join(_paragraph(node) for node in document["content"])


def wrong(errors: Mapping[str, str]) -> VendorError:
    """Return Jira's no to single fields."""
    return VendorError(400, {"errorMessages": [], "errors": dict(errors)})


def said(status: int, words: str) -> VendorError:
    """Return Jira's no, in words."""
    return VendorError(status, {"errorMessages": [words], "errors": {}})


def _paragraph(node: Any) -> str:
    if not isinstance(node, dict) or node.get("type") != "paragraph":
        raise VendorError(400, {"errorMessages": ["INVALID_INPUT"], "errors": {}})
    return "".join(_inline(each) for each in node.get("content", []))


def _inline(node: Any) -> str:
    match node:
        case {"type": "hardBreak"}:
            return "\n"
        case {"type": "text", "text": str(text)} if text and "marks" not in node:
            return text
        case _:
            raise VendorError(400, {"errorMessages": ["INVALID_INPUT"], "errors": {}})
