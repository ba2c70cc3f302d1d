"""Who may agree to what is asked, and whose word counts now."""

from collections.abc import Collection, Hashable, Mapping, Sequence

from bot.domain.actor import Actor
from bot.domain.approval import Approval, counted
from bot.domain.clock import Clock
from bot.domain.decision import Decision, Question
from bot.domain.errors import NotAllowed, NotNow
from bot.domain.ports import Rules
from bot.pipeline.protocols import Directory


class Voters:
    """Asks the rules anew each time: who could agree a minute ago may have left."""

    def __init__(self, rules: Rules, directory: Directory, clock: Clock) -> None:
        self._rules = rules
        self._directory = directory
        self._clock = clock

    def lanes(self, voter: Actor, lanes: Sequence[str], asked: Question) -> frozenset[str]:
        """Return in which of *lanes* *voter* may agree to what is *asked*.

        Nobody agrees to what is their own, by whichever account: no rule can lift that.
        """
        if voter.is_same_person(asked.actor):
            return frozenset()
        return frozenset(lane for lane in lanes if self._may(voter, lane, asked).allowed)

    def refusal(self, voter: Actor, lanes: Sequence[str], asked: Question) -> str:
        """Say why *voter* may agree in none of *lanes*."""
        if voter.is_same_person(asked.actor):
            return "Nobody approves what they asked for themselves."
        answers = [self._may(voter, lane, asked) for lane in lanes]
        forbidden = [answer for answer in answers if answer.code == "forbidden"]
        reasons = [reason for answer in forbidden or answers for reason in answer.reasons]
        return " ".join(dict.fromkeys(reasons)) or "No rule lets you approve this."

    async def mine(self, voter: Actor, approval: Approval, asked: Question) -> frozenset[str]:
        """Return in which lanes *voter* may agree.

        In their own name, or in that of who handed their word over to them.
        """
        lanes = tuple(approval.needs)
        own = self.lanes(voter, lanes, asked)
        by = approval.stands_in.get(voter.id)
        outside = voter.guest or voter.external or voter.bot
        if by is None or outside or voter.is_same_person(asked.actor):
            return own
        other = await self._known(voter.team, by)
        return own if other is None else own | self.lanes(other, lanes, asked)

    async def has_spoken(self, voter: Actor, approval: Approval) -> bool:
        """Say whether *voter* has said yes or no, by whichever of their accounts."""
        if approval.word_of(voter.id) is not None:
            return True
        said = [one for v in approval.votes for one in (v.person, v.instead_of) if one]
        return await self._is_one_of(voter, said)

    async def has_handed_over(self, voter: Actor, approval: Approval) -> bool:
        """Say whether *voter* asked somebody to decide instead, by whichever of their accounts."""
        gave = approval.stands_in.values()
        return voter.id in gave or await self._is_one_of(voter, gave)

    async def counts(self, approval: Approval, asked: Question) -> dict[str, int]:
        """Count by lane the people who have agreed and still may.

        Who handed their word over is counted with it: that is no second one.
        """
        team = asked.actor.team
        lanes: dict[str, frozenset[str]] = {}
        counts: list[Actor] = []
        for vote in (vote for vote in approval.votes if vote.yes):
            voter = await self._known(team, vote.person)
            if voter is None:
                continue
            gave = await self._known(team, vote.instead_of) if vote.instead_of else None
            both = [voter] if gave is None else [voter, gave]
            if any(one.is_same_person(other) for one in both for other in counts):
                continue
            counts += both
            lanes[voter.key] = await self.mine(voter, approval, asked)
        return counted(approval.needs, lanes)

    async def able(self, lanes: Sequence[str], asked: Question) -> Sequence[Actor]:
        """Return who may agree now in any of *lanes*, by name; nobody where people are not known.

        The rules are asked once for all who are alike to them.
        """
        try:
            people = await self._directory.people(asked.actor.team)
        except NotNow:
            return ()
        answers: dict[Hashable, bool] = {}
        able: list[Actor] = []
        for person in people:
            if person.is_same_person(asked.actor):
                continue
            like = self._rules.alike(person)
            if like not in answers:
                answers[like] = bool(self.lanes(person, lanes, asked))
                # What else the bot does goes on in between.
                await self._clock.sleep(0)
            if answers[like]:
                able.append(person)
        return sorted(able, key=lambda one: one.name.casefold())

    async def _is_one_of(self, voter: Actor, people: Collection[str]) -> bool:
        """Say whether one of *people* (Slack ids) is an account of *voter*."""
        for person in people:
            other = await self._known(voter.team, person)
            if other is not None and voter.is_same_person(other):
                return True
        return False

    async def _known(self, team: str, person: str) -> Actor | None:
        try:
            return await self._directory.actor(team, person)
        except NotAllowed:
            return None

    def _may(self, voter: Actor, lane: str, asked: Question) -> Decision:
        return self._rules.may_approve(voter, lane, asked)


def lacking(needs: Mapping[str, int], has: Mapping[str, int]) -> str:
    """Say how many more are needed: `1 more of finance and 2 more of dba`."""
    more = {lane: count - has.get(lane, 0) for lane, count in needs.items()}
    return " and ".join(f"{n} more of {lane}" for lane, n in more.items() if n > 0)
