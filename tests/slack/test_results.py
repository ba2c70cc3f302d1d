"""Results that tell several things, and figures that can be compared."""

import pytest

from bot.domain.invocation import State, StepState
from bot.domain.notice import Audience, RunCard, StepLine
from bot.domain.operation import Risk
from bot.domain.result import Item, Press, Result
from bot.slack.cards import card, detail, overflow
from tests.slackblocks_judge import judge_message

JOIN = Press(label="Join INC-1", operation="incident.join", params={"incident": "INC-1"})


def told(result: Result, **update: object) -> RunCard:
    """Make the message of a digest."""
    made = RunCard(
        invocation="0" * 32,
        operation="digest.incidents",
        summary="Tell which incidents are open.",
        risk=Risk.READ,
        asked_by="U1",
        asked_by_name="Grace",
        words="",
        state=State.SUCCEEDED,
        result=result,
    )
    return made.model_copy(update=update)


def test_each_thing_is_told_by_itself_with_its_buttons_right_below() -> None:
    items = (
        Item(title="Search is slow", text="INC-1 · 5 min", presses=(JOIN,)),
        Item(title="And 3 more"),
    )

    message = card(told(Result("4 incidents are open.", items=items)))

    kinds = [(b["type"], str(b.get("text", {}).get("text", ""))) for b in message["blocks"]]
    at = kinds.index(("section", "*Search is slow*\nINC-1 · 5 min"))
    assert kinds[at + 1 : at + 3] == [("actions", ""), ("section", "*And 3 more*")]
    assert judge_message({"channel": "C1", **message}) == []


def test_what_people_wrote_stays_words() -> None:
    item = Item(title="*Bold* <!channel>", text="<https://evil.example|here> & `code`")

    message = card(told(Result("One.", items=(item,))))

    [words] = [b["text"]["text"] for b in message["blocks"] if "evil" in str(b.get("text"))]
    assert "<" not in words
    assert "&lt;!channel&gt;" in words
    assert words.count("*") == 2


def test_more_than_a_message_holds_goes_into_a_file_with_all_of_it() -> None:
    items = tuple(Item(title=f"Trouble {n}", text="x" * 600) for n in range(9))
    result = Result("9 incidents are open.", items=items)

    message, file = card(told(result)), overflow(told(result))

    assert "Trouble 8" not in str(message)
    assert "Shown in part" in str(message)
    assert file is not None
    assert b"Trouble 8\nxxx" in file.content


def test_what_a_read_looked_up_is_no_check_list_once_it_is_answered() -> None:
    steps = (StepLine(label="Ask who is on call", state=StepState.DONE),)
    answered = told(Result("Grace is."), steps=steps)
    failed = answered.model_copy(update={"state": State.FAILED, "result": None})

    assert "Ask who is on call" not in str(card(answered))
    assert "✓ Ask who is on call" in str(card(failed))


def test_the_thread_of_a_run_has_what_its_message_has_no_room_for() -> None:
    result = Result("Done.", items=(Item(title="One", text="of two"),))

    thread = detail(told(result, risk=Risk.CHANGE))

    assert thread is not None
    assert "*One*\nof two" in str(thread["blocks"][0]["text"]["text"])


@pytest.mark.parametrize(
    ("cells", "side"),
    [
        (("12", "1,200"), "right"),
        (("+3", "−2"), "right"),  # noqa: RUF001  A minus sign.
        (("same", "+3"), "right"),
        (("12", ""), "right"),
        (("12", "twelve"), None),
        (("", ""), None),
    ],
)
def test_figures_lean_to_the_right_so_that_they_can_be_compared(
    cells: tuple[str, ...], side: str | None
) -> None:
    rows = (("what", "count"), *(("a", cell) for cell in cells))

    message = card(told(Result("", table=rows)), Audience.PERSON)

    [table] = [block for block in message["blocks"] if block["type"] == "table"]
    settings = table.get("column_settings")
    assert (settings[1]["align"] if settings else None) == side
    assert judge_message({"channel": "C1", **message}) == []
