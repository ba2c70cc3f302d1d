"""What is known before anything runs: the operations, the rules, the ports they reach."""

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.cli.workshop import Finding, Trials, Tried
from bot.domain.catalogue import Catalogue
from bot.domain.clock import Clock
from bot.domain.errors import BadRequest, Misconfigured
from bot.domain.ports import (
    Approvals,
    Explainer,
    Freezes,
    Health,
    Incidents,
    Records,
    Reviews,
    Rules,
)
from bot.domain.schedule import Schedules
from bot.main.declared import check_schedules
from bot.pipeline.loading import load_catalogue
from bot.pipeline.values import build
from bot.pipeline.wiring import Ports
from bot.settings import Settings
from bot.slack.forms import check_form
from integrations.ports import Chat, Database, Pager, StatusPage, Tracker
from integrations.sql.adapter import SqlDatabase
from integrations.sql.config import SqlConfig
from policies.check import check
from policies.engine import CedarRules
from policies.loading import cases_at, cases_beside, load_rules, rule_files, shipped_cases
from policies.reading import Problem, RuleFile
from policies.standing import StandingRules
from policies.testing import CaseFile, Reader, Verdict, judge

JOINED = frozenset(
    {
        *(Approvals, Explainer, Freezes, Health, Incidents, Records, Reviews, Schedules),
        *(Chat, Pager, StatusPage, Tracker),
    }
)
"""The ports that are provided where the rooms are joined: they need people, or the store."""


@dataclass(frozen=True)
class Known:
    """Operations, rules and ports that fit each other.

    *missing*: a sentence for each port not set up.
    """

    catalogue: Catalogue
    rules: StandingRules
    ports: Ports
    databases: tuple[SqlDatabase, ...]
    missing: tuple[str, ...]

    async def close(self) -> None:
        """Let go of the databases."""
        for database in self.databases:
            await database.close()


def known(settings: Settings, clock: Clock) -> Known:
    """Load what *settings* name. Raises Misconfigured naming what does not fit."""
    catalogue = checked_catalogue(settings)
    policy = settings.policy
    rules = StandingRules(load_rules(policy.paths, catalogue, replace=policy.replace))
    ports = Ports()
    ports.provide(Catalogue, catalogue)
    ports.provide(Rules, rules)
    databases = []
    for name, told in settings.databases.items():
        database = SqlDatabase(SqlConfig(name=name, url=told.url, timeout=told.timeout), clock)
        ports.provide(Database, database, name)
        databases.append(database)
    return Known(catalogue, rules, ports, tuple(databases), tuple(ports.check(catalogue, JOINED)))


def rule_problems(settings: Settings) -> list[Finding]:
    """Judge the rules that *settings* name against the operations; each problem names its place."""
    files = rule_files(settings.policy.paths, replace=settings.policy.replace)
    found = check(files, checked_catalogue(settings), rosters=settings.roster or None)
    return [
        Finding(
            f"{p.file}:{p.line}" if p.file else "rules", None if p.warning else False, p.message
        )
        for p in found
    ]


def rule_tests(settings: Settings, paths: Sequence[Path]) -> Trials:
    """Try the cases in *paths*, or else all that lie beside the rules that *settings* name.

    Those that come with the bot are about its own rules alone: yours may well say otherwise.
    """
    policy, catalogue = settings.policy, checked_catalogue(settings)
    suites: list[tuple[list[RuleFile], list[CaseFile]]] = []
    if not paths and not policy.replace:
        suites.append((rule_files([]), shipped_cases()))
    if paths or policy.paths:
        cases = cases_at(paths) if paths else cases_beside(policy.paths)
        suites.append((rule_files(policy.paths, replace=policy.replace), cases))
    if not any(cases for _, cases in suites):
        raise BadRequest(
            "There are no tests of the rules.", fix="Put a file `….test.yaml` beside yours."
        )
    zone = ZoneInfo(policy.zone)
    return _sorted([one for suite in suites for one in _tried(*suite, catalogue, zone)])


def _tried(
    rules: Sequence[RuleFile], files: Sequence[CaseFile], catalogue: Catalogue, zone: ZoneInfo
) -> Iterator[Verdict | Problem]:
    in_force = CedarRules.load(rules, catalogue)
    reader = Reader(
        catalogue, in_force.ids, partial(build, zone=zone.key), in_force.lane_names, zone
    )
    for read in (one for file in files for one in reader.read(file)):
        yield read if isinstance(read, Problem) else judge(read, in_force)


def _sorted(found: Sequence[Verdict | Problem]) -> Trials:
    return Trials(
        mistakes=tuple(
            Finding(f"{p.file}:{p.line}", ok=False, said=str(p))
            for p in found
            if isinstance(p, Problem)
        ),
        cases=tuple(
            Tried(
                name=v.case.name,
                place=f"{v.case.file}:{v.case.line}",
                ok=v.passed,
                expected=v.case.wish,
                came=v.came,
                rules=v.decision.rules,
                reasons=v.decision.reasons,
            )
            for v in found
            if isinstance(v, Verdict)
        ),
    )


def checked_catalogue(settings: Settings) -> Catalogue:
    """Load every operation.

    Raises Misconfigured where one cannot be a form, or an alias or a kind of target means none.
    """
    try:
        catalogue = load_catalogue()
    except TypeError as wrong:
        raise Misconfigured(str(wrong), fix="Mend the declaration it names.") from wrong
    for operation in catalogue:
        for said in check_form(operation):
            raise Misconfigured(said, fix="Give the operation fewer or shorter fields.")
    for command, name in settings.aliases.items():
        if catalogue.get(name) is None:
            near = ", ".join(catalogue.nearest(name)) or "`redbutton operations` lists them"
            raise Misconfigured(
                f"The alias {command!r} means {name!r}, which is no operation.",
                fix=f"Name one that exists: {near}.",
            )
    _check_targets(settings, catalogue)
    check_schedules(settings, catalogue)
    return catalogue


def _check_targets(settings: Settings, catalogue: Catalogue) -> None:
    """Raise Misconfigured where the settings tell of targets that no operation has."""
    kinds = sorted({o.target for o in catalogue if o.target})
    for kind in settings.targets:
        if kind not in kinds:
            near = difflib.get_close_matches(kind, kinds, n=3) or kinds
            raise Misconfigured(
                f"The settings tell of `targets.{kind}`, but no operation acts on a {kind!r}.",
                fix=f"Name the field that holds the target: {', '.join(near) or 'there is none'}.",
            )
