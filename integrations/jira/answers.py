"""What is read of Jira's answers. Whatever else stands in them is left alone."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True)


class Me(_Answer):
    """Whose token it is."""

    account: str = Field(alias="accountId")


class Made(_Answer):
    """A ticket that was made."""

    key: str


class _Named(_Answer):
    name: str


class _Person(_Answer):
    name: str = Field(alias="displayName")


class _Fields(_Answer):
    summary: str = ""
    status: _Named | None = None
    issuetype: _Named | None = None
    assignee: _Person | None = None
    labels: tuple[str, ...] = ()


class Issue(_Answer):
    """A ticket. *properties* are those that were asked for."""

    key: str
    fields: _Fields
    properties: Mapping[str, Any] = Field(default_factory=dict)


class Kind(_Answer):
    """A type of tickets."""

    id: str
    name: str


class Kinds(_Answer):
    """The types of tickets that a project has."""

    kinds: tuple[Kind, ...] = Field(alias="issueTypes")


class FormField(_Answer):
    """A field of the form for a new ticket; *filled* by Jira where nobody does."""

    id: str = Field(alias="fieldId")
    name: str
    required: bool
    filled: bool = Field(default=False, alias="hasDefaultValue")


class Form(_Answer):
    """The form for a new ticket."""

    fields: tuple[FormField, ...]


class Issues(_Answer):
    """Tickets that were found, or that were asked for by their ids."""

    issues: tuple[Issue, ...]


class Transition(_Answer):
    """A way out of a ticket's status."""

    id: str
    name: str
    to: _Named


class Transitions(_Answer):
    """The ways out of a ticket's status, for the bot, now."""

    transitions: tuple[Transition, ...]


class Property(_Answer):
    """Something that a program left at a comment."""

    key: str
    value: Any = None


class Comment(_Answer):
    """A comment."""

    id: str
    properties: tuple[Property, ...] = ()


class Comments(_Answer):
    """Some of a ticket's comments."""

    comments: tuple[Comment, ...]


class Linked(_Answer):
    """A link that was made or replaced."""

    id: int
