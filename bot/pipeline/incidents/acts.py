"""What the bot does for an incident by itself: written down before it is done, and after."""

from bot.domain.catalogue import Catalogue
from bot.domain.clock import Clock
from bot.domain.incident import Incident, Moment, MomentKind
from bot.domain.record import Stage
from bot.pipeline.protocols import Book, Entry
from bot.pipeline.recording import event, stored_case


class Acts:
    """Writes acts into the record, as steps of the asking that declared the incident."""

    def __init__(self, book: Book, catalogue: Catalogue, clock: Clock) -> None:
        self._book = book
        self._catalogue = catalogue
        self.clock = clock

    async def intend(self, incident: Incident, act: str) -> None:
        """Write down that *act* is about to be done; raises NotNow where it cannot be."""
        await self._write(incident, act, "running")

    async def ended(self, incident: Incident, act: str, state: str) -> None:
        """Write down what came of *act*: `done`, `failed`, `unknown`."""
        await self._write(incident, act, state)

    def moment(self, source: str, kind: MomentKind, text: str, link: str | None = None) -> Moment:
        """Return a line of the timeline that tells what the bot saw or did now."""
        return Moment(source=source, at=self.clock.now(), kind=kind, text=text, link=link)

    async def _write(self, incident: Incident, act: str, state: str) -> None:
        found = await self._book.get(incident.invocation)
        if found is None:
            return
        detail: dict[str, object] = {"step": act, "state": state, "incident": incident.short}
        told = event(stored_case(found, self._catalogue), Stage.STEP, self.clock, detail=detail)
        await self._book.write(incident.invocation, Entry((told,)))
