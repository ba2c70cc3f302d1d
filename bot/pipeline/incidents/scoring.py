"""The score of a drill, said in its room once it is over."""

from bot.domain.incident import Incident, MomentKind
from bot.domain.incident_score import Mark, score, span
from bot.domain.notice import Prompt
from bot.domain.ports import Saying
from bot.pipeline.incidents.acts import Acts
from bot.pipeline.incidents.desk import IncidentDesk


class Scoring:
    """Says how fast a drill went."""

    def __init__(self, desk: IncidentDesk, acts: Acts) -> None:
        self._desk = desk
        self._acts = acts

    async def look(self, incident: Incident) -> Incident:
        """Say it once, when nobody is at it any more."""
        if not incident.drill or incident.is_open or incident.room is None:
            return incident
        marks = score(incident, await self._desk.timeline(incident.id), self._desk.plan)
        met = f"{sum(mark.met for mark in marks)} of {len(marks)} in time"
        card = Prompt(title="The drill is over", message=f"{met}.", lines=tuple(map(_line, marks)))
        return await self._desk.change(
            incident.id,
            lambda i: i,
            self._acts.moment("score", MomentKind.NOTE, f"The drill was scored: {met}."),
            say=(Saying("score", card, incident.room),),
        )


def _line(mark: Mark) -> str:
    took = "did not happen" if mark.after is None else f"after {span(mark.after)}"
    return f"{'✅' if mark.met else '❌'} {mark.what}: {took} (target {span(mark.target)})"
