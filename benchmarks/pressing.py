"""From the press to "channel open, page sent", beside the same limbs one after the other.

`python -m benchmarks.pressing` measures this alone. Every vendor takes 300 ms for each answer.
"""

import asyncio
import statistics
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from time import perf_counter
from typing import Any

from benchmarks.page import Figure
from bot.authoring import IncidentDraft, Severity
from bot.domain.actor import Actor
from bot.domain.clock import SystemClock
from bot.domain.context import StepRule
from bot.domain.incident import Incident
from commands.incident.limbs import Hands, wanted
from commands.incident.press import carry_out
from tests.scenarios.fires import Fire, fire

SLOW = 0.3
"""Seconds that each vendor takes for each answer."""

ONE_BY_ONE, AT_ONCE, BARE = 20, 10, 5
"""So many presses after each other, at once, and with the limbs one after the other."""

TARGET = 2.0
"""Seconds, at the 95th percentile."""


class BareContext:
    """Takes each step as it comes and remembers none, so that nothing but the limbs is measured."""

    surface, channel, owner, before = "bench", None, None, None

    def __init__(self, actor: Actor, invocation: str) -> None:
        self.actor, self.invocation, self.clock = actor, invocation, SystemClock()

    async def step(
        self,
        label: str,
        call: Callable[..., Awaitable[Any]],
        /,
        *args: Any,
        rule: StepRule | None = None,
        **kwargs: Any,
    ) -> Any:
        """See `Context.step`."""
        del label, rule
        return await call(*args, **kwargs)

    async def progress(self, text: str) -> None:
        """See `Context.progress`."""


async def figures() -> list[Figure]:
    """Measure presses alone, at once, and the sequential order."""
    with tempfile.TemporaryDirectory(prefix="redbutton-bench-") as folder:
        async with fire(Path(folder), alone=True, incident=_settings) as here:
            for vendor in (here.pagerduty, here.jira, here.page):
                vendor.faults.slow(SLOW)
            here.world.slack.workspace.faults.slow(SLOW)
            alone = [await _pressed(here, f"Trouble {n}") for n in range(ONE_BY_ONE)]
            titles = (f"Blaze {n}" for n in range(AT_ONCE))
            together = await asyncio.gather(*(_pressed(here, title) for title in titles))
            whole = await _whole(here)
            sequence = [await _in_sequence(here, f"Row {n}") for n in range(BARE)]
    return [
        _line("press to channel open and page sent, p95", alone),
        _line(f"the same, {AT_ONCE} at once", list(together)),
        Figure(
            "wall time of all limbs, to one after the other",
            f"{whole:.2f} s to {statistics.median(sequence):.2f} s "
            f"({statistics.median(sequence) / whole:.1f} times)",
        ),
    ]


def _settings(_: object) -> dict[str, Any]:
    return {"same_within": 0, "bridge": "https://meet.example.com/{name}"}


def _line(what: str, seconds: list[float]) -> Figure:
    worst = sorted(seconds)[max(0, round(0.95 * len(seconds)) - 1)]
    found = f"{worst:.2f} s (median {statistics.median(seconds):.2f} s)"
    return Figure(what, found, f"under {TARGET:g} s", worst < TARGET)


async def _pressed(here: Fire, title: str) -> float:
    """Press, and return the seconds until the channel is open and the page is sent."""
    began = here.world.slack.workspace.now()
    words = f"/ops incident.declare title={title!r} severity=SEV2 service=checkout"
    await here.world.slack.types(here.world.ada, words, here.world.ops)
    incident = await _ended(here, title)
    room = next(m.at for m in await here.desk.timeline(incident.id) if "channel:" in m.text)
    page = next(m.at for m in await here.desk.timeline(incident.id) if "Paged" in m.text)
    return (max(room, page) - began).total_seconds()


async def _whole(here: Fire) -> float:
    """Return the seconds from a declaration to the end of its last limb."""
    await _pressed(here, "All of it")
    incident = await _ended(here, "All of it")
    timeline = await here.desk.timeline(incident.id)
    ends = [m.at for m in timeline if m.source.startswith("limb ")]
    return (max(ends) - incident.at).total_seconds()


async def _ended(here: Fire, title: str) -> Incident:
    clock = SystemClock()
    while True:
        live = await here.desk.shelf.live(here.world.slack.team_id)
        found = next((i for i in live if i.title == title), None)
        states = {limb.state.value for limb in found.limbs} if found else {"planned"}
        if found and states and not states & {"planned", "running"}:
            return found
        await clock.sleep(0.02)


async def _in_sequence(here: Fire, title: str) -> float:
    """Carry the limbs of a new incident out one after the other; return the seconds it took."""
    ada, team = here.world.ada, here.world.slack.team_id
    actor = Actor(team, ada.id, ada.name)
    invocation = (await _ended(here, "All of it")).invocation
    draft = IncidentDraft(title=title, severity=Severity.SEV2, service="checkout", anyway=True)
    made = await here.desk.declare(draft, actor, invocation, key=title)
    vendors, freezes = here.world.bot.troubles.vendors, here.world.bot.around.freezes
    hands = Hands(
        here.desk, vendors.chat, vendors.pager, vendors.tracker, vendors.status_page, freezes
    )
    context = BareContext(actor, f"{invocation} {title}")
    began = perf_counter()
    for name in wanted(made.incident, here.desk):
        await carry_out(context, hands, made.incident.id, name)
    return perf_counter() - began


def main() -> None:
    """Print the figures."""
    for figure in asyncio.run(figures()):
        print(figure)


if __name__ == "__main__":
    main()
