"""The door to a service: nothing waits for ever, and nobody is asked who has gone silent."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from dataclasses import replace

import pytest
import pytest_asyncio

from bot.domain.errors import IntegrationError, OutcomeUnknown, Rejected, Unreachable
from integrations.guard import TRYING, Guard, Limits
from tests.clock import SetClock

QUICK = Limits(deadline=0.5, slots=2, failures=3, rest=30)
PATIENT = replace(QUICK, deadline=10)
"""For where nothing is late: on a busy machine it takes a while until a thread begins."""


def classify(error: BaseException, *, writes: bool) -> IntegrationError:
    match error:
        case IntegrationError():
            return error
        case ConnectionError() if writes:
            return OutcomeUnknown("It may have happened.")
        case ConnectionError():
            return Unreachable("Nobody is there.")
        case _:
            return Rejected("It says no.")


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest_asyncio.fixture
async def guard(clock: SetClock) -> AsyncIterator[Guard]:
    guard = Guard("Vendor", classify, clock, PATIENT)
    yield guard
    await guard.close()


@pytest_asyncio.fixture
async def hasty(clock: SetClock) -> AsyncIterator[Guard]:
    guard = Guard("Vendor", classify, clock, QUICK)
    yield guard
    await guard.close()


class Held:
    """Calls that do not return until they are let go."""

    def __init__(self) -> None:
        self._gate = threading.Event()
        self.done = threading.Semaphore(0)
        self.begun = 0

    def __call__(self) -> str:
        self.begun += 1
        self._gate.wait(10)
        self.done.release()
        return "done"

    def let_go(self) -> None:
        self._gate.set()


@pytest.fixture
def held() -> "Held":
    return Held()


def fails(error: Exception) -> Callable[[], None]:
    def call() -> None:
        raise error

    return call


async def falls_silent(guard: Guard, times: int = QUICK.failures) -> None:
    for _ in range(times):
        with pytest.raises(Unreachable):
            await guard.blocking(fails(ConnectionError()), writes=False)


async def test_a_call_is_done_beside_the_event_loop(guard: Guard) -> None:
    name = await guard.blocking(lambda: threading.current_thread().name, writes=False)

    assert name.startswith("guard-Vendor")


@pytest.mark.parametrize(("writes", "kind"), [(False, Unreachable), (True, OutcomeUnknown)])
async def test_a_late_read_did_not_happen_and_a_late_write_may_have(
    hasty: Guard,
    held: Held,
    writes: bool,  # noqa: FBT001  A parameter of the test.
    kind: type[IntegrationError],
) -> None:
    with pytest.raises(kind, match=r"Vendor did not answer within 0\.5 s"):
        await hasty.blocking(held, writes=writes)

    held.let_go()


async def test_a_write_that_never_got_a_slot_did_not_happen(hasty: Guard, held: Held) -> None:
    busy = [asyncio.create_task(hasty.blocking(held, writes=False)) for _ in range(QUICK.slots)]
    await asyncio.sleep(0)

    with pytest.raises(Unreachable):
        await hasty.blocking(fails(AssertionError()), writes=True)

    held.let_go()
    await asyncio.gather(*busy, return_exceptions=True)
    assert held.begun == QUICK.slots


async def test_who_never_got_a_turn_says_nothing_of_the_service(clock: SetClock) -> None:
    guard = Guard("Vendor", classify, clock, Limits(deadline=0.15, failures=3, per_minute=60))

    calls = [guard.blocking(lambda: "there", writes=False) for _ in range(5)]
    there, *crowded = await asyncio.gather(*calls, return_exceptions=True)
    await guard.close()

    assert there == "there"
    assert {str(one).partition(":")[0] for one in crowded} == {"Vendor was not asked"}
    assert guard.trouble is None


async def test_a_slot_is_freed_by_the_thread_and_not_by_who_stops_waiting(
    hasty: Guard, held: Held
) -> None:
    left = [asyncio.create_task(hasty.blocking(held, writes=False)) for _ in range(QUICK.slots)]
    await asyncio.sleep(0)
    for one in left:
        one.cancel()
    with pytest.raises(Unreachable):
        await hasty.blocking(lambda: "too early", writes=False)

    held.let_go()

    assert await hasty.blocking(lambda: "now", writes=False) == "now"


async def test_a_call_that_is_awaited_ends_with_its_time(hasty: Guard) -> None:
    ended = asyncio.Event()

    async def forever() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    with pytest.raises(OutcomeUnknown):
        await hasty.calling(forever, writes=True)

    assert await asyncio.wait_for(ended.wait(), 10)


async def test_after_silences_in_a_row_nothing_is_asked_for_a_while(
    guard: Guard, clock: SetClock
) -> None:
    await falls_silent(guard)
    clock.pass_(10)

    with pytest.raises(Unreachable, match=r"has not answered since 03:00 UTC") as caught:
        await guard.blocking(fails(AssertionError()), writes=True)

    assert caught.value.retry_after == 20
    assert guard.trouble == "Vendor has not answered since 03:00 UTC."


async def test_one_silence_less_stops_nothing(guard: Guard) -> None:
    await falls_silent(guard, QUICK.failures - 1)

    assert await guard.blocking(lambda: "there", writes=False) == "there"
    assert guard.trouble is None


async def test_what_insists_is_asked_even_then_and_its_answer_ends_the_rest(guard: Guard) -> None:
    await falls_silent(guard)

    assert await guard.blocking(lambda: "there", writes=True, insist=True) == "there"
    assert await guard.blocking(lambda: "again", writes=False) == "again"


async def test_after_the_rest_one_call_tries_and_the_others_wait_for_it(
    guard: Guard, clock: SetClock, held: Held
) -> None:
    await falls_silent(guard)
    clock.pass_(30)

    tries = asyncio.create_task(guard.blocking(held, writes=False))
    await asyncio.sleep(0)
    with pytest.raises(Unreachable, match="has not answered") as early:
        await guard.blocking(lambda: "too early", writes=False)
    held.let_go()

    assert await tries == "done"
    assert early.value.retry_after == TRYING
    assert await guard.blocking(lambda: "there", writes=False) == "there"


async def test_a_try_that_fails_begins_another_rest(guard: Guard, clock: SetClock) -> None:
    await falls_silent(guard)
    clock.pass_(30)
    await falls_silent(guard, 1)
    clock.pass_(29)

    with pytest.raises(Unreachable, match="has not answered since 03:00"):
        await guard.blocking(fails(AssertionError()), writes=False)


async def test_where_a_try_is_given_up_the_next_call_tries(
    guard: Guard, clock: SetClock, held: Held
) -> None:
    await falls_silent(guard)
    clock.pass_(30)
    tries = asyncio.create_task(guard.blocking(held, writes=False))
    await asyncio.sleep(0)

    tries.cancel()
    held.let_go()
    await asyncio.gather(tries, return_exceptions=True)

    assert await guard.blocking(lambda: "there", writes=False) == "there"


@pytest.mark.parametrize("answer", [Rejected("No."), Unreachable("Wait.", retry_after=5)])
async def test_a_no_and_a_wanted_pause_are_no_silence(
    guard: Guard, answer: IntegrationError
) -> None:
    for _ in range(QUICK.failures + 1):
        with pytest.raises(type(answer), match=answer.message):
            await guard.blocking(fails(answer), writes=False)

    assert guard.trouble is None


async def test_what_the_vendor_said_is_not_carried_along(guard: Guard) -> None:
    with pytest.raises(Rejected) as caught:
        await guard.blocking(fails(ValueError("token=hush")), writes=False)

    assert caught.value.__cause__ is None
    assert "hush" not in str(caught.value)


@pytest.mark.parametrize(
    ("per_minute", "burst"), [(60, 1), (120, 2), (20, 1)], ids=["1/s", "2/s", "1/3 s"]
)
async def test_no_more_is_asked_in_a_moment_than_the_pace_allows(
    clock: SetClock, per_minute: float, burst: int
) -> None:
    guard = Guard("Vendor", classify, clock, Limits(deadline=0.4, per_minute=per_minute))
    asked: list[int] = []

    calls = [guard.blocking(lambda: asked.append(1), writes=True) for _ in range(burst + 1)]
    answers = await asyncio.gather(*calls, return_exceptions=True)
    await guard.close()

    assert len(asked) == burst
    assert [type(a) for a in answers if a is not None] == [Unreachable]


async def test_a_slow_pace_is_kept_after_the_first_second(clock: SetClock) -> None:
    guard = Guard("Vendor", classify, clock, Limits(deadline=1.2, per_minute=20))
    await guard.blocking(lambda: None, writes=True)

    with pytest.raises(Unreachable):
        await guard.blocking(lambda: None, writes=True)

    await guard.close()


async def test_nothing_is_begun_once_it_is_closed(clock: SetClock) -> None:
    guard = Guard("Vendor", classify, clock, QUICK)
    await guard.close()

    for _ in range(QUICK.slots + 1):
        with pytest.raises(Unreachable, match="the bot is stopping"):
            await guard.blocking(lambda: None, writes=True)
