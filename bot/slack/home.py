"""The App Home: what this is, and what the person who looks at it may run."""

import logging
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from bot.domain.catalogue import Catalogue
from bot.domain.invocation import Origin
from bot.domain.operation import Operation, Risk
from bot.pipeline.answers import Refusal
from bot.slack import limits
from bot.slack.asking import origin_of
from bot.slack.blocks import Block, button, context, plain, section
from bot.slack.desk import Desk
from bot.slack.mrkdwn import bold, code, join, sentence, text
from bot.slack.payload import Payload
from bot.slack.windows import Windows

FIND, OPEN = "find", "open_form"
"""The action_ids of the Home's buttons. The second goes before a colon and an operation's name."""

_SUMMARY = 300
_MARKS: Mapping[Risk, str] = MappingProxyType({Risk.READ: "", Risk.CHANGE: "✏️", Risk.DISRUPT: "⚠️"})
_LEGEND = "✏️ changes something · ⚠️ disturbs people or running services at once"
_NOTHING = "You may run none of the operations here."
_NAMELESS = "unknown_actor"
_LOG = logging.getLogger(__name__)


class Home:
    """Shows the Home to whoever opens it. What fails is logged: the event is acked all the same."""

    def __init__(self, desk: Desk, catalogue: Catalogue, windows: Windows) -> None:
        self._desk = desk
        self._catalogue = catalogue
        self._windows = windows

    async def opened(self, payload: Payload) -> None:
        """Publish the Home, soon, where that is what the event in *payload* tells of."""
        event = Payload(payload.at("event") or {})
        if event.text("type") != "app_home_opened" or event.text("tab") != "home":
            return
        # The event's channel is that of the messages tab, where nothing is asked.
        who = {"user": event.id("user"), "team": payload.id("team")}
        origin = origin_of(Payload(who))
        if origin is None:
            return
        try:
            self._windows.publish(origin.user, await self._drawn(origin))
        except Exception:  # noqa: BLE001  Sent once more, as Slack would, it fails once more.
            _LOG.exception("A Home could not be drawn.")

    async def _drawn(self, origin: Origin) -> Block:
        mine = await self._desk.offers(origin)
        if mine:
            return home_view(mine, len(self._catalogue))
        return nothing_view(await self._why_none(origin))

    async def _why_none(self, origin: Origin) -> Refusal | None:
        """Return the reason that all operations are refused for, if they have one in common."""
        common: Refusal | None = None
        for operation in self._catalogue:
            answer = await self._desk.opens(origin, operation.name)
            if not isinstance(answer, Refusal):
                return None
            if common is not None and common.message != answer.message:
                return None
            common = answer
            if answer.code == _NAMELESS:
                # While Slack is silent each question takes a second.
                break
        return common


def home_view(mine: Sequence[Operation], known: int) -> Block:
    """Draw the Home of who may run *mine* of the *known* operations, as many as a view holds."""
    marked = any(o.risk is not Risk.READ for o in mine)
    top = [
        _header(),
        section(text(_about(len(mine), known))),
        {"type": "actions", "elements": [_find()]},
        *([context(text(_LEGEND))] if marked else []),
    ]
    listed, shown = _listed(mine, limits.VIEW_BLOCKS - len(top) - 1)
    return _view([*top, *listed, *_left_out(len(mine) - shown)])


def nothing_view(why: Refusal | None) -> Block:
    """Draw the Home of who may run nothing, and *why* as far as the rules say."""
    words = f"{_NOTHING} {why.message} {why.fix}" if why else _NOTHING
    return _view([_header(), section(sentence(words.strip()))])


def _view(blocks: list[Block]) -> Block:
    return {"type": "home", "blocks": blocks}


def _header() -> Block:
    return {"type": "header", "text": plain("Redbutton", limits.HEADER)}


def _about(mine: int, known: int) -> str:
    return (
        "Redbutton carries out your team's operations, each checked against the rules and put on "
        f"the record; you may run {mine} of {known}."
    )


def _find() -> Block:
    return button("Find an operation", FIND, "catalogue", style="primary")


def _listed(mine: Sequence[Operation], room: int) -> tuple[list[Block], int]:
    """Draw *mine* by group in at most *room* blocks; return them and how many are drawn."""
    blocks: list[Block] = []
    shown, group = 0, ""
    for operation in sorted(mine, key=lambda o: (o.group, o.name)):
        new = operation.group != group
        heading = [section(bold(text(operation.group.capitalize())))] if new else []
        if len(blocks) + len(heading) >= room:
            break
        blocks += [*heading, _line(operation)]
        shown, group = shown + 1, operation.group
    return blocks, shown


def _line(operation: Operation) -> Block:
    name = join([code(operation.name), text(_MARKS[operation.risk])], " ")
    words = join([name, sentence(operation.summary, _SUMMARY)], "\n")
    open_it = button("Open", f"{OPEN}:{operation.name}", operation.name)
    return {**section(words), "accessory": open_it}


def _left_out(count: int) -> list[Block]:
    words = f"{count} more do not fit here. `Find an operation`, at the top, finds each of them."
    return [context(sentence(words))] if count else []
