"""An unknown end is settled by looking: the operation's probe says whether it happened."""

import inspect
import logging
from datetime import timedelta
from functools import partial

from bot.domain.catalogue import Catalogue
from bot.domain.clock import Clock
from bot.domain.errors import IntegrationError
from bot.domain.invocation import State
from bot.domain.notice import RunCard
from bot.domain.params import Reach
from bot.domain.record import Stage
from bot.domain.result import Result
from bot.pipeline.context import key_of
from bot.pipeline.follow import Follow
from bot.pipeline.protocols import Book, Entry, Timer
from bot.pipeline.recording import ClearCase, card, drafts, event, stored_case
from bot.pipeline.running import SETTLE
from bot.pipeline.timers import Timers
from bot.pipeline.wiring import Ports

LOOKS = (5, 30, 120, 600, 3600)
"""Seconds to wait after each look that could not tell; after the last, a person has to look."""

log = logging.getLogger(__name__)


class Settling:
    """Looks, by the probe that an operation declares, how an unknown run ended."""

    def __init__(
        self, catalogue: Catalogue, book: Book, ports: Ports, follow: Follow, clock: Clock
    ) -> None:
        self._catalogue = catalogue
        self._book = book
        self._ports = ports
        self._follow = follow
        self._clock = clock

    def join(self, timers: Timers) -> None:
        """Look whenever a timer of the kind `settle` is due."""
        timers.on(SETTLE, self.look)

    async def look(self, timer: Timer) -> None:
        """Ask the probe once; write down what it saw, or look again later."""
        found = await self._book.get(timer.key)
        if found is None or found.state is not State.UNKNOWN:
            return
        case = stored_case(found, self._catalogue)
        if not isinstance(case, ClearCase) or case.declared.probe is None:
            return
        probe = case.declared.probe
        try:
            happened = await self._probed(probe, case)
        except IntegrationError as silent:
            log.warning("Looking after %s: %s", timer.key, silent)
            happened = None
        looks = int(timer.payload.get("looks", "0"))
        if happened is None:
            await self._again(case, looks)
        else:
            await self._settled(case, happened=happened)

    async def _probed(self, probe: Reach, case: ClearCase) -> bool | None:
        """Call *probe*; one that takes two arguments can ask for the keys of the steps."""
        keys = (partial(key_of, case.id),) if _takes_keys(probe) else ()
        happened: bool | None = await probe.call(case.params, *keys, **self._ports.fill(probe))
        return happened

    async def _again(self, case: ClearCase, looks: int) -> None:
        if looks >= len(LOOKS):
            log.error("Invocation %s stays unknown: no look could tell", case.id)
            last = await self._shown(case, State.UNKNOWN)
            given_up = last.model_copy(update={"looking": False})
            await self._book.write(case.id, Entry(drafts=drafts(given_up, case.origin)))
            return
        due = self._clock.now() + timedelta(seconds=LOOKS[looks])
        later = Timer(SETTLE, case.id, due, {"looks": str(looks + 1)})
        await self._book.write(case.id, Entry(timers=(later,)))

    async def _shown(self, case: ClearCase, state: State) -> RunCard:
        """Return the card as it was last drawn."""
        last = await self._book.notice(case.id, "card")
        return last if isinstance(last, RunCard) else card(case, state)

    async def _settled(self, case: ClearCase, *, happened: bool) -> None:
        state = State.SUCCEEDED if happened else State.FAILED
        shown = await self._shown(case, state)
        update: dict[str, object] = {"state": state, "problem": "", "fix": "", "looking": False}
        if happened:
            update["result"] = Result("The answer was lost, but I looked: it happened.")
        else:
            update["problem"] = "The answer was lost; I looked, and it did not happen."
            update["fix"] = "Ask again."
        settled = shown.model_copy(update=update)
        detail: dict[str, object] = {"state": state.value, "code": "looked"}
        told = event(case, Stage.SETTLED, self._clock, detail=detail)
        entry = Entry((told,), drafts(settled, case.origin))
        if await self._book.move(case.id, state, entry):
            await self._follow.tell(settled)


def _takes_keys(probe: Reach) -> bool:
    found = inspect.signature(probe.call).parameters.values()
    return sum(p.kind is not inspect.Parameter.KEYWORD_ONLY for p in found) > 1
