"""Writing work down from Slack: by the whole bot, over a pretend Jira whose search is behind."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.domain.clock import SystemClock
from playground.jira import PretendJira
from tests.scenarios.test_road import judged, reads
from tests.scenarios.vendors import written_in
from tests.world import World, world

FIRE = "The printer is on fire"
CREATE = f'/ops tickets.create "{FIRE}"'


@dataclass(frozen=True)
class Desk:
    """The bot and Jira."""

    w: World
    jira: PretendJira


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with (
        PretendJira(SystemClock()).open() as jira,
        world(tmp_path, alone=True, **written_in(jira)) as w,
    ):
        yield Desk(w, jira)
        assert judged(w.slack) == []
        assert w.slack.workspace.complaints == []


async def test_everybody_writes_a_ticket_and_gets_its_address(desk: Desk) -> None:
    w = desk.w

    line = f'{CREATE} type=Bug description="Smoke since noon."'
    await w.slack.types(w.sam, line, channel=w.ops)
    await reads(w, w.ada, f"Created OPS-1: {FIRE}")

    [ticket] = desk.jira.tickets
    assert (ticket.summary, ticket.type) == (FIRE, "Bug")
    assert "Smoke since noon." in ticket.description
    assert "Asked for by Sam." in ticket.description
    assert "https://jira.example/browse/OPS-1" in str(w.slack.workspace.produced)


async def test_a_ticket_whose_answer_is_lost_is_made_once_though_the_search_is_behind(
    desk: Desk,
) -> None:
    w = desk.w
    desk.jira.index_lag = 60
    desk.jira.faults.lossy("POST /rest/api/3/issue", times=1)

    await w.slack.types(w.sam, CREATE, channel=w.ops)
    await reads(w, w.sam, f"Created OPS-1: {FIRE}")

    assert len(desk.jira.tickets) == 1


async def test_while_jira_is_down_nothing_is_claimed(desk: Desk) -> None:
    w = desk.w
    desk.jira.faults.down()

    await w.slack.types(w.sam, CREATE, channel=w.ops)
    await reads(w, w.sam, "· failed ·")

    told = w.slack.sees(w.sam).text
    assert "Jira" in told
    assert "Created" not in told
    assert desk.jira.tickets == []


async def test_a_type_that_jira_has_not_is_told(desk: Desk) -> None:
    w = desk.w

    await w.slack.types(w.sam, f"{CREATE} type=Unicorn", channel=w.ops)
    await reads(w, w.sam, "· failed ·")

    assert "type" in w.slack.sees(w.sam).text
    assert desk.jira.tickets == []


async def test_a_summary_without_quotes_is_asked_for_again_in_a_form(desk: Desk) -> None:
    w = desk.w

    await w.slack.types(w.sam, f"/ops tickets.create {FIRE}", channel=w.ops)
    form = await w.slack.opens(w.sam)

    assert "a summary of several words stands in quotes" in form.text
    assert desk.jira.tickets == []


async def test_tickets_are_found_by_their_words_and_only_who_asks_sees_them(desk: Desk) -> None:
    w = desk.w
    desk.jira.comes_in(FIRE)
    desk.jira.comes_in("Coffee is out")

    await w.slack.types(w.sam, "/ops tickets.find printer", channel=w.ops)
    await reads(w, w.sam, "1 ticket holds 'printer'.")

    assert f"OPS-1 | {FIRE} | To Do" in w.slack.sees(w.sam).text
    assert w.slack.sees(w.ada).messages == ()


async def test_a_ticket_moves_after_both_statuses_were_shown(desk: Desk) -> None:
    w = desk.w
    desk.jira.comes_in(FIRE)

    line = '/ops tickets.move OPS-1 "in progress" comment="On my way."'
    await w.slack.types(w.sam, line, channel=w.ops)
    await reads(w, w.ada, "OPS-1 has moved from To Do to In Progress.")

    [ticket] = desk.jira.tickets
    assert ticket.status == "In Progress"
    assert [remark.text for remark in ticket.comments] == ["Sam writes:\n\nOn my way."]
    assert f"OPS-1 | {FIRE} | To Do | in progress" in w.slack.sees(w.ada).text


async def test_a_move_whose_answer_is_lost_is_told(desk: Desk) -> None:
    w = desk.w
    desk.jira.comes_in(FIRE)
    way = "POST /rest/api/3/issue/{issueIdOrKey}/transitions"
    desk.jira.faults.lossy(way, times=1)

    await w.slack.types(w.sam, "/ops tickets.move OPS-1 Done", channel=w.ops)

    await reads(w, w.ada, "OPS-1 has moved from To Do to Done.")


async def test_a_status_that_it_cannot_have_is_told_with_those_it_can(desk: Desk) -> None:
    w = desk.w
    desk.jira.comes_in(FIRE)

    await w.slack.types(w.sam, "/ops tickets.move OPS-1 Ashes", channel=w.ops)
    await reads(w, w.sam, "OPS-1 cannot be moved to 'Ashes' now.")

    assert "In Progress" in w.slack.sees(w.sam).text
    assert desk.jira.tickets[0].status == "To Do"


async def test_a_comment_stands_below_a_ticket_that_the_search_has_not_seen_yet(desk: Desk) -> None:
    w = desk.w
    desk.jira.index_lag = 60
    desk.jira.comes_in(FIRE)

    line = "/ops tickets.comment ops-1 It is out now: pump=3 worked."
    await w.slack.types(w.sam, line, channel=w.ops)
    await reads(w, w.ada, "Your comment stands below OPS-1.")

    [remark] = desk.jira.tickets[0].comments
    assert remark.text == "Sam writes:\n\nIt is out now: pump=3 worked."


async def test_guests_write_nothing_and_who_may_not_move_learns_who_may(desk: Desk) -> None:
    w = desk.w
    desk.jira.comes_in(FIRE)
    newcomer = w.slack.person("newcomer")
    w.ops.members.append(newcomer.id)

    guest = await w.slack.types(w.mallory, CREATE, channel=w.ops)
    other = await w.slack.types(newcomer, "/ops tickets.move OPS-1 Done", channel=w.ops)

    assert "Guests, people of other organisations and bots" in guest.text
    assert "Only `support`, `support-leads` and `sre` may move a ticket" in other.text
    assert [(one.id, one.status) for one in desk.jira.tickets] == [("OPS-1", "To Do")]
