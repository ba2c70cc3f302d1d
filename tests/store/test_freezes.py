"""Freezes are kept in the store, and known in every process a second later."""

from datetime import timedelta

from bot.domain.actor import Actor
from bot.domain.freeze import Freeze
from bot.store.freezes import SqlFreezes
from tests.store.conftest import Desk

GRACE = Actor("T1", "U1", "Admiral Grace")
HOUR = timedelta(hours=1)


async def sets(desk: Desk, freezes: SqlFreezes, key: str = "k1" * 16, **how: str) -> Freeze:
    """Let Grace freeze something for an hour."""
    until = desk.clock.now() + HOUR
    return await freezes.set(
        GRACE, how.get("reason", "Release of 4.2."), until, how.get("environment"), key=key
    )


async def test_a_freeze_holds_until_its_end(desk: Desk) -> None:
    freezes = SqlFreezes(desk.store)
    made = await sets(desk, freezes, environment="prod")

    assert (made.by, made.by_name, made.reason) == ("U1", "Admiral Grace", "Release of 4.2.")
    assert await freezes.active("T1") == [made]
    assert await freezes.active("T2") == []
    desk.clock.pass_(3600)
    assert await freezes.active("T1") == []


async def test_a_repeat_of_a_key_is_no_second_freeze(desk: Desk) -> None:
    freezes = SqlFreezes(desk.store)
    first = await sets(desk, freezes)

    again = await sets(desk, freezes, reason="Something else.")

    assert again == first
    assert await freezes.active("T1") == [first]


async def test_a_lifted_freeze_holds_no_more_and_may_be_lifted_twice(desk: Desk) -> None:
    freezes = SqlFreezes(desk.store)
    made = await sets(desk, freezes)
    other = await sets(desk, freezes, key="k2" * 16, environment="dev")

    await freezes.lift(made, GRACE, key="a")
    await freezes.lift(made, GRACE, key="a")

    assert await freezes.active("T1") == [other]


async def test_what_another_process_sets_or_lifts_is_known_a_second_later(desk: Desk) -> None:
    here, there = SqlFreezes(desk.store), SqlFreezes(desk.store)
    assert await there.active("T1") == []

    made = await sets(desk, here)

    assert await there.active("T1") == []
    desk.clock.pass_(1)
    assert await there.active("T1") == [made]
    await here.lift(made, GRACE, key="a")
    desk.clock.pass_(1)
    assert await there.active("T1") == []


async def test_neither_name_nor_reason_can_be_read_in_the_file(file_desk: Desk) -> None:
    await sets(file_desk, SqlFreezes(file_desk.store), reason="Secret merger.")

    kept = b"".join(path.read_bytes() for path in file_desk.path.parent.iterdir())

    assert b"Secret merger" not in kept
    assert b"Admiral" not in kept
