"""Who has a word in what needs approval: never oneself, nobody twice, and others in one's place."""

from pathlib import Path

import pytest

from playground.driver import CannotDo
from playground.model import Person
from tests.scenarios.desks import BEA, Desk, desk

NOT_OWN = "Nobody approves what they asked for themselves."


async def denials(d: Desk) -> list[tuple[str, str, str]]:
    """Return who was recorded to be refused what, and why."""
    denied = [e for e in await d.w.events() if e["stage"] == "denied"]
    return [(e["actor"], e["detail"]["act"], e["detail"]["why"]) for e in denied]


async def is_of_finance(d: Desk, *people: Person) -> None:
    """Make *people* members of finance, beside the three."""
    for person in people:
        await d.w.slack.joins(person)
    await d.w.slack.regroups("finance", [d.dee, d.eve, d.dan, *people])


async def test_nobody_approves_what_they_asked_for(tmp_path: Path) -> None:
    async with desk(tmp_path) as d:
        await is_of_finance(d, d.w.ada)
        d.room.members.append(d.w.ada.id)
        await d.asks()
        await d.w.slack.presses(d.w.ada, "Approve")
        await d.reads(d.w.ada, NOT_OWN)

        assert d.w.slack.sees(d.w.ada).modal is None
        assert "Dan, Dee, Eve may." in d.w.slack.sees(d.w.ada).text
        assert await denials(d) == [(d.w.ada.id, "approve", NOT_OWN)]


async def test_of_many_who_may_somebody_who_may_not_is_told_a_few(tmp_path: Path) -> None:
    async with desk(tmp_path) as d:
        more = [d.w.slack.person(f"fay{n}") for n in range(4)]
        await is_of_finance(d, *more)
        d.room.members.append(d.w.sam.id)
        await d.asks()
        await d.w.slack.presses(d.w.sam, "Approve", d.cards(d.dee)[0])
        await d.reads(d.w.sam, "Dan, Dee, Eve, Fay0, Fay1 and 2 more may.")

        assert "Fay2" not in d.w.slack.sees(d.w.sam).text


async def test_nor_do_they_through_another_account_of_theirs(tmp_path: Path) -> None:
    async with desk(tmp_path) as d:
        other = d.w.slack.person("ada2", email="Ada@example.com", groups=["dba"])
        await is_of_finance(d, other)
        d.room.members.append(other.id)
        await d.asks()
        await d.w.slack.presses(other, "Approve")
        await d.reads(other, NOT_OWN)

        assert await denials(d) == [(other.id, "approve", NOT_OWN)]
        assert "ada2" not in (await d.approval()).helpers


async def test_two_accounts_of_one_who_approves_are_one_word(tmp_path: Path) -> None:
    async with desk(tmp_path) as d:
        other = d.w.slack.person("dee2", email=d.dee.email)
        await is_of_finance(d, other)
        await d.asks()
        await d.opens(other, "Approve")
        await d.agree(d.dee)
        d.w.slack.fills(other, reason="I saw the charges")
        await d.w.slack.submits(other)

        assert "You have had your say in this already." in d.w.slack.sees(other).text
        assert [vote.person for vote in (await d.approval()).votes] == [d.dee.id]


async def test_two_accounts_that_turn_out_to_be_one_persons_count_once(tmp_path: Path) -> None:
    async with desk(tmp_path) as d:
        await d.asks()
        await d.agree(d.dee, d.eve)
        await d.shows(d.dan, "*finance* 2 of 2")
        await d.w.slack.changes(d.eve, email=d.dee.email)
        await d.agree(d.dan)
        card = await d.shows(d.dan, "✓ *Dan*")

        assert " 2 of 2" not in card.text
        assert d.w.state_of(BEA) == "active"


OUTSIDERS = "Guests, people of other organisations and bots may not run anything here."


@pytest.mark.parametrize("button", ["Approve", "Refuse", "Ask a question", "Hand over"])
async def test_who_may_not_decide_is_told_why_and_who_may_when_they_press(
    tmp_path: Path, button: str
) -> None:
    async with desk(tmp_path) as d:
        pat = d.w.slack.person("pat", external=True, groups=["finance"])
        await is_of_finance(d, d.w.mallory, pat)
        d.room.members.extend([d.w.sam.id, d.w.mallory.id, pat.id])
        await d.asks()
        for person in (d.w.sam, d.w.mallory, pat):
            await d.w.slack.presses(person, button, d.cards(d.dee)[0])
            await d.reads(person, "Dan, Dee, Eve may.")
        denied = await denials(d)

        assert [actor for actor, _, _ in denied] == [d.w.sam.id, d.w.mallory.id, pat.id]
        assert "Only `finance` may approve in its lane." in denied[0][2]
        assert denied[1][2] == OUTSIDERS
        assert [d.w.slack.sees(p).modal for p in (d.w.sam, d.w.mallory, pat)] == [None] * 3
        assert (await d.approval()).votes == ()


async def test_who_lost_the_group_while_the_modal_was_open_is_refused_at_submit(
    tmp_path: Path,
) -> None:
    async with desk(tmp_path) as d:
        await d.asks()
        await d.opens(d.dee, "Approve")
        await d.w.slack.regroups("finance", [d.eve, d.dan])
        d.w.slack.fills(d.dee, reason="I saw the charges")
        await d.w.slack.submits(d.dee)

        assert "Only `finance` may approve in its lane." in d.w.slack.sees(d.dee).text
        assert len(await denials(d)) == 1
        assert (await d.approval()).votes == ()


async def test_a_question_reaches_the_asker_the_cards_and_the_thread(tmp_path: Path) -> None:
    async with desk(tmp_path) as d:
        await d.asks()
        await d.decides(d.dan, "Ask a question", reason="Is it the whole shop?")
        await d.reads(d.w.ada, "Dan asks about users.suspend")
        card = await d.shows(d.dan, "💬 *Dan*: Is it the whole shop?")
        await d.w.slack.until(lambda: any(m.thread_ts for m in d.w.slack.sees(d.dee).messages))
        below = [m for m in d.w.slack.sees(d.dee).messages if m.thread_ts not in ("", m.ts)]

        assert "Is it the whole shop?" in d.w.slack.sees(d.w.ada).text
        assert card.buttons[0].text == "Approve"
        assert ["Is it the whole shop?" in m.text for m in below] == [True]
        assert below[0].thread_ts == d.cards(d.dee)[0].ts


async def test_who_was_handed_it_decides_and_who_handed_it_over_does_not(tmp_path: Path) -> None:
    async with desk(tmp_path) as d:
        await d.asks()
        await d.decides(d.dan, "Hand over", person=d.w.sam)
        await d.shows(d.w.sam, "Dan asked Sam to decide instead.")
        await d.reads(d.w.ada, "Dan asked Sam to decide instead. It is about users.suspend")
        await d.presses(d.dan, "Approve")
        await d.reads(d.dan, "You asked somebody else to decide instead.")
        await d.agree(d.w.sam, d.dee, d.eve)
        await d.reads(d.w.ada, f"{BEA} is suspended")
        card = await d.shows(d.dan, "· approved ·")
        given = [e for e in await d.w.events() if e["stage"] == "approval.given"]

        assert [e["actor"] for e in given] == [d.w.sam.id, d.dee.id, d.eve.id]
        assert given[0]["detail"]["instead_of"] == d.dan.id
        assert "✓ *Sam* (asked to decide instead)" in card.text


async def test_what_was_handed_over_by_who_may_not_any_more_is_no_word(tmp_path: Path) -> None:
    async with desk(tmp_path) as d:
        await d.asks()
        await d.decides(d.dee, "Hand over", person=d.w.sam)
        await d.agree(d.w.sam)
        await d.shows(d.dan, "*finance* 1 of 2")
        await d.w.slack.regroups("finance", [d.eve, d.dan])
        await d.agree(d.eve)
        card = await d.shows(d.dan, "✓ *Eve*")

        assert "*finance* 1 of 2" in card.text


async def test_who_handed_it_over_has_no_word_through_another_account(tmp_path: Path) -> None:
    async with desk(tmp_path) as d:
        other = d.w.slack.person("dee2", email=d.dee.email)
        await is_of_finance(d, other)
        await d.asks()
        await d.decides(d.dee, "Hand over", person=d.w.sam)
        await d.shows(d.w.sam, "Dee asked Sam to decide instead.")
        await d.w.slack.presses(other, "Approve")
        await d.reads(other, "You asked somebody else to decide instead.")

        assert (await d.approval()).votes == ()


async def test_two_words_that_turn_out_to_be_one_persons_count_once(tmp_path: Path) -> None:
    async with desk(tmp_path) as d:
        await d.asks()
        await d.decides(d.dee, "Hand over", person=d.w.sam)
        await d.agree(d.w.sam, d.eve)
        await d.shows(d.dan, "*finance* 2 of 2")
        await d.w.slack.changes(d.eve, email=d.dee.email)
        await d.agree(d.dan)
        card = await d.shows(d.dan, "✓ *Dan*")

        assert " 2 of 2" not in card.text
        assert d.w.state_of(BEA) == "active"


UNFIT = "cannot decide this: it must be a full member, and not who asked for it."


@pytest.mark.parametrize(
    ("whom", "why"),
    [
        ("ada", f"Ada {UNFIT}"),
        ("ada2", f"Ada2 {UNFIT}"),
        ("mallory", f"Mallory {UNFIT}"),
        ("pat", f"Pat {UNFIT}"),
        ("dee", "Dee has a say in this already."),
        ("eve", "Eve has a say in this already."),
        ("sam", "Sam has a say in this already."),
        ("dan", "Dan has a say in this already."),
    ],
)
async def test_it_is_handed_to_nobody_who_could_not_decide_or_has(
    tmp_path: Path, whom: str, why: str
) -> None:
    async with desk(tmp_path) as d:
        slack = d.w.slack
        people = {p.name: p for p in (d.w.ada, d.w.mallory, d.w.sam, d.dee, d.eve, d.dan)}
        people["ada2"] = slack.person("ada2", email=d.w.ada.email)
        people["pat"] = slack.person("pat", external=True)
        await d.asks()
        await d.agree(d.eve)
        await d.decides(d.dan, "Hand over", person=d.w.sam)
        await d.decides(d.dee, "Hand over", person=people[whom])

        assert slack.modal(d.dee).errors["person"].startswith(why)
        assert (await d.approval()).stands_in == {d.w.sam.id: d.dan.id}


async def test_what_was_handed_over_is_not_handed_on(tmp_path: Path) -> None:
    async with desk(tmp_path) as d:
        lou = d.w.slack.person("lou")
        await d.asks()
        await d.decides(d.dee, "Hand over", person=d.w.sam)
        await d.shows(d.w.sam, "Dee asked Sam")
        await d.decides(d.w.sam, "Hand over", person=lou)

        assert "cannot be handed on" in d.w.slack.modal(d.w.sam).errors["person"]


async def test_hostile_words_of_those_who_decide_have_no_effect(tmp_path: Path) -> None:
    hostile = "<!channel> <@U1> *bold* `code` <https://evil.example|bank>"
    async with desk(tmp_path) as d:
        await d.asks()
        await d.decides(d.dan, "Ask a question", reason=hostile)
        await d.decides(d.dee, "Approve", reason=hostile)
        await d.decides(d.eve, "Refuse", reason=hostile)
        await d.shows(d.dan, "· refused ·")

        made = [str(m.body) for m in d.w.slack.workspace.produced]
        assert not any("<!channel" in m or "<https://evil" in m or "<@U1>" in m for m in made)
        with pytest.raises(CannotDo):
            await d.w.slack.presses(d.dan, "Approve", d.cards(d.dan)[-1])
