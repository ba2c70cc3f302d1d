"""What every adapter of the `Database` port keeps; a suite for each adapter inherits it."""

import asyncio

import pytest

from bot.domain.errors import Rejected
from integrations.ports import Database

ADD = "UPDATE jar SET coins = coins + :more WHERE owner = :owner"
COINS = "SELECT owner, coins FROM jar ORDER BY owner"


class DatabaseContract:
    """Expects a fixture `database` with `jar(owner, coins)`: ada has 1 coin, eve has 2."""

    async def test_rows_come_with_their_names(self, database: Database) -> None:
        assert await database.rows(COINS) == [
            {"owner": "ada", "coins": 1},
            {"owner": "eve", "coins": 2},
        ]

    async def test_values_are_bound_and_never_part_of_the_statement(
        self, database: Database
    ) -> None:
        found = await database.rows("SELECT * FROM jar WHERE owner = :o", o="' OR 1=1 --")

        assert found == []

    async def test_a_thousand_rows_are_given_and_one_more_is_refused(
        self, database: Database
    ) -> None:
        count = (
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :most) "
            "SELECT i FROM n"
        )

        assert len(await database.rows(count, most=1000)) == 1000
        with pytest.raises(Rejected, match="More than 1,000 rows"):
            await database.rows(count, most=1001)

    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE jar SET coins = 0",
            "DELETE FROM jar",
            "UPDATE jar SET coins = 0 RETURNING coins",
            "CREATE TABLE other (i INTEGER)",
            "SELECT 1; DELETE FROM jar",
            "SELECT * FROM nowhere",
            "SELECT :absent",
        ],
    )
    async def test_a_reading_statement_changes_nothing(
        self, database: Database, statement: str
    ) -> None:
        with pytest.raises(Rejected):
            await database.rows(statement)

        assert await database.rows(COINS) == [
            {"owner": "ada", "coins": 1},
            {"owner": "eve", "coins": 2},
        ]

    async def test_a_semicolon_in_a_string_or_at_the_end_is_no_second_statement(
        self, database: Database
    ) -> None:
        assert await database.rows("SELECT 'a;b' AS t /* ; */; -- ;") == [{"t": "a;b"}]

    async def test_a_change_is_made_once_for_its_key(self, database: Database) -> None:
        first = await database.change(ADD, key="k1", expect=1, owner="ada", more=5)
        again = await database.change(ADD, key="k1", expect=1, owner="ada", more=5)
        other = await database.change(ADD, key="k2", expect=1, owner="ada", more=10)

        assert (first, again, other) == (1, 1, 1)
        assert (await database.rows(COINS))[0]["coins"] == 16

    async def test_ten_at_once_with_one_key_change_it_once(self, database: Database) -> None:
        calls = [database.change(ADD, key="k", expect=1, owner="ada", more=5) for _ in range(10)]

        assert await asyncio.gather(*calls) == [1] * 10
        assert (await database.rows(COINS))[0]["coins"] == 6

    @pytest.mark.parametrize(("owner", "expect"), [("nobody", 1), ("ada", 2), ("ada", 0)])
    async def test_a_change_that_meets_other_rows_than_expected_is_not_made(
        self, database: Database, owner: str, expect: int
    ) -> None:
        with pytest.raises(Rejected, match="so nothing was changed"):
            await database.change(ADD, key="k", expect=expect, owner=owner, more=5)

        assert (await database.rows(COINS))[0]["coins"] == 1
        assert await database.find_change("k") is None

    async def test_a_refused_change_can_be_made_later_with_its_key(
        self, database: Database
    ) -> None:
        with pytest.raises(Rejected):
            await database.change("UPDATE jar SET coins = NULL", key="k", expect=2)

        assert await database.change(ADD, key="k", expect=1, owner="eve", more=1) == 1

    async def test_a_change_is_found_by_its_key(self, database: Database) -> None:
        before = await database.find_change("k")
        await database.change("UPDATE jar SET coins = 0", key="k", expect=2)

        assert before is None
        assert await database.find_change("k") == 2
        assert await database.find_change("another") is None
