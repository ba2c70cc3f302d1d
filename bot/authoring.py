"""The authors' one door.

Everything an operation imports, beside the ports of `integrations.ports`.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from bot.domain.actor import Actor
from bot.domain.catalogue import Catalogue
from bot.domain.clock import Clock
from bot.domain.context import Context, KeyOf, StepRule
from bot.domain.errors import Refused
from bot.domain.explanation import Explanation, RuleWords, WhoMay
from bot.domain.freeze import Freeze
from bot.domain.operation import Operation, Risk, Undo, declare
from bot.domain.params import (
    DateTime,
    Duration,
    Email,
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
from bot.domain.ports import Approvals, Explainer, Freezes, Incidents, Reviews, Rules
from bot.domain.result import File, Result

__all__ = [
    "Actor",
    "Approvals",
    "Catalogue",
    "Clock",
    "Context",
    "DateTime",
    "Duration",
    "Email",
    "Explainer",
    "Explanation",
    "File",
    "Freeze",
    "Freezes",
    "Incidents",
    "KeyOf",
    "LongText",
    "MinorUnits",
    "Money",
    "Operation",
    "Option",
    "Options",
    "Params",
    "Personal",
    "Refused",
    "Rest",
    "Result",
    "Reviews",
    "Risk",
    "RuleWords",
    "Rules",
    "Secret",
    "SlackChannel",
    "SlackUser",
    "StepRule",
    "Undo",
    "WhoMay",
    "operation",
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
) -> Callable[[Callable[..., Awaitable[Result]]], Operation]:
    """Declare the function below as the operation *name* (`group.verb`).

    *target* names the field that is acted on. *preview* is called with the params and returns rows,
    header first, of what would change. *undo* names the operation that takes it back. *probe* is
    called with the params after a lost answer: True, it happened; False, it did not; None, it
    cannot be told. One that takes a second argument is given a `KeyOf`, to look for what a step
    made. *timeout* bounds a run, in seconds. Raises TypeError at import where the
    declaration is wrong.
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
        )

    return declared
