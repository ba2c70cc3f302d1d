"""What is known before anything runs: the operations, the rules, the ports they reach."""

from dataclasses import dataclass

from bot.cli.workshop import Finding
from bot.domain.catalogue import Catalogue
from bot.domain.clock import Clock
from bot.domain.errors import Misconfigured
from bot.domain.ports import Rules
from bot.pipeline.loading import load_catalogue
from bot.pipeline.wiring import Ports
from bot.settings import Settings
from bot.slack.forms import check_form
from integrations.ports import Database
from integrations.sql.adapter import SqlDatabase
from integrations.sql.config import SqlConfig
from policies.check import check
from policies.engine import CedarRules
from policies.loading import load_rules, rule_files


@dataclass(frozen=True)
class Known:
    """Operations, rules and ports that fit each other.

    *missing*: a sentence for each port not set up.
    """

    catalogue: Catalogue
    rules: CedarRules
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
    rules = load_rules(settings.policy.paths, catalogue, replace=settings.policy.replace)
    ports = Ports()
    ports.provide(Catalogue, catalogue)
    ports.provide(Rules, rules)
    databases = []
    for name, told in settings.databases.items():
        database = SqlDatabase(SqlConfig(name=name, url=told.url, timeout=told.timeout), clock)
        ports.provide(Database, database, name)
        databases.append(database)
    return Known(catalogue, rules, ports, tuple(databases), tuple(ports.check(catalogue)))


def rule_problems(settings: Settings) -> list[Finding]:
    """Judge the rules that *settings* name against the operations; each problem names its place."""
    files = rule_files(settings.policy.paths, replace=settings.policy.replace)
    found = check(files, checked_catalogue(settings))
    return [
        Finding(
            f"{p.file}:{p.line}" if p.file else "rules", None if p.warning else False, p.message
        )
        for p in found
    ]


def checked_catalogue(settings: Settings) -> Catalogue:
    """Load every operation.

    Raises Misconfigured where one cannot be a form, or an alias means none.
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
    return catalogue
