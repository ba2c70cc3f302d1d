"""Every operation that comes with the bot is told, ruled, shown and tried."""

import pytest

from bot.domain.operation import SUMMARY_LIMIT, Operation, Risk
from bot.pipeline.answers import Words
from bot.pipeline.understanding import understand
from bot.pipeline.words import split
from bot.slack.forms import check_form, form
from tests.conventions.house import ROOT, catalogue, rules_of
from tests.conventions.reference import FOLDER
from tests.conventions.reference.operations import example
from tests.slack.monster import faults_of_view

CATALOGUE = list(catalogue())
each = pytest.mark.parametrize("operation", CATALOGUE, ids=lambda o: o.name)


def scenarios() -> str:
    """Return all tests of the whole bot."""
    files = [f.read_text("utf-8") for f in (ROOT / "tests").rglob("test_*.py")]
    worlds = (
        "from tests.world import",
        "from tests.scenarios.desks import",
        "from tests.scenarios.fires import",
    )
    return "\n".join(text for text in files if any(world in text for world in worlds))


@each
def test_its_summary_is_one_short_sentence(operation: Operation) -> None:
    assert operation.summary.endswith(".")
    assert operation.summary[0].isupper()
    assert len(operation.summary) <= SUMMARY_LIMIT


@each
def test_each_of_its_fields_says_what_it_is(operation: Operation) -> None:
    assert [f.name for f in operation.fields if not f.help.endswith(".")] == []


@each
def test_a_rule_permits_it_to_somebody(operation: Operation) -> None:
    assert [rule.id for rule in rules_of(operation) if rule.permits] != []


@each
def test_a_scenario_asks_for_it(operation: Operation) -> None:
    assert f"/ops {operation.name}" in scenarios()


@each
def test_the_reference_explains_it(operation: Operation) -> None:
    assert f"\n## {operation.name}\n" in (FOLDER / "operations.md").read_text("utf-8")


@each
def test_the_words_that_the_reference_prints_are_understood(operation: Operation) -> None:
    understood = understand(operation, Words(example(operation)), "UTC")

    assert understood.errors == ()
    assert understood.params is not None


@each
def test_its_form_obeys_slack_empty_and_filled(operation: Operation) -> None:
    said = split(example(operation), operation).values
    disrupts = operation.risk is Risk.DISRUPT

    views = [form(operation, values, confirm=disrupts, channel="C0OPS") for values in ({}, said)]

    assert check_form(operation) == []
    assert [faults_of_view(view) for view in views] == [[], []]
