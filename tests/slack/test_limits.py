"""Our limits are those that others read in Slack's documents."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slackblocks import _limits as theirs

from bot.slack import limits

THEIR_NAMES = {
    "HEADER": "HEADER_TEXT_MAX_LENGTH",
    "SECTION_TEXT": "SECTION_TEXT_MAX_LENGTH",
    "SECTION_FIELDS": "SECTION_FIELDS_MAX_ITEMS",
    "SECTION_FIELD": "SECTION_FIELDS_ITEM_MAX_LENGTH",
    "CONTEXT_ELEMENTS": "CONTEXT_ELEMENTS_MAX_ITEMS",
    "BUTTON_TEXT": "BUTTON_TEXT_MAX_LENGTH",
    "BUTTON_VALUE": "BUTTON_VALUE_MAX_LENGTH",
    "BUTTON_URL": "BUTTON_URL_MAX_LENGTH",
    "CONFIRM_TITLE": "CONFIRMATION_TITLE_MAX_LENGTH",
    "CONFIRM_TEXT": "CONFIRMATION_TEXT_MAX_LENGTH",
    "CONFIRM_BUTTON": "CONFIRMATION_CONFIRM_MAX_LENGTH",
    "OPTION_TEXT": "OPTION_TEXT_MAX_LENGTH",
    "OPTION_VALUE": "OPTION_VALUE_MAX_LENGTH",
    "SELECT_OPTIONS": "SELECT_OPTIONS_MAX_ITEMS",
    "CHECKBOXES": "CHECKBOXES_OPTIONS_MAX_ITEMS",
    "PLACEHOLDER": "SELECT_PLACEHOLDER_MAX_LENGTH",
    "LABEL": "INPUT_LABEL_MAX_LENGTH",
    "HINT": "INPUT_HINT_MAX_LENGTH",
    "TYPED": "PLAIN_TEXT_INPUT_MAX_LENGTH_MAX",
    "BLOCK_ID": "BLOCK_ID_MAX_LENGTH",
    "TABLE_ROWS": "TABLE_ROWS_MAX_ITEMS",
    "TABLE_COLUMNS": "TABLE_COLUMNS_MAX_ITEMS",
    "MESSAGE_BLOCKS": "MESSAGE_BLOCKS_MAX_ITEMS",
    "VIEW_BLOCKS": "VIEW_BLOCKS_MAX_ITEMS",
    "VIEW_TITLE": "VIEW_TITLE_MAX_LENGTH",
    "VIEW_BUTTON": "VIEW_SUBMIT_MAX_LENGTH",
    "METADATA": "VIEW_PRIVATE_METADATA_MAX_LENGTH",
}
NOT_THEIRS = {"VIEW_BYTES", "MESSAGE_CHARACTERS", "MESSAGE_TEXT"}


@pytest.mark.parametrize(("ours", "their"), THEIR_NAMES.items())
def test_a_limit_is_the_one_that_slackblocks_read(ours: str, their: str) -> None:
    assert getattr(limits, ours) == getattr(theirs, their)


def test_every_limit_of_ours_is_compared() -> None:
    ours = {name for name, value in vars(limits).items() if isinstance(value, int)}

    assert ours == THEIR_NAMES.keys() | NOT_THEIRS


@given(st.text(), st.integers(1, 50))
def test_clipped_words_fit_and_show_that_they_were_clipped(words: str, limit: int) -> None:
    clipped = limits.clip(words, limit)

    assert len(clipped) <= limit
    assert clipped == words or clipped.endswith("…")
