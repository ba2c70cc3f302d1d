"""Prompts: what Slack takes of them, and what can be pressed."""

import pytest

from bot.domain.notice import Prompt
from bot.domain.result import Press
from bot.slack.prompts import pressed, prompt_card
from tests.slack.monster import faults_of_message

HUGE = "<!here> *bold* & `code` " * 400


def test_a_prompt_of_any_size_is_taken_by_slack() -> None:
    press = Press(label="x" * 200, operation="incident.settle", params={"reason": "é" * 1900})
    prompt = Prompt(
        title=HUGE, who="U0ADA", message=HUGE, lines=(HUGE,) * 40, presses=(press,) * 25
    )

    card = prompt_card(prompt)

    assert faults_of_message(card) == []
    assert "<!here>" not in str(card)


def test_who_is_meant_is_called_in_the_block_and_in_the_notification() -> None:
    card = prompt_card(Prompt(who="U0ADA", message="has the role commander now."))

    assert card["blocks"][0]["text"]["text"] == "<@U0ADA> has the role commander now."
    assert card["text"] == "<@U0ADA> has the role commander now."


def test_the_last_line_of_a_hand_over_is_shown() -> None:
    lines = tuple(f"Line {n}." for n in range(22))

    card = prompt_card(Prompt(message="Read this.", lines=lines))

    shown = "\n".join(block["text"]["text"] for block in card["blocks"])
    assert shown.splitlines() == ["Read this.", *lines]


def test_words_for_a_button_that_do_not_fit_are_refused() -> None:
    press = Press(label="Undo", operation="users.resume", params={"reason": "x" * 2000})

    with pytest.raises(ValueError, match="too long"):
        prompt_card(Prompt(message="Undo it.", presses=(press,)))


@pytest.mark.parametrize("value", ["", "[]", "{", "[" * 100_000, '{"a": 1}'])
def test_what_cannot_be_read_presses_without_params(value: str) -> None:
    assert pressed("do:incident.close:0", value) == ("incident.close", {})
