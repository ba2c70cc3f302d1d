"""What people are told, as data; each surface makes its own picture of it."""

from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict

from bot.domain.invocation import State, StepState
from bot.domain.operation import Risk
from bot.domain.result import Result


class StepLine(BaseModel):
    """One line of the check-list."""

    model_config = ConfigDict(frozen=True)

    label: str
    state: StepState
    note: str = ""


class RunCard(BaseModel):
    """The one message of a run, edited as it goes.

    Also a READ's result. *asked_by* is a Slack id where there is one. *looking* says, of an unknown
    outcome, that the bot itself looks what came of it.
    """

    model_config = ConfigDict(frozen=True)

    kind: Literal["run"] = "run"
    invocation: str
    operation: str
    summary: str
    risk: Risk
    asked_by: str
    asked_by_name: str
    words: str
    state: State
    steps: tuple[StepLine, ...] = ()
    progress: str = ""
    preview: tuple[tuple[str, ...], ...] = ()
    result: Result | None = None
    problem: str = ""
    fix: str = ""
    undo: str = ""
    looking: bool = False


class Note(BaseModel):
    """A sentence or two, for one person.

    *again* names a refused invocation that may be asked once more by a button.
    """

    model_config = ConfigDict(frozen=True)

    kind: Literal["note"] = "note"
    message: str
    fix: str = ""
    again: str | None = None


Notice = RunCard | Note


class Audience(StrEnum):
    """Who sees it.

    Everybody in the channel, only the person (where they typed), or the person by direct message.
    """

    CHANNEL = "channel"
    PERSON = "person"
    DIRECT = "direct"
    THREAD = "thread"
