"""What operations about the bot itself may ask for; injected by type like any port."""

from collections.abc import Callable, Hashable, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from bot.domain.actor import Actor
from bot.domain.approval import Waiting
from bot.domain.decision import Decision, Question
from bot.domain.explanation import Explanation, RuleWords, WhoMay
from bot.domain.figures import Tallied, Vitals
from bot.domain.freeze import Freeze
from bot.domain.glass import Review
from bot.domain.incident import Declared, Draft, Incident, Moment
from bot.domain.incident_plan import Contact, Plan
from bot.domain.notice import Notice
from bot.domain.operation import Operation


class Rules(Protocol):
    """Knows who may do what."""

    @property
    def digest(self) -> str:
        """Return the name of the rule set in force: the SHA-256 of its text and schema, hex."""
        ...

    def decide(self, question: Question) -> Decision:
        """Answer *question*. What nothing permits, and what cannot be evaluated, is denied.

        What would be allowed with more approvals than there are needs approval.
        """
        ...

    def could(self, actor: Actor, operation: Operation, surface: str) -> Decision:
        """Say whether *actor* might be allowed *operation* with some params.

        It hides and explains, it never decides.
        """
        ...

    def may_approve(self, voter: Actor, lane: str, asked: Question) -> Decision:
        """Say whether *voter* may agree, in *lane*, to what is *asked* for."""
        ...

    def lanes(self, operation: Operation) -> tuple[str, ...]:
        """Return the lanes in which *operation* may need approval, with some params."""
        ...

    def counts(self, operation: Operation) -> bool:
        """Say whether a rule about *operation* asks how often it was run of late."""
        ...

    def about(self, operation: Operation) -> tuple[RuleWords, ...]:
        """Return the rules that speak of *operation*, in the order they are written in."""
        ...

    def alike(self, actor: Actor) -> Hashable:
        """Return all that the rules tell *actor* by: who have it in common are answered alike."""
        ...


class Approvals(Protocol):
    """Knows what waits for others to agree, and takes their word."""

    async def for_me(self, who: Actor) -> Sequence[Waiting]:
        """Return what *who* may decide now and has not, the soonest to lapse first."""
        ...

    async def for_person(self, team: str, person: str) -> Sequence[Waiting]:
        """Return what the *person* with this id may decide now; raises NotAllowed."""
        ...

    async def decide(self, which: str, who: Actor, reason: str, *, yes: bool, key: str) -> str:
        """Take the word of *who* on the request *which*, by its short or whole name; say so.

        Raises Refused where there is none, it was decided, or *who* may not decide it.
        """
        ...


class Reviews(Protocol):
    """Knows where the glass was broken and nobody else has looked since."""

    async def open(self, team: str) -> Sequence[Review]:
        """Return what *team* has not looked at yet, oldest first."""
        ...

    async def close(self, which: str, by: Actor, finding: str, *, key: str) -> Review:
        """Close the review *which*, named by its invocation or the short form of it.

        Raises Refused where there is none, or *by* broke the glass themselves.
        """
        ...


class Records(Protocol):
    """Knows what was asked of the bot, and what came of it. Raises NotNow."""

    async def tally(self, team: str, bounds: Sequence[datetime]) -> Sequence[Sequence[Tallied]]:
        """Count what *team* asked for between each of *bounds* and the next, most often first.

        A span begins with its earlier bound, and ends before its later one. Looks at what is live
        are not counted.
        """
        ...

    async def broken_glass(self, team: str, since: datetime, until: datetime) -> Sequence[Review]:
        """Return where somebody of *team* broke the glass in that time, newest first; at most 100.

        Whether or not anybody has looked at it.
        """
        ...


class Health(Protocol):
    """Knows how the bot itself goes."""

    async def vitals(self) -> Vitals:
        """Return how it goes now. What cannot be told is left out; it never fails."""
        ...


class Explainer(Protocol):
    """Knows how the rules would answer, and whom they let do it. It runs nothing."""

    async def why(
        self, actor: Actor, operation: Operation, words: str, surface: str, channel: str | None
    ) -> Explanation:
        """Say what *actor* would be answered who typed *words* after the name of *operation*.

        *surface* and *channel* are where it would be typed; it would be typed now.
        """
        ...

    async def who_may(
        self, actor: Actor, operation: Operation, words: str, surface: str, channel: str | None
    ) -> WhoMay:
        """Say who of *actor*'s team could be allowed *operation*, asking on *surface*.

        With some params, where *words* leave any out that is required; else with those that *words*
        give, in *channel*, now. Raises Refused where *words* cannot be taken.
        """
        ...


class Freezes(Protocol):
    """Knows when changes are frozen."""

    async def active(self, team: str, *, fresh: bool = False) -> Sequence[Freeze]:
        """Return the freezes of *team* that hold now, the soonest to end first.

        What another process has changed is known a second later or, *fresh*, at once. Raises
        NotNow.
        """
        ...

    async def set(
        self, by: Actor, reason: str, until: datetime, environment: str | None, *, key: str
    ) -> Freeze:
        """Freeze *environment*, or everything. A second call with *key* returns the first freeze.

        Raises NotNow.
        """
        ...

    async def lift(self, freeze: Freeze, by: Actor, *, key: str) -> None:
        """End *freeze* now; one that has ended stays as it is. Raises NotNow."""
        ...


class Trouble(Protocol):
    """Knows whether there is trouble."""

    async def current(self, team: str) -> str | None:
        """Return the name of the worst incident of *team* that is open, or None."""
        ...


class Saying(NamedTuple):
    """A message of an incident: *notice* in *slot*, to the channel or the person *to*."""

    slot: str
    notice: Notice
    to: str


Edit = Callable[[Incident], Incident]
"""Returns an incident as it is to be; called again where somebody else was first."""


class Incidents(Protocol):
    """Keeps incidents, and shows each as it stands wherever it is shown.

    Raises NotNow where the store does not take or tell it.
    """

    @property
    def plan(self) -> Plan:
        """Return how incidents are met here."""
        ...

    async def declare(self, draft: Draft, by: Actor, invocation: str, *, key: str) -> Declared:
        """Write the incident down that *draft* tells of, unless just that was declared just now.

        Of any number who declare the same at once one is the first. A second call with *key*
        returns the first answer.
        """
        ...

    async def get(self, incident: str) -> Incident:
        """Return the incident with this id. Raises Refused where there is none."""
        ...

    async def meant(self, which: str, who: Actor, channel: str | None) -> Incident:
        """Return the incident that *who* means by *which*: its number, name, room or short form.

        An empty *which* means that of the room *channel*, or else the only one that is open. Raises
        Refused where none or several are meant. One that *who* may not see is not there.
        """
        ...

    async def open(self, who: Actor) -> Sequence[Incident]:
        """Return the open incidents that *who* may see, the worst first."""
        ...

    async def since(self, who: Actor, since: datetime) -> Sequence[Incident]:
        """Return those declared *since* then that *who* may see, newest first; at most 1,000."""
        ...

    async def change(
        self, incident: str, edit: Edit, *moments: Moment, say: Sequence[Saying] = ()
    ) -> Incident:
        """Change the incident with this id by *edit*, and put *moments* into its timeline.

        All of it or nothing, and once: where the first moment stands in the timeline already,
        nothing is changed. *say* is what is posted with it. Returns it as it stands then.
        """
        ...

    async def timeline(self, incident: str) -> Sequence[Moment]:
        """Return the timeline of the incident with this id, oldest first."""
        ...

    async def posted(self, incident: str, slot: str) -> tuple[str, str] | None:
        """Return channel and `ts` of the message in *slot*, or None while it is not out."""
        ...

    async def refused(self, incident: str, slot: str) -> str | None:
        """Return why the message in *slot* was given up, or None where it was not."""
        ...

    async def contacts(self, service: str) -> Sequence[Contact]:
        """Return whom to call for *service*, as last known; the first to be called first."""
        ...

    async def relieved(self, service: str) -> Sequence[Contact]:
        """Return who had *service* before those who have it, as last seen; nobody if not known."""
        ...
