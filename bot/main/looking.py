"""What can be looked at without Slack: `redbutton check`, the first half of `redbutton doctor`."""

import shutil
import socket
import sqlite3
import sys
from collections.abc import Callable, Iterator, Sequence
from importlib.metadata import version
from pathlib import Path

from bot.cli.workshop import Finding
from bot.domain.catalogue import Catalogue
from bot.domain.clock import Clock
from bot.domain.errors import Misconfigured, RedbuttonError
from bot.main.foundation import check_doors, needed
from bot.main.kept import kept, key_of, pending_of
from bot.main.known import known, rule_problems
from bot.settings import Settings
from bot.store.clock import SharedClock
from bot.store.replicas import Replica, Seen, differences, living, shapes

SQLITE_SAFE = (3, 51, 3)
"""sqlite.org: before this version, two writing connections can damage a write-ahead log."""

LEAST_SPACE = 500_000_000
"""Bytes free below which a full disk is near: nothing runs that cannot be recorded."""

NO_STORE = Finding("store", ok=None, said="There is no store yet; `redbutton serve` makes it.")


async def at_home(settings: Settings, clock: Clock, *, asking: bool = False) -> list[Finding]:
    """Look at this machine, the files, the operations and the rules.

    A store across the network is looked at only when *asking*.
    """
    found = [*_machine(settings), _judged("settings", lambda: _secrets(settings))]
    found.append(_judged("key", lambda: _key(settings)))
    if isinstance(settings.store, Path):
        missing = not settings.store.exists()
        found.append(NO_STORE if missing else await _file(settings, clock))
    elif asking:
        found.extend(await _database(settings, clock))
    else:
        said = "The store is a PostgreSQL database; `redbutton doctor` asks it."
        found.append(Finding("store", ok=None, said=said))
    found.extend(await _operations(settings, clock))
    return found


def _machine(settings: Settings) -> Iterator[Finding]:
    yield Finding("python", ok=True, said=f"Python is {sys.version.split()[0]}.")
    if isinstance(settings.store, Path):
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
    needed(settings.bot_token, "SLACK_BOT_TOKEN")
    check_doors(settings)
    return "The settings are complete."


def _key(settings: Settings) -> str:
    key_of(settings)
    return "The key is there."


async def _file(settings: Settings, clock: Clock) -> Finding:
    try:
        if (lacking := _lacking(settings)) is not None:
            return lacking
        async with kept(settings, clock):
            return Finding("store", ok=True, said="It opens, with this key, and is up to date.")
    except Misconfigured as taken:
        if "already owns" in taken.message:
            return Finding("store", ok=True, said="A running bot holds it.")
        return Finding("store", ok=False, said=taken.message, fix=taken.fix)


def _lacking(settings: Settings) -> Finding | None:
    """Say which version of the tables is missing; None where none is."""
    waiting = pending_of(settings)
    if not waiting:
        return None
    lacks = f"Its tables lack {waiting[-1]!r}."
    return Finding("store", ok=False, said=lacks, fix="Run `redbutton migrate`.")


async def _database(settings: Settings, machine: Clock) -> list[Finding]:
    """Ask the database: its tables, its clock, and the bots that share it."""
    clock = SharedClock(machine)
    try:
        if (lacking := _lacking(settings)) is not None:
            return [lacking]
        async with kept(settings, clock) as store:
            bots = await living(store.store)
    except Misconfigured as wrong:
        return [Finding("store", ok=False, said=wrong.message, fix=wrong.fix)]
    said = clock.said or "This machine's clock and the database's agree."
    return [
        Finding("store", ok=True, said="It opens, with this key, and is up to date."),
        Finding("database clock", ok=None if clock.said else True, said=said),
        *_bots(bots, known(settings, clock).catalogue),
    ]


def _bots(bots: Sequence[Seen], catalogue: Catalogue) -> Iterator[Finding]:
    """Tell which bots run on the store, and which of them know other operations than this code."""
    me = Replica("", "", socket.gethostname(), version("redbutton"), shapes(catalogue))
    hosts = ", ".join(f"{bot.replica.host} ({bot.replica.slot})" for bot in bots)
    yield Finding("bots", ok=None if not bots else True, said=f"Running: {hosts or 'none'}.")
    for said in sorted({differences(me, bot.replica) for bot in bots} - {""}):
        yield Finding("bots", ok=None, said=said)


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
