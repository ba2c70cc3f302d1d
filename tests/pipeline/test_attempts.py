"""How a step is tried, repeated and looked after."""

import asyncio

import pytest

from bot.domain.context import StepRule
from bot.domain.errors import OutcomeUnknown, Rejected, Unreachable
from bot.pipeline.attempts import attempt, takes_key
from tests.clock import SetClock


class Service:
    """Answers, in turn, what it was told to: an error is raised, anything else returned."""

    def __init__(self, *answers: object) -> None:
        self.answers = list(answers)
        self.calls = 0

    async def ask(self) -> object:
        self.calls += 1
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def never(self) -> object:
        self.calls += 1
        return await asyncio.get_running_loop().create_future()


async def test_what_did_not_happen_is_tried_again_after_growing_pauses() -> None:
    service, clock = Service(Unreachable("down"), Unreachable("down"), 7), SetClock()
    begun = clock.monotonic()

    answer = await attempt(service.ask, StepRule(attempts=3), clock, key=None)

    assert (answer, service.calls) == (7, 3)
    assert clock.monotonic() - begun == 0.5 + 1.0


async def test_the_service_names_its_own_pause() -> None:
    service, clock = Service(Unreachable("busy", retry_after=42), 7), SetClock()
    begun = clock.monotonic()

    await attempt(service.ask, StepRule(), clock, key=None)

    assert clock.monotonic() - begun == 42


async def test_a_pause_of_hours_is_told_and_not_waited_for() -> None:
    service, clock = Service(Unreachable("busy", retry_after=3600), 7), SetClock()
    begun = clock.monotonic()

    with pytest.raises(Unreachable, match="busy"):
        await attempt(service.ask, StepRule(), clock, key="k")

    assert (service.calls, clock.monotonic() - begun) == (1, 0)


async def test_what_was_lost_stays_unknown_where_a_pause_of_hours_is_wanted() -> None:
    service = Service(OutcomeUnknown("lost"), Unreachable("busy", retry_after=3600), 7)
    looks = Service(None, None)
    clock = SetClock()
    begun = clock.monotonic()

    async def find(_key: str) -> object:
        return await looks.ask()

    with pytest.raises(OutcomeUnknown, match="lost"):
        await attempt(service.ask, StepRule(find=find), clock, key="k")

    assert (service.calls, looks.calls) == (2, 2)
    assert clock.monotonic() - begun < 60


async def test_after_the_last_try_the_error_is_told() -> None:
    service = Service(*[Unreachable("down")] * 3)

    with pytest.raises(Unreachable):
        await attempt(service.ask, StepRule(attempts=3), SetClock(), key="k")

    assert service.calls == 3


async def test_what_was_rejected_is_not_tried_again() -> None:
    service = Service(Rejected("no such user"), 7)

    with pytest.raises(Rejected):
        await attempt(service.ask, StepRule(), SetClock(), key=None)

    assert service.calls == 1


async def test_a_write_whose_answer_was_lost_is_never_repeated_blindly() -> None:
    service = Service(OutcomeUnknown("lost"), 7)

    with pytest.raises(OutcomeUnknown):
        await attempt(service.ask, StepRule(), SetClock(), key="k")

    assert service.calls == 1


async def test_a_lost_answer_is_found_by_its_key() -> None:
    service = Service(OutcomeUnknown("lost"))
    made = {"k": 7}

    async def find(key: str) -> int | None:
        return made.get(key)

    answer = await attempt(service.ask, StepRule(find=find), SetClock(), key="k")

    assert (answer, service.calls) == (7, 1)


async def test_a_write_that_was_looked_for_and_not_found_is_sent_again() -> None:
    service = Service(OutcomeUnknown("lost"), 7)

    async def find(_key: str) -> None:
        return None

    answer = await attempt(service.ask, StepRule(find=find), SetClock(), key="k")

    assert (answer, service.calls) == (7, 2)


async def test_a_write_never_found_stays_unknown() -> None:
    service = Service(*[OutcomeUnknown("lost")] * 2)

    async def find(_key: str) -> None:
        return None

    with pytest.raises(OutcomeUnknown):
        await attempt(service.ask, StepRule(attempts=2, find=find), SetClock(), key="k")

    assert service.calls == 2


async def test_what_may_have_happened_stays_unknown_when_later_tries_did_not() -> None:
    service = Service(OutcomeUnknown("lost"), Unreachable("down"))

    async def find(_key: str) -> None:
        return None

    with pytest.raises(OutcomeUnknown):
        await attempt(service.ask, StepRule(attempts=2, find=find), SetClock(), key="k")

    assert service.calls == 2


async def test_what_cannot_be_looked_for_is_neither_sent_again_nor_called_undone() -> None:
    service = Service(OutcomeUnknown("lost"))

    async def find(_key: str) -> None:
        raise Unreachable("down")

    with pytest.raises(OutcomeUnknown):
        await attempt(service.ask, StepRule(attempts=3, find=find), SetClock(), key="k")

    assert service.calls == 1


@pytest.mark.parametrize(
    ("key", "becomes"), [(None, Unreachable), ("k", OutcomeUnknown)], ids=["read", "write"]
)
async def test_silence_means_ask_again_for_a_read_and_unknown_for_a_write(
    key: str | None, becomes: type[Exception]
) -> None:
    service = Service()

    with pytest.raises(becomes, match=r"No answer came within 0.01 s"):
        await attempt(service.never, StepRule(attempts=1, deadline=0.01), SetClock(), key=key)


async def test_a_timeout_of_the_callers_own_passes_through() -> None:
    service = Service(TimeoutError("mine"))

    with pytest.raises(TimeoutError, match="mine"):
        await attempt(service.ask, StepRule(), SetClock(), key=None)


def test_a_call_that_takes_a_key_is_a_write() -> None:
    async def write(*, key: str) -> None: ...
    async def read(name: str) -> None: ...

    assert takes_key(write)
    assert not takes_key(read)
