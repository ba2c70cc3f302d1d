"""What a question tells beside who asks for what: by the settings, and by a store that may fail."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from typing_extensions import override

from bot.domain.actor import Actor
from bot.domain.decision import Channel, Question, TargetFacts
from bot.domain.errors import NotAllowed, NotNow
from bot.domain.freeze import Freeze
from bot.domain.invocation import Origin, Surface
from bot.domain.ports import Rules
from bot.pipeline.deciding import refusal
from bot.pipeline.protocols import Counts, Tally
from bot.pipeline.recording import ClearCase
from bot.pipeline.surroundings import Surroundings, counted
from tests.clock import SetClock
from tests.policies.quiet import Nothing, quiet
from tests.policies.sample import LEAD, OPEN_TO_ALL, SUSPEND, Suspend, rules

LIMIT = """@id("limit") @doc("Not too often.")
forbid (principal, action in Action::"write", resource) when { context.recent >= 5 };"""
FROZEN = """@id("frozen") @doc("Nobody may change what is frozen.")
forbid (principal, action in Action::"write", resource) when { context.freeze };"""
END = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
PROD = Freeze("f" * 32, "prod", "U1", "Grace", "release", END, END)


class Nowhere:
    """A directory of nobody and of closed channels."""

    async def actor(self, team: str, user: str) -> Actor:
        raise NotAllowed(f"Nobody knows {user} of {team}.")

    async def people(self, team: str) -> Sequence[Actor]:
        raise NotNow(f"Nobody knows who is in {team}.")

    async def channel(self, team: str, channel: str) -> Channel:
        return Channel(f"{team}{channel}")


@dataclass
class Told(Nothing):
    """A store with one freeze, that has counted four."""

    asked: int = 0

    @override
    async def active(self, team: str, *, fresh: bool = False) -> Sequence[Freeze]:
        del team, fresh
        return [PROD]

    @override
    async def counts(self, of: Tally, *, earlier: bool = False) -> Counts:
        del of, earlier
        self.asked += 1
        return Counts(4, 2)


class Silent(Nothing):
    """A store that never answers."""

    @override
    async def active(self, team: str, *, fresh: bool = False) -> Sequence[Freeze]:
        await asyncio.Event().wait()
        return await super().active(team, fresh=fresh)


CASE = ClearCase(
    id="i1",
    origin=Origin(surface=Surface.SLACK, team="T1", user=LEAD.id),
    operation=SUSPEND.name,
    at=SetClock().now(),
    actor=LEAD,
    declared=SUSPEND,
    params=Suspend(user="eve", reason="card testing"),
)
AROUND = replace(
    quiet(Nowhere(), SetClock()),
    zone=ZoneInfo("Europe/Berlin"),
    targets={"user": {"eve": TargetFacts("prod", "support")}},
)


async def asked(around: Surroundings = AROUND, by: Rules | None = None) -> Question:
    return await around.question(CASE, by or rules(OPEN_TO_ALL))


async def test_a_question_tells_of_the_target_and_of_the_hour_in_the_zone() -> None:
    question = await asked()

    assert question.around.target == TargetFacts("prod", "support")
    assert (question.now.hour, str(question.now.tzinfo)) == (4, "Europe/Berlin")
    assert (question.around.freeze, question.around.incident) == (False, None)


async def test_only_what_a_rule_counts_is_counted() -> None:
    store = Told()
    around = replace(AROUND, book=store)

    plain, limited = await asked(around), await asked(around, rules(OPEN_TO_ALL, LIMIT))

    assert (plain.around.recent, limited.around.recent, store.asked) == (0, 4, 1)
    assert counted(plain, rules(OPEN_TO_ALL)) is None
    assert counted(limited, rules(OPEN_TO_ALL, LIMIT)) == Counts(4, 2)


@pytest.mark.parametrize(("environment", "frozen"), [("prod", True), ("dev", False), (None, False)])
async def test_a_freeze_is_about_its_own_environment(
    environment: str | None, *, frozen: bool
) -> None:
    targets = {"user": {"eve": TargetFacts(environment)}}

    question = await asked(replace(AROUND, freezes=Told(), targets=targets))

    assert question.around.freeze is frozen


async def test_who_is_refused_in_a_freeze_reads_by_whom_until_when_and_why() -> None:
    in_force = rules(OPEN_TO_ALL, FROZEN)
    question = await asked(replace(AROUND, freezes=Told()), in_force)

    no = refusal(in_force.decide(question), SUSPEND, LEAD, question)

    assert no.message == "Nobody may change what is frozen."
    assert no.fix.startswith(
        "Frozen by Grace until 2026-11-20 18:00 Europe/Berlin: release. No other rule lifts this"
    )


async def test_where_the_store_is_silent_nothing_is_decided() -> None:
    with pytest.raises(NotNow, match=r"The store does not answer within 0\.8 s"):
        await asked(replace(AROUND, freezes=Silent()))
