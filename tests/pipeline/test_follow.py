"""Following a run: whoever watches it sees how it ended."""

from dataclasses import dataclass
from datetime import UTC, datetime

from bot.domain.invocation import Invocation, Origin, State, Surface
from bot.domain.notice import Notice, RunCard
from bot.domain.operation import Risk
from bot.pipeline.follow import Follow, pictures

ID = "01939a00-0000-7000-8000-000000000001"
ORIGIN = Origin(surface=Surface.CLI, team="T1", user="U0ADA")
RUN = Invocation(
    ID, "key", "db.size", State.SUCCEEDED, ORIGIN, "Ada", "{}", datetime(2026, 11, 20, tzinfo=UTC)
)


def card(state: State) -> RunCard:
    """Make a picture of the run."""
    return RunCard(
        invocation=ID,
        operation="db.size",
        summary="Tell how large it is.",
        risk=Risk.READ,
        asked_by="U0ADA",
        asked_by_name="Ada",
        words="",
        state=state,
    )


@dataclass
class EndedMeanwhile:
    """A shelf on which the run, a READ, ends while it is looked for; *told* is seen here then."""

    follow: Follow
    told: RunCard | None

    async def get(self, invocation: str) -> Invocation | None:
        assert invocation == ID
        if self.told is not None:
            await self.follow.tell(self.told)
        return RUN

    async def notice(self, invocation: str, slot: str) -> Notice | None:
        assert (invocation, slot) == (ID, "card")
        return None


async def seen(told: RunCard | None) -> list[RunCard]:
    """Return what is seen of a run that ends meanwhile."""
    follow = Follow()
    return [one async for one in pictures(follow, EndedMeanwhile(follow, told), ID)]


async def test_a_read_that_ends_while_it_is_looked_for_is_seen() -> None:
    assert await seen(card(State.SUCCEEDED)) == [card(State.SUCCEEDED)]


async def test_a_read_that_ended_in_another_process_is_not_waited_for() -> None:
    assert await seen(None) == []
