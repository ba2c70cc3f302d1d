"""The Statuspage adapter keeps the port's promises."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from bot.domain.errors import Rejected
from integrations.ports.status_page import Impact, PublicStatus
from integrations.statuspage.adapter import Statuspage
from playground.statuspage import LONGEST_BODY, PretendStatuspage, Published, Update
from tests.integrations.status_page_contract import SEARCH, SLOW, StatusPageContract
from tests.integrations.status_pages import POST, adapter, judged, told


@pytest_asyncio.fixture
async def vendor() -> AsyncIterator[PretendStatuspage]:
    async with judged() as vendor:
        yield vendor


@pytest_asyncio.fixture
async def board(vendor: PretendStatuspage) -> AsyncIterator[Statuspage]:
    board = adapter(vendor)
    yield board
    await board.close()


class TestStatuspage(StatusPageContract):
    """The contract over Statuspage; every request is judged by Atlassian's own description."""


async def test_half_a_character_is_refused_before_anything_is_sent(
    board: Statuspage, vendor: PretendStatuspage
) -> None:
    with pytest.raises(Rejected, match="half a character"):
        await board.publish(SLOW.model_copy(update={"message": "\ud83d"}), key="k1")

    assert vendor.of(POST) == []


@pytest.mark.parametrize(
    ("impact", "state"),
    [
        (Impact.NONE, "operational"),
        (Impact.MINOR, "degraded_performance"),
        (Impact.MAJOR, "partial_outage"),
        (Impact.CRITICAL, "major_outage"),
    ],
)
async def test_customers_see_the_touched_components_as_bad_as_the_trouble_is(
    board: Statuspage, vendor: PretendStatuspage, impact: Impact, state: str
) -> None:
    checkout, search = await board.components()
    bulletin = SLOW.model_copy(update={"impact": impact, "components": (checkout.id,)})

    await board.publish(bulletin, key="k1")

    assert [c.status for c in await board.components()] == [state, "operational"]
    assert vendor.published[0].impact == impact
    assert [c.name for c in vendor.published[0].components] == ["Checkout"]
    assert search.status == "operational"


async def test_what_is_resolved_is_well_again_unless_other_trouble_holds_it(
    board: Statuspage,
) -> None:
    checkout, search = await board.components()
    both = SEARCH.model_copy(update={"components": (checkout.id, search.id)})
    over = await board.publish(both, key="k1")
    await board.publish(SLOW.model_copy(update={"components": (checkout.id,)}), key="k2")

    await board.amend(over.id, PublicStatus.RESOLVED, "It is over.", key="k3")

    assert [c.status for c in await board.components()] == ["degraded_performance", "operational"]


async def test_words_of_a_key_are_said_once_even_after_others(
    board: Statuspage, vendor: PretendStatuspage
) -> None:
    said = await board.publish(SLOW, key="k1")
    first = await board.amend(said.id, PublicStatus.IDENTIFIED, "We know why.", key="k2")
    await board.amend(said.id, PublicStatus.MONITORING, "It is better.", key="k3")

    again = await board.amend(said.id, PublicStatus.IDENTIFIED, "We know why.", key="k2")

    assert again == first
    assert told(vendor) == [
        (
            "Checkout is slow",
            [
                ("investigating", "Paying takes long. We are looking into it."),
                ("identified", "We know why."),
                ("monitoring", "It is better."),
            ],
        )
    ]


async def test_the_same_words_are_said_again_for_another_key(
    board: Statuspage, vendor: PretendStatuspage
) -> None:
    said = await board.publish(SLOW, key="k1")

    for key in ("k2", "k3"):
        await board.amend(said.id, PublicStatus.IDENTIFIED, "We are still at it.", key=key)

    assert [u.text for u in vendor.published[0].updates][1:] == ["We are still at it."] * 2


async def test_words_that_stand_there_already_are_not_repeated_where_no_key_is_remembered(
    board: Statuspage, vendor: PretendStatuspage
) -> None:
    said = await board.publish(SLOW, key="k1")
    await board.amend(said.id, PublicStatus.IDENTIFIED, "We know why.", key="k2")
    vendor.published[0].metadata.clear()

    await board.amend(said.id, PublicStatus.IDENTIFIED, "We know why.", key="k2")

    assert len(vendor.published[0].updates) == 2


async def test_what_others_keep_beside_an_incident_stays(
    board: Statuspage, vendor: PretendStatuspage
) -> None:
    said = await board.publish(SLOW, key="k1")
    vendor.published[0].metadata["jira"] = {"issue_id": "OPS-1"}

    await board.amend(said.id, PublicStatus.IDENTIFIED, "We know why.", key="k2")

    assert vendor.published[0].metadata == {
        "jira": {"issue_id": "OPS-1"},
        "redbutton": {"key": "k1", "amended": ["k2"]},
    }


async def test_old_trouble_is_found_by_its_key_behind_many_newer(
    board: Statuspage, vendor: PretendStatuspage
) -> None:
    old = await board.publish(SLOW, key="k1")
    for number in range(60):
        vendor.published.append(
            Published(f"new{number:09d}", "Long over", "resolved", "minor", vendor.clock.now())
        )

    found = await board.find_published("k1")

    assert found == old


async def test_customers_are_told_beside_fifty_incidents_of_many_words(
    board: Statuspage, vendor: PretendStatuspage
) -> None:
    words = Update("resolved", "w" * LONGEST_BODY, vendor.clock.now())
    for number in range(50):
        vendor.published.append(
            Published(
                f"old{number:09d}", "Long over", "resolved", "minor", words.at, [words, words]
            )
        )

    await board.publish(SLOW, key="k1")

    assert vendor.published[-1].title == SLOW.title
