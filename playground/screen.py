"""What one person sees: messages, buttons, and the modal in front."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from playground import form
from playground.blocks import elements_of
from playground.form import Field
from playground.model import Message, Person, SlackFile, View
from playground.render import lines, readable, text_of
from playground.workspace import SLACKBOT, Workspace


class Fields(dict[str, Field]):
    """The fields of a view by block id; a label finds its field, too."""

    def __missing__(self, label: str) -> Field:
        for field in self.values():
            if field.label == label:
                return field
        raise KeyError(label)


@dataclass(frozen=True)
class Button:
    """A button as a person sees it."""

    text: str
    action_id: str
    value: str
    style: str
    confirm: str
    """The words of the question asked before the press counts; empty: none."""


@dataclass(frozen=True)
class Modal:
    """A view in front of a person: a modal, or the App Home."""

    id: str
    title: str
    submit: str
    fields: Fields
    texts: tuple[str, ...]
    """Everything readable in it, line by line."""

    buttons: tuple[Button, ...]
    errors: dict[str, str]
    """By block id; "" is a note about the whole view."""

    depth: int
    """How many views lie in the stack up to this one."""

    body: dict[str, Any]
    """The view as the app sent it, with all ids."""

    @property
    def text(self) -> str:
        """Everything readable in it, with errors."""
        return "\n".join([self.title, *self.texts, *self.errors.values()])


@dataclass(frozen=True)
class SeenMessage:
    """A message as a person sees it."""

    text: str
    """Everything readable in it: blocks as plain text, or the text where there are none."""

    fallback: str
    """What a notification reads: the message's own text."""

    author: str
    channel: str
    ts: str
    thread_ts: str
    ephemeral: bool
    edited: bool
    """Whether it once said something else, marked or not."""

    buttons: tuple[Button, ...]
    files: tuple[SlackFile, ...]
    said: Message
    """The thing itself."""

    def button(self, label: str) -> Button:
        """Return the button with this text or action id; raises KeyError."""
        for one in self.buttons:
            if label in (one.text, one.action_id):
                return one
        raise KeyError(label)


@dataclass(frozen=True)
class Screen:
    """All that one person sees, newest message last."""

    person: Person
    messages: tuple[SeenMessage, ...]
    modal: Modal | None
    home: Modal | None

    @property
    def text(self) -> str:
        """All readable text: the messages, newest last, and the modal in front of them."""
        front = [self.modal.text] if self.modal else []
        return "\n".join([*(message.text for message in self.messages), *front])

    @property
    def last(self) -> SeenMessage:
        """The newest message; raises IndexError when there is none."""
        return self.messages[-1]

    def drawn(self) -> str:
        """Return the whole screen as text."""
        said = [f"  [{m.channel}] {m.author}: {m.text}" for m in self.messages]
        front = [f"  modal: {self.modal.text}"] if self.modal else []
        return "\n".join([f"{self.person.name} sees:", *(said or ["  no message"]), *front])


def name_of(workspace: Workspace, slack_id: str) -> str:
    """Return the name of a person, group or channel; the id itself where nobody has it."""
    if slack_id in workspace.people:
        return workspace.people[slack_id].name
    if slack_id in workspace.usergroups:
        return workspace.usergroups[slack_id].handle
    place = workspace.channels.get(slack_id)
    return (place.name or place.label) if place else slack_id


def buttons_of(blocks: list[dict[str, Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each button in *blocks* with its block id."""
    for block in blocks:
        for element in elements_of(block):
            if element["type"] == "button":
                yield block["block_id"], element


def _button(element: dict[str, Any]) -> Button:
    question = element.get("confirm") or {}
    return Button(
        text=element["text"]["text"],
        action_id=element["action_id"],
        value=element.get("value", ""),
        style=element.get("style", ""),
        confirm=question["text"]["text"] if question else "",
    )


def _seen(workspace: Workspace, said: Message) -> SeenMessage:
    def names(slack_id: str) -> str:
        return name_of(workspace, slack_id)

    shown = lines(said.blocks, names) if said.blocks else [readable(said.text, names)]
    files = [f"[file: {file.title or file.name}]" for file in said.files]
    return SeenMessage(
        text="\n".join([*(line for line in shown if line), *files]),
        fallback=said.text,
        author="Slackbot" if said.author == SLACKBOT else names(said.author),
        channel=names(said.channel),
        ts=said.ts,
        thread_ts=said.thread_ts,
        ephemeral=bool(said.only_for),
        edited=bool(said.earlier),
        buttons=tuple(_button(element) for _, element in buttons_of(said.blocks)),
        files=tuple(said.files),
        said=said,
    )


def modal_of(workspace: Workspace, view: View) -> Modal:
    """Return *view* as its person sees it."""

    def names(slack_id: str) -> str:
        return name_of(workspace, slack_id)

    body = view.body
    pairs = form.fillable(body)
    stack = workspace.stacks.get(view.person, [])
    return Modal(
        id=view.id,
        title=text_of(body.get("title"), names),
        submit=text_of(body.get("submit"), names),
        fields=Fields({b["block_id"]: form.field_of(view, b, e) for b, e in pairs}),
        texts=tuple(lines(body["blocks"], names)),
        buttons=tuple(_button(element) for _, element in buttons_of(body["blocks"])),
        errors=dict(view.errors),
        depth=stack.index(view) + 1 if view in stack else 0,
        body=body,
    )


def screen_of(workspace: Workspace, person: Person) -> Screen:
    """Return all that *person* sees."""
    stack, home = workspace.stacks.get(person.id), workspace.homes.get(person.id)
    return Screen(
        person=person,
        messages=tuple(_seen(workspace, said) for said in workspace.seen_by(person)),
        modal=modal_of(workspace, stack[-1]) if stack else None,
        home=modal_of(workspace, home) if home else None,
    )


def describe(workspace: Workspace) -> str:
    """Return what everybody sees and what the app did wrong, for the words of a failed test."""
    people = [person for person in workspace.people.values() if not person.bot]
    seen = [screen_of(workspace, person).drawn() for person in people]
    return "\n".join([*seen, *(f"complaint: {one}" for one in workspace.complaints)])
