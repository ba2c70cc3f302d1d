"""What can be looked at without a network: `redbutton check`."""

import shutil
import sqlite3
import sys
from collections.abc import Callable, Iterator

from bot.cli.workshop import Finding
from bot.domain.clock import Clock
from bot.domain.errors import Misconfigured, RedbuttonError
from bot.main.kept import kept, key_of, pending_of
from bot.main.known import known, rule_problems
from bot.settings import Settings

SQLITE_SAFE = (3, 51, 3)
"""sqlite.org: before this version, two writing connections can damage a write-ahead log."""

LEAST_SPACE = 500_000_000
"""Bytes free below which a full disk is near: nothing runs that cannot be recorded."""


async def at_home(settings: Settings, clock: Clock) -> list[Finding]:
    """Look at this machine, the files, the operations and the rules."""
    found = [*_machine(settings), _judged("settings", lambda: _secrets(settings))]
    found.append(_judged("key", lambda: _key(settings)))
    found.append(await _store(settings, clock))
    found.extend(await _operations(settings, clock))
    return found


def _machine(settings: Settings) -> Iterator[Finding]:
    yield Finding("python", ok=True, said=f"Python is {sys.version.split()[0]}.")
    said = f"SQLite is {sqlite3.sqlite_version}"
    if sqlite3.sqlite_version_info < SQLITE_SAFE:
        said += "; one connection alone writes, so its fault before 3.51.3 cannot strike"
    yield Finding("sqlite", ok=True, said=f"{said}.")
    settings.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    free = shutil.disk_usage(settings.folder).free
    yield Finding(
        "disk",
        ok=free > LEAST_SPACE,
        said=f"{free // 1_000_000} MB are free beside the store.",
        fix="" if free > LEAST_SPACE else "Make room: what cannot be recorded is not run.",
    )


def _judged(name: str, look: Callable[[], str]) -> Finding:
    try:
        return Finding(name, ok=True, said=look())
    except RedbuttonError as wrong:
        return Finding(name, ok=False, said=wrong.message, fix=wrong.fix)


def _secrets(settings: Settings) -> str:
    for value, name in (
        (settings.bot_token, "SLACK_BOT_TOKEN"),
        (settings.signing_secret, "SLACK_SIGNING_SECRET"),
    ):
        if value is None:
            raise Misconfigured(f"`{name}` is not set.", fix=f"`export {name}=…`")
    return "The settings are complete."


def _key(settings: Settings) -> str:
    key_of(settings)
    return "The key is there."


async def _store(settings: Settings, clock: Clock) -> Finding:
    if not settings.store.exists():
        return Finding("store", ok=None, said="There is no store yet; `redbutton serve` makes it.")
    try:
        waiting = pending_of(settings)
        if waiting:
            lacks = f"Its tables lack {waiting[-1]!r}."
            return Finding("store", ok=False, said=lacks, fix="Run `redbutton migrate`.")
        async with kept(settings, clock):
            return Finding("store", ok=True, said="It opens, with this key, and is up to date.")
    except Misconfigured as taken:
        if "already owns" in taken.message:
            return Finding("store", ok=True, said="A running bot holds it.")
        return Finding("store", ok=False, said=taken.message, fix=taken.fix)


async def _operations(settings: Settings, clock: Clock) -> list[Finding]:
    try:
        problems = rule_problems(settings)
        knows = known(settings, clock) if not any(p.ok is False for p in problems) else None
    except RedbuttonError as wrong:
        return [Finding("operations", ok=False, said=wrong.message, fix=wrong.fix)]
    if knows is None:
        return problems
    found = [
        Finding("operations", ok=True, said=f"{len(knows.catalogue)} operations fit their forms."),
        Finding("rules", ok=True, said=f"The rules fit them ({knows.rules.digest[:12]})."),
        *problems,
        *(Finding("ports", ok=None, said=said) for said in knows.missing),
    ]
    await knows.close()
    return found
