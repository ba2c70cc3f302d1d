"""Secrets of what waits for approval: nobody who decides sees them, and no end keeps them."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.domain.clock import Clock
from bot.domain.invocation import State
from tests.clock import CorrectedClock
from tests.scenarios import kinds
from tests.scenarios.desks import RULES, Desk, desk
from tests.scenarios.test_forms_of_every_kind import PERSONAL, SECRET, typed

TAKING = """
@id("one-to-take") @doc("Taking needs one of finance.")
forbid (principal, action == Action::"kinds.take", resource)
unless { context.approvals.finance >= 1 };
"""


@asynccontextmanager
async def asked(folder: Path, clock: Clock) -> AsyncIterator[Desk]:
    """Let Ada ask for what takes a secret, and wait until others are asked to agree."""
    rules = RULES + kinds.RULES.read_text("utf-8") + TAKING
    async with desk(folder, clock, rules=rules, alone=True) as d:
        await d.asks(typed(d.w.sam))
        yield d


async def ended(d: Desk) -> str:
    """Return what is kept of the params of the one asking."""
    (found,) = await d.w.bot.kept.book.in_state(list(State))
    return found.params


async def withdraws(d: Desk, clock: CorrectedClock) -> None:
    """Let Ada take it back."""
    del clock
    await d.w.slack.presses(d.w.ada, "Withdraw")


async def refuses(d: Desk, clock: CorrectedClock) -> None:
    """Let Dee say no."""
    del clock
    await d.decides(d.dee, "Refuse", reason="Not on a Sunday")


async def lapses(d: Desk, clock: CorrectedClock) -> None:
    """Let the time go by."""
    clock.pass_(4 * 3600)
    await d.w.bot.timers.look()


async def agrees(d: Desk, clock: CorrectedClock) -> None:
    """Let Dee say yes."""
    del clock
    await d.decides(d.dee, "Approve", reason="It is a good soup")
    await d.reads(d.w.ada, "Sunday's soup was taken")


@pytest.mark.parametrize("ends", [withdraws, refuses, lapses, agrees])
async def test_no_end_keeps_a_secret_and_nobody_was_shown_it(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    ends: Callable[[Desk, CorrectedClock], Awaitable[None]],
) -> None:
    monkeypatch.syspath_prepend(kinds.installed(tmp_path / "installed"))
    clock = CorrectedClock()
    async with asked(tmp_path, clock) as d:
        waiting = await ended(d)
        await ends(d, clock)
        await d.w.slack.until(lambda: not d.cards(d.dan)[-1].buttons)
        kept = await ended(d)
        shown = json.dumps([made.body for made in d.w.slack.workspace.produced])
        record = json.dumps(await d.w.events())

    assert SECRET in waiting
    assert SECRET not in kept + shown + record
    assert "password=***" in shown
    assert PERSONAL not in record
