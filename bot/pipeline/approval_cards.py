"""What is shown of a request for approval: the cards, the run's message, words to who asked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot.domain.actor import Actor
from bot.domain.approval import Approval, CardPlace
from bot.domain.invocation import State, Surface
from bot.domain.notice import ApprovalCard, Audience, Note
from bot.domain.operation import Risk
from bot.pipeline.protocols import Draft
from bot.pipeline.recording import ClearCase, card, drafts
from bot.pipeline.voters import lacking
from bot.pipeline.words import render

MOST_DIRECT = 20
"""So many people are asked by direct message; the lane's channel is for all the others."""

A_DAY = timedelta(hours=24)
"""What waits so long is told with its day: an hour alone would be one of the next."""

NAMED = 5
"""So many of those who may approve are named in a message."""


@dataclass(frozen=True)
class LaneRule:
    """How approval is asked for in a lane: in which channel, for how long, reminded after what."""

    channel: str | None = None
    expires: timedelta = timedelta(hours=4)
    remind: timedelta = timedelta(hours=1)


def places(
    lanes: Sequence[str], rules: Mapping[str, LaneRule], able: Sequence[Actor]
) -> tuple[CardPlace, ...]:
    """Return where cards stand: in each lane's channel, and with those who may decide."""
    channels = dict.fromkeys(rule.channel for lane in lanes if (rule := rules.get(lane)))
    rooms = [CardPlace(slot=f"approval:{c}", to=c, direct=False) for c in channels if c]
    people = [
        CardPlace(slot=f"approval:{person.id}", to=person.id, direct=True)
        for person in able[:MOST_DIRECT]
    ]
    return (*rooms, *people)


def named(people: Sequence[str]) -> str:
    """Name some of *people*, and count the others."""
    more = f" and {len(people) - NAMED} more" if len(people) > NAMED else ""
    return f"{', '.join(people[:NAMED])}{more}"


@dataclass(frozen=True)
class Shown:
    """An approval of *case* with what counts now, ready to be drawn everywhere it is seen."""

    case: ClearCase
    approval: Approval
    has: Mapping[str, int]
    outcome: str = ""

    def cards(self) -> tuple[Draft, ...]:
        """Draw the card at each of its places."""
        return tuple(
            Draft(
                place.slot,
                Audience.DIRECT if place.direct else Audience.CHANNEL,
                self.card(),
                to=place.to,
            )
            for place in self.approval.places
        )

    def run(self, state: State, problem: str = "", fix: str = "") -> tuple[Draft, ...]:
        """Draw the run's own message."""
        glass = state is State.WAITING and self.approval.glass
        words = {"progress": self.waits, "problem": problem, "fix": fix, "glass": glass}
        shown = card(self.case, state).model_copy(
            update={**words, "preview": self.approval.preview}
        )
        return drafts(shown, self.case.origin)

    def alone(self) -> tuple[Draft, ...]:
        """Draw what who asked for a READ sees while it waits; other runs have a message anyway."""
        if self.case.declared.risk is not Risk.READ:
            return ()
        if self.case.origin.surface is Surface.CLI:
            return (self.told(self.waits),)
        shown = card(self.case, State.WAITING).model_copy(update={"progress": self.waits})
        return (Draft("waiting", Audience.PERSON, shown),)

    def told(self, message: str, fix: str = "") -> Draft:
        """Draw what who asked is told; it is a message of its own, for an edit wakes nobody."""
        return Draft(
            f"told:{self.approval.round}.{self.approval.version}",
            Audience.DIRECT,
            Note(message=message, fix=fix),
        )

    @property
    def name(self) -> str:
        """Return what is asked for, as it would be typed."""
        words = render(self.case.params, self.case.declared, hide=True)
        return f"{self.case.operation} {words}".strip()

    @property
    def waits(self) -> str:
        """Say what it waits for, until when and who can help; nothing once it has ended."""
        if not self.approval.open:
            return ""
        more = lacking(self.approval.needs, self.has)
        said = {vote.name for vote in self.approval.votes}
        helpers = named([name for name in self.approval.helpers if name not in said])
        who = f" {helpers} may approve." if helpers else " Nobody who may approve is known now."
        until, since = self.approval.expires_at, self.approval.opened_at
        day = f"{until:%d %b} " if until - since >= A_DAY else ""
        return f"Waits until {day}{until:%H:%M} UTC for approval: {more}.{who}"

    def card(self) -> ApprovalCard:
        """Draw the card that those who decide see."""
        case, approval = self.case, self.approval
        return ApprovalCard(
            invocation=case.id,
            round=approval.round,
            operation=case.operation,
            summary=case.declared.summary,
            risk=case.declared.risk,
            asked_by=case.origin.user,
            asked_by_name=case.actor.name,
            words=render(case.params, case.declared, hide=True),
            sentences=approval.sentences,
            needs=approval.needs,
            has=self.has,
            votes=approval.votes,
            remarks=approval.remarks,
            preview=approval.preview,
            helpers=approval.helpers,
            expires_at=approval.expires_at,
            standing=approval.standing,
            outcome=self.outcome,
        )
