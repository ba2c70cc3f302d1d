"""What the documents name exists: pages, commands, variables, metrics."""

import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import click
import pytest

from bot.cli.app import redbutton
from bot.pipeline.values import build
from bot.settings import CONFIG_VARIABLE, Settings
from policies.check import check
from policies.engine import CedarRules
from policies.loading import rule_files
from policies.reading import Problem, RuleFile
from policies.testing import Case, CaseFile, Reader, judge
from tests.conventions.house import ROOT, catalogue, named
from tests.conventions.reference.metrics import ours

PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
each = pytest.mark.parametrize("page", PAGES, ids=named)

LINK = re.compile(r"\]\((?!https?:)([^)#\s]+)(?:#[^)]*)?\)")
COMMAND = re.compile(r"(?:`|^|bin/)redbutton ([a-z]+)(?: ([a-z][a-z-]*))?", re.MULTILINE)
VARIABLE = re.compile(r"\b(?:SLACK|REDBUTTON|DATABASE)_[A-Z_]+\b")
METRIC = re.compile(r"\bredbutton_[a-z_]+")


def commands() -> Iterator[str]:
    """Return the commands of the command line, inner ones with their group."""
    for name, command in redbutton.commands.items():
        yield name
        if isinstance(command, click.Group):
            yield from (f"{name} {inner}" for inner in command.commands)


@each
def test_every_link_leads_somewhere(page: Path) -> None:
    links = LINK.findall(page.read_text("utf-8"))

    assert [link for link in links if not (page.parent / link).exists()] == []


@each
def test_every_command_exists(page: Path) -> None:
    known = set(commands())
    groups = {name.split()[0] for name in known if " " in name}

    typed = COMMAND.findall(page.read_text("utf-8"))

    told = {f"{name} {inner}" if name in groups and inner else name for name, inner in typed}
    assert told - known == set()


@each
def test_every_variable_is_a_setting(page: Path) -> None:
    known = {str(f.validation_alias) for f in Settings.model_fields.values()}

    told = set(VARIABLE.findall(page.read_text("utf-8")))

    assert told - known - {CONFIG_VARIABLE} == set()


@each
def test_every_metric_is_counted(page: Path) -> None:
    known = {m.name for m in ours()}

    told = {name.removesuffix("_total") for name in METRIC.findall(page.read_text("utf-8"))}

    assert told - known == set()


def test_the_rules_that_the_how_to_prints_fit_the_operations() -> None:
    page = (ROOT / "docs" / "how-to" / "write-rules.md").read_text("utf-8")
    blocks = re.findall(r"```cedar\n(.*?)```", page, re.DOTALL)

    problems = check([RuleFile("how-to", "\n".join(blocks)), *rule_files([])], catalogue())

    assert blocks != []
    assert [str(p) for p in problems if "is taken by" not in p.message] == []


def test_the_settings_that_the_how_to_prints_are_taken(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "how-to" / "install.md").read_text("utf-8")
    [block] = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    file = tmp_path / "redbutton.toml"
    file.write_text(block)

    settings = Settings.load({CONFIG_VARIABLE: str(file)})

    assert settings.cli.users == {"alice": "U0123ABCD"}
    assert list(settings.databases) == ["backoffice"]


def test_the_settings_that_the_how_to_of_rules_prints_are_taken(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "how-to" / "write-rules.md").read_text("utf-8")
    [block] = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    file = tmp_path / "redbutton.toml"
    file.write_text(block)

    settings = Settings.load({CONFIG_VARIABLE: str(file)})

    assert settings.policy.zone == "Europe/Berlin"
    assert [*settings.roster, *settings.targets] == ["platform", "user"]


def test_the_tests_that_the_how_to_prints_pass_by_the_rules_that_it_prints() -> None:
    page = (ROOT / "docs" / "how-to" / "write-rules.md").read_text("utf-8")
    ruled, tested = (
        re.findall(rf"```{name}\n(.*?)```", page, re.DOTALL) for name in ("cedar", "yaml")
    )
    in_force = CedarRules.load([RuleFile("how-to", "\n".join(ruled))], catalogue())

    reader = Reader(catalogue(), in_force.ids, partial(build, zone="UTC"), in_force.lane_names)
    read = list(reader.read(CaseFile("how-to", "\n".join(tested).encode())))

    assert read != []
    assert [str(one) for one in read if isinstance(one, Problem)] == []
    verdicts = [judge(one, in_force) for one in read if isinstance(one, Case)]
    assert [(v.case.name, v.came) for v in verdicts if not v.passed] == []
