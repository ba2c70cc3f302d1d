"""What is at rest is sealed, each value to its place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, select, text

from audit.tables import metadata as audit_metadata
from bot.domain.invocation import State, Step, StepState
from bot.domain.record import Stage
from bot.pipeline.protocols import Entry, Timer
from bot.store.sealed import Box, Unreadable
from bot.store.tables import metadata
from tests.store.conftest import Desk
from tests.store.samples import KEY, NAME, PERSON, SECRET, URL, asking, main, note, told

BOX = Box(KEY)
texts = st.text(max_size=200)
places = st.tuples(texts, texts, texts)


@given(texts, places)
def test_what_is_sealed_opens_in_its_place(text: str, place: tuple[str, str, str]) -> None:
    assert BOX.open(BOX.seal(text, *place), *place) == text


@pytest.mark.parametrize(
    "place", [("other", "r", "c"), ("t", "other", "c"), ("t", "r", "other"), ("t", "r\0c", "")]
)
def test_what_is_sealed_opens_in_no_other_place(place: tuple[str, str, str]) -> None:
    sealed = BOX.seal("text", "t", "r", "c")

    with pytest.raises(Unreadable, match="not as it was written"):
        BOX.open(sealed, *place)


@given(st.data())
def test_any_altered_byte_is_found(data: st.DataObject) -> None:
    sealed = bytearray(BOX.seal("text", "t", "r", "c"))
    sealed[data.draw(st.integers(0, len(sealed) - 1))] ^= data.draw(st.integers(1, 255))

    with pytest.raises(Unreadable):
        BOX.open(bytes(sealed), "t", "r", "c")


def test_another_key_opens_nothing_and_makes_other_fingerprints() -> None:
    other = Box(b"x" * 32)
    sealed = BOX.seal("text", "t", "r", "c")

    with pytest.raises(Unreadable):
        other.open(sealed, "t", "r", "c")
    assert other.fingerprint("a") != BOX.fingerprint("a")
    assert other.check != BOX.check


def test_the_same_text_is_never_sealed_into_the_same_bytes() -> None:
    assert BOX.seal("text", "t", "r", "c") != BOX.seal("text", "t", "r", "c")


def test_nothing_is_too_short_to_be_refused() -> None:
    with pytest.raises(Unreadable):
        BOX.open(b"", "t", "r", "c")


async def with_all_kinds_of_rows(desk: Desk) -> str:
    """Write of a person wherever that can be written, and return the invocation's id."""
    opening = asking(desk.clock, meaning=f"digest of {PERSON}")
    of = opening.invocation.id
    await desk.book.open(opening, within=5)
    await desk.book.take(of, "one", Entry((told(of, Stage.STARTED, desk.clock),)))
    step = Step(f"Suspend {PERSON}", StepState.DONE, f'"{SECRET}"', f"{NAME} is out")
    timer = Timer("remind", of, desk.clock.now(), {"who": PERSON})
    entry = Entry(drafts=(main(of, State.RUNNING), note("n", PERSON)), timers=(timer,))
    await desk.book.put_step(of, step, "one", entry)
    await desk.book.cancel(of, NAME, Entry())
    (post, *_) = await desk.outbox.unsent(desk.clock.now())
    await desk.outbox.later(post, desk.clock.now(), f"{PERSON} cannot be reached")
    return of


async def test_on_sqlite_no_person_and_no_secret_is_found_in_the_files(file_desk: Desk) -> None:
    of = await with_all_kinds_of_rows(file_desk)

    files = list(file_desk.path.parent.iterdir())
    held = b"".join(file.read_bytes() for file in files)

    assert {file.suffix for file in files} >= {".db", ".db-wal"}
    assert of.encode() in held
    assert [word for word in (PERSON, SECRET, NAME, URL, "hopper") if word.encode() in held] == []


async def test_no_person_and_no_secret_is_found_in_any_row(desk: Desk) -> None:
    of = await with_all_kinds_of_rows(desk)

    def everything(connection: Connection) -> bytes:
        tables = [*metadata.sorted_tables, *audit_metadata.sorted_tables]
        rows = [row for table in tables for row in connection.execute(select(table))]
        return b" ".join(v if isinstance(v, bytes) else f"{v}".encode() for r in rows for v in r)

    held = await desk.store.read(everything)

    assert of.encode() in held
    assert [word for word in (PERSON, SECRET, NAME, URL, "hopper") if word.encode() in held] == []


async def test_values_swapped_between_rows_are_not_believed(desk: Desk) -> None:
    one, two = await desk.opened("one"), await desk.opened("two")
    swap = text(
        "UPDATE invocation SET params = (SELECT params FROM invocation WHERE id = :one) "
        "WHERE id = :two"
    )
    await desk.store.write(lambda c: c.execute(swap, {"one": one, "two": two}).rowcount)

    with pytest.raises(Unreadable, match="'params' of invocation"):
        await desk.book.get(two)
