"""What people are told, as data; each surface makes its own picture of it."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict

from bot.domain.approval import Remark, Standing, Vote
from bot.domain.incident import Incident
from bot.domain.invocation import State, StepState
from bot.domain.operation import Risk
from bot.domain.result import Press, Result


class StepLine(BaseModel):
    """One line of the check-list."""

    model_config = ConfigDict(frozen=True)

    label: str
    state: StepState
    note: str = ""


class RunCard(BaseModel):
    """The one message of a run, edited as it goes.

    Also a READ's result. *asked_by* is a Slack id where there is one. *looking* says, of an unknown
    outcome, that the bot itself looks what came of it. *glass* says, of what waits, that its asker
    may break the glass for it; *aside* that nobody else sees it. *renewed* says that it takes the
    place of an older answer, whose files stand there already.
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
    glass: bool = False
    aside: bool = False
    renewed: bool = False


class Note(BaseModel):
    """A sentence or two, for one person.

    *again* names a refused invocation that may be asked once more by a button, *glass* one for
    which the glass may be broken.
    """

    model_config = ConfigDict(frozen=True)

    kind: Literal["note"] = "note"
    message: str
    fix: str = ""
    again: str | None = None
    glass: str | None = None


class ApprovalCard(BaseModel):
    """What is asked of those who may approve: what would happen, why it needs them, who said what.

    *needs* and *has* count people by lane. *outcome* says, of what has ended, how; a card without
    it has buttons. *asked_by* is a Slack id where there is one.
    """

    model_config = ConfigDict(frozen=True)

    kind: Literal["approval"] = "approval"
    invocation: str
    round: int
    operation: str
    summary: str
    risk: Risk
    asked_by: str
    asked_by_name: str
    words: str
    sentences: tuple[str, ...]
    needs: Mapping[str, int]
    has: Mapping[str, int]
    votes: tuple[Vote, ...] = ()
    remarks: tuple[Remark, ...] = ()
    preview: tuple[tuple[str, ...], ...] = ()
    helpers: tuple[str, ...] = ()
    expires_at: datetime
    standing: Standing = Standing.OPEN
    outcome: str = ""


class Prompt(BaseModel):
    """A few sentences with buttons for what may be done now. *title* stands above them in bold.

    *who*, a Slack id, is called by it: the message goes on after their name.
    """

    model_config = ConfigDict(frozen=True)

    kind: Literal["prompt"] = "prompt"
    message: str
    title: str = ""
    who: str = ""
    lines: tuple[str, ...] = ()
    presses: tuple[Press, ...] = ()


class IncidentFace(StrEnum):
    """For whom an incident is drawn: for those in its room, or for everybody else."""

    HEADER = "header"
    ANNOUNCEMENT = "announcement"


class IncidentCard(BaseModel):
    """An incident as it stands, edited as it goes."""

    model_config = ConfigDict(frozen=True)

    kind: Literal["incident"] = "incident"
    face: IncidentFace
    incident: Incident
    sentence: str = ""


Notice = RunCard | Note | ApprovalCard | Prompt | IncidentCard


class Audience(StrEnum):
    """Who sees it.

    Everybody in the channel, only the person (where they typed), or the person by direct message;
    or everybody, in the thread of another message.
    """

    CHANNEL = "channel"
    PERSON = "person"
    DIRECT = "direct"
    THREAD = "thread"
