"""How one step is carried out: tries, deadlines, and looking before a write is repeated."""

import asyncio
import contextlib
import inspect
from collections.abc import Awaitable, Callable
from typing import Any

from bot.domain.clock import Clock
from bot.domain.context import StepRule
from bot.domain.errors import OutcomeUnknown, Unreachable

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 30.0
"""Seconds between tries; each pause is twice the last, unless the service named its own."""

PATIENCE = 60.0
"""Seconds of a service's own pause that are waited. Where it wants more the step ends with that:
nobody looks at something that runs for hours, and whoever asked can ask again."""

_CUT_OFF = OutcomeUnknown("It was cut off in the middle; it may have happened.")


def takes_key(call: Callable[..., Any]) -> bool:
    """Say whether *call* is a write.

    It takes the `key` under which a repeat is no second effect.
    """
    return "key" in inspect.signature(call).parameters


async def attempt(
    call: Callable[[], Awaitable[Any]],
    rule: StepRule,
    clock: Clock,
    *,
    key: str | None,
    look_first: bool = False,
) -> Any:
    """Carry out *call* by *rule*; *key* is that of a write, None for a read.

    *look_first* says that it may have happened already: an earlier life was cut off in it.

    Raises Unreachable when nothing happened in any try, and OutcomeUnknown when the answer to a
    write was lost and cannot be found.
    """
    pause = FIRST_PAUSE
    lost = _CUT_OFF if look_first and rule.find is not None and key is not None else None
    for tries_left in reversed(range(rule.attempts)):
        wait = pause
        try:
            return await _looked_for(call, rule, key, lost)
        except Unreachable as nothing_happened:
            wait = nothing_happened.retry_after or pause
            if not tries_left or wait > PATIENCE:
                return await _last_look(rule, key, lost or nothing_happened)
        except OutcomeUnknown as silence:
            if rule.find is None or key is None:
                raise
            lost = silence
        if tries_left:
            await clock.sleep(wait)
        pause = min(pause * 2, LONGEST_PAUSE)
    if lost is None:
        raise ValueError("A rule allows at least one attempt.")
    return await _last_look(rule, key, lost)


async def _last_look(rule: StepRule, key: str | None, error: OutcomeUnknown | Unreachable) -> Any:
    """Look once more where an answer was lost; raises *error* where nothing is found."""
    if isinstance(error, OutcomeUnknown):
        with contextlib.suppress(Unreachable):
            if (found := await _found(rule, key)) is not None:
                return found
    # Whatever came of the tries after a lost answer: that one may have happened.
    raise error


async def _looked_for(
    call: Callable[[], Awaitable[Any]],
    rule: StepRule,
    key: str | None,
    lost: OutcomeUnknown | None,
) -> Any:
    """Carry out *call*; where an earlier answer was *lost*, look first what came of it."""
    if lost is not None and (found := await _found(rule, key)) is not None:
        return found
    return await _once(call, rule, key)


async def _found(rule: StepRule, key: str | None) -> Any:
    return None if rule.find is None or key is None else await rule.find(key)


async def _once(call: Callable[[], Awaitable[Any]], rule: StepRule, key: str | None) -> Any:
    limit = asyncio.timeout(rule.deadline)
    try:
        async with limit:
            return await call()
    except TimeoutError as silence:
        if not limit.expired():
            raise
        waited = f"No answer came within {rule.deadline:g} s"
        if key is None:
            raise Unreachable(f"{waited}.", fix="Ask again in a minute.") from silence
        raise OutcomeUnknown(
            f"{waited}; it may have happened.", fix="Look before you ask again."
        ) from silence
