"""What needs approval: asked of others, decided in messages, and told to who asked."""

from pathlib import Path

import pytest

from tests.scenarios.desks import BEA, desk
from tests.world import readable


async def test_it_runs_once_as_many_as_the_rules_want_have_agreed(tmp_path: Path) -> None:
    async with desk(tmp_path) as d:
        await d.asks()
        await d.agree(d.dee, d.dan)
        before = d.w.state_of(BEA)
        await d.agree(d.eve)
        await d.reads(d.w.ada, f"{BEA} is suspended")

        assert before == "active"
        assert d.w.state_of(BEA) == "suspended"
        assert await d.w.stages() == [
            *("intent", "approval.requested", *["approval.given"] * 3),
            *("started", "preview", "step", "step", "outcome"),
        ]


async def test_who_is_of_both_lanes_counts_in_one_and_where_they_are_needed(
    tmp_path: Path,
) -> None:
    async with desk(tmp_path) as d:
        await d.asks()
        await d.agree(d.dan)
        alone = await d.shows(d.dan, "✓ *Dan*")
        await d.agree(d.dee)
        both = await d.shows(d.eve, "✓ *Dee*")

        assert alone.text.count(" 1 of ") == 1
        assert "*dba* 1 of 1 · *finance* 1 of 2" in both.text
        assert d.w.state_of(BEA) == "active"


async def test_the_card_says_who_asks_what_would_happen_why_and_until_when(
    tmp_path: Path,
) -> None:
    async with desk(tmp_path) as d:
        await d.asks()
        card = await d.shows(d.eve, "Card testing since noon")

        assert [b.text for b in card.buttons] == [
            "Approve",
            "Refuse",
            "Ask a question",
            "Hand over",
        ]
        assert "Suspending a user needs two of finance and one of the DBAs." in card.text
        assert "Dan, Dee, Eve may decide" in card.text
        assert all(words in card.text for words in ("@ada", BEA, "suspended", "lapses ", "UTC"))
        assert {m.channel for m in d.cards(d.eve)} == {"finance", "directmessage"}


async def test_the_asker_is_told_at_each_change_in_a_message_of_its_own(tmp_path: Path) -> None:
    async with desk(tmp_path) as d:
        await d.asks()
        await d.agree(d.dee)
        await d.reads(d.w.ada, "Dee approved")
        first = len(d.w.slack.sees(d.w.ada).messages)
        await d.decides(d.eve, "Refuse", reason="Bea is my neighbour")
        await d.reads(d.w.ada, "· not allowed ·")
        await d.w.slack.until(lambda: len(d.w.slack.sees(d.w.ada).messages) > first)

        seen = d.w.slack.sees(d.w.ada).messages
        told = [m for m in seen if "Eve refused" in m.text and "Bea is my neighbour" in m.text]
        assert {m.said.channel for m in told} == {d.w.ops.id, d.w.slack.direct(d.w.ada).id}


async def test_one_refusal_ends_it_and_every_card_shows_the_end_without_buttons(
    tmp_path: Path,
) -> None:
    async with desk(tmp_path) as d:
        await d.asks()
        await d.agree(d.dee)
        await d.decides(d.eve, "Refuse", reason="Bea is my neighbour")
        cards = [await d.shows(person, "· refused ·") for person in (d.dee, d.eve, d.dan)]
        refused = (await d.w.events())[-1]

        assert [card.buttons for card in cards] == [(), (), ()]
        assert "✗ *Eve*: Bea is my neighbour" in cards[0].text
        assert "*finance* 1 of 2" in cards[0].text
        assert d.w.state_of(BEA) == "active"
        assert (refused["stage"], refused["actor"]) == ("approval.refused", d.eve.id)
        assert refused["detail"]["lacking"] == "1 more of dba and 1 more of finance"


async def test_what_was_withdrawn_has_no_buttons_and_a_press_of_old_ones_says_so(
    tmp_path: Path,
) -> None:
    async with desk(tmp_path) as d:
        await d.asks()
        await d.opens(d.eve, "Approve")
        await d.w.slack.presses(d.w.ada, "Withdraw")
        card = await d.shows(d.dee, "· withdrawn ·")
        d.w.slack.fills(d.eve, reason="I saw the charges")
        await d.w.slack.submits(d.eve)

        assert card.buttons == ()
        assert "Ada withdrew it." in card.text
        assert "This was decided already: withdrawn." in d.w.slack.sees(d.eve).text
        assert await d.w.stages() == ["intent", "approval.requested", "approval.withdrawn"]
        assert d.w.state_of(BEA) == "active"


async def test_only_who_asked_withdraws(tmp_path: Path) -> None:
    async with desk(tmp_path) as d:
        await d.asks()
        await d.w.slack.presses(d.w.sam, "Withdraw")
        await d.reads(d.w.sam, "Only who asked can withdraw it.")

        assert (await d.approval()).open


async def test_who_comes_late_to_what_is_approved_reads_that_it_is(tmp_path: Path) -> None:
    async with desk(tmp_path) as d:
        fay = d.w.slack.person("fay")
        await d.w.slack.joins(fay)
        await d.w.slack.regroups("finance", [d.dee, d.eve, d.dan, fay])
        await d.asks()
        await d.opens(fay, "Refuse")
        await d.agree(d.dee, d.eve, d.dan)
        await d.reads(d.w.ada, f"{BEA} is suspended")
        d.w.slack.fills(fay, reason="Too late for that")
        await d.w.slack.submits(fay)

        assert "This was decided already: approved." in d.w.slack.sees(fay).text
        assert (await d.w.stages()).count("approval.refused") == 0
        assert (await d.shows(fay, "· approved ·")).buttons == ()


async def test_two_clicks_on_approve_are_one_word(tmp_path: Path) -> None:
    async with desk(tmp_path) as d:
        await d.asks()
        await d.opens(d.dee, "Approve")
        d.w.slack.fills(d.dee, reason="I saw the charges")
        await d.w.slack.submits(d.dee, clicks=2)
        await d.shows(d.dee, "*finance* 1 of 2")

        assert (await d.w.stages()).count("approval.given") == 1
        assert len((await d.approval()).votes) == 1


REASON_TOLD = {
    ".": "'.' says nothing to who reads it later.",
    "a  b ! c": "says nothing to who reads it later.",
    "x" * 40_000: "The reason has 40,000 characters.",
}


@pytest.mark.parametrize("reason", REASON_TOLD, ids=["a dot", "three letters", "40,000 letters"])
@pytest.mark.parametrize("button", ["Approve", "Refuse", "Ask a question"])
async def test_a_reason_that_says_nothing_or_too_much_is_told_at_its_field(
    tmp_path: Path, reason: str, button: str
) -> None:
    async with desk(tmp_path) as d:
        await d.asks()
        modal = await d.opens(d.dee, button)
        # A client of another make may send what Slack's own would not.
        modal.body["blocks"][-1]["element"]["max_length"] = len(reason)
        d.w.slack.fills(d.dee, reason=reason)
        await d.w.slack.submits(d.dee)

        assert REASON_TOLD[reason] in d.w.slack.modal(d.dee).errors["reason"]
        assert await d.w.stages() == ["intent", "approval.requested"]


async def test_nothing_personal_that_somebody_writes_is_in_the_record_in_clear(
    tmp_path: Path,
) -> None:
    async with desk(tmp_path) as d:
        await d.asks()
        await d.decides(d.dan, "Ask a question", reason=f"Is {BEA} the right one?")
        await d.decides(d.dee, "Approve", reason=f"I know {BEA.upper()} well")
        await d.decides(d.eve, "Refuse", reason=f"{BEA} is my neighbour")
        await d.shows(d.dan, "· refused ·")
        events = await d.w.events()

        assert [BEA in readable(e).lower() for e in events] == [False] * len(events)
        assert [e["detail"].get("reason") or e["detail"].get("text") for e in events[2:]] == [
            "Is [user] the right one?",
            "I know [user] well",
            "[user] is my neighbour",
        ]
