"""The authors' one door.

Everything an operation imports, beside the ports of `integrations.ports`.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from bot.domain.actor import Actor
from bot.domain.approval import Waiting
from bot.domain.catalogue import Catalogue
from bot.domain.clock import Clock
from bot.domain.context import Context, KeyOf, StepRule
from bot.domain.errors import (
    IntegrationError,
    NotConfigured,
    OutcomeUnknown,
    RedbuttonError,
    Refused,
    Unreachable,
)
from bot.domain.explanation import Explanation, RuleWords, WhoMay
from bot.domain.figures import Tallied, Vitals
from bot.domain.freeze import Freeze
from bot.domain.glass import Review
from bot.domain.incident import (
    ENDED,
    OPEN,
    STUCK,
    UNKNOWN_SERVICE,
    Call,
    Change,
    Declared,
    Handover,
    Holder,
    Incident,
    Limb,
    LimbState,
    Moment,
    MomentKind,
    Role,
    Settled,
    Severity,
    Status,
    Task,
    durations,
    one_line,
)
from bot.domain.incident import Draft as IncidentDraft
from bot.domain.incident_names import room_of
from bot.domain.incident_plan import Contact, Plan, StatusPageRule
from bot.domain.incident_score import Mark, score, span
from bot.domain.invocation import State
from bot.domain.notice import Note, Prompt
from bot.domain.operation import Operation, Risk, Undo, declare
from bot.domain.params import (
    DateTime,
    Duration,
    Email,
    Hidden,
    LongText,
    MinorUnits,
    Money,
    Option,
    Options,
    Params,
    Personal,
    Rest,
    Secret,
    SlackChannel,
    SlackUser,
)
from bot.domain.ports import (
    Approvals,
    Explainer,
    Freezes,
    Health,
    Incidents,
    Records,
    Reviews,
    Rules,
    Saying,
)
from bot.domain.result import File, Item, Press, Result
from bot.domain.schedule import FREEZE, Late, Schedule, ScheduleDraft, Schedules

__all__ = [
    "ENDED",
    "FREEZE",
    "OPEN",
    "STUCK",
    "UNKNOWN_SERVICE",
    "Actor",
    "Approvals",
    "Call",
    "Catalogue",
    "Change",
    "Clock",
    "Contact",
    "Context",
    "DateTime",
    "Declared",
    "Duration",
    "Email",
    "Explainer",
    "Explanation",
    "File",
    "Freeze",
    "Freezes",
    "Handover",
    "Health",
    "Hidden",
    "Holder",
    "Incident",
    "IncidentDraft",
    "Incidents",
    "IntegrationError",
    "Item",
    "KeyOf",
    "Late",
    "Limb",
    "LimbState",
    "LongText",
    "Mark",
    "MinorUnits",
    "Moment",
    "MomentKind",
    "Money",
    "NotConfigured",
    "Note",
    "Operation",
    "Option",
    "Options",
    "OutcomeUnknown",
    "Params",
    "Personal",
    "Plan",
    "Press",
    "Prompt",
    "Records",
    "RedbuttonError",
    "Refused",
    "Rest",
    "Result",
    "Review",
    "Reviews",
    "Risk",
    "Role",
    "RuleWords",
    "Rules",
    "Saying",
    "Schedule",
    "ScheduleDraft",
    "Schedules",
    "Secret",
    "Settled",
    "Severity",
    "SlackChannel",
    "SlackUser",
    "State",
    "Status",
    "StatusPageRule",
    "StepRule",
    "Tallied",
    "Task",
    "Undo",
    "Unreachable",
    "Vitals",
    "Waiting",
    "WhoMay",
    "durations",
    "one_line",
    "operation",
    "room_of",
    "score",
    "span",
]


def operation(  # noqa: PLR0913  Each is one line of a declaration, all but two optional.
    name: str,
    *,
    risk: Risk,
    target: str | None = None,
    preview: Callable[..., Awaitable[Any]] | None = None,
    undo: Undo | None = None,
    probe: Callable[..., Awaitable[bool | None]] | None = None,
    timeout: float = 300.0,
    aside: bool = False,
) -> Callable[[Callable[..., Awaitable[Result]]], Operation]:
    """Declare the function below as the operation *name* (`group.verb`).

    *target* names the field that is acted on. *preview* is called with the params and returns rows,
    header first, of what would change. *undo* names the operation that takes it back. *probe* is
    called with the params after a lost answer: True, it happened; False, it did not; None, it
    cannot be told. One that takes a second argument is given a `KeyOf`, to look for what a step
    made. *timeout* bounds a run, in seconds. Of a run *aside* who asked alone is told, by direct
    message: for what the channel is told by other messages, or not at all. Raises TypeError at
    import where the declaration is wrong.
    """

    def declared(call: Callable[..., Awaitable[Result]]) -> Operation:
        return declare(
            call,
            name,
            risk,
            target=target,
            preview=preview,
            undo=undo,
            probe=probe,
            timeout=timeout,
            aside=aside,
        )

    return declared
