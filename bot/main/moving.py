"""What `redbutton migrate` does: tables brought up to date, rights granted, a store moved."""

import asyncio
from functools import partial
from pathlib import Path

from pydantic import SecretStr
from sqlalchemy import Connection

from audit.append import append
from audit.sealing import Sealer
from bot.cli.workshop import Move, Tell
from bot.domain.clock import Clock
from bot.domain.errors import BadRequest, Misconfigured
from bot.domain.record import Stage
from bot.engine.lock import FileLock
from bot.main.kept import kept, key_of, pending_of
from bot.pipeline.protocols import Entry
from bot.pipeline.recording import own_event
from bot.settings import Settings
from bot.store.database import Store
from bot.store.grants import granted
from bot.store.moving import move, old_store

KINDS = ("sqlite:///", "postgresql://", "postgresql+psycopg://", "postgres://")
EXAMPLE = "`redbutton migrate --from sqlite:///var/redbutton.db --to postgresql://…`"


async def migrated(settings: Settings, clock: Clock, role: str | None) -> list[str]:
    """Bring the store up to date and give *role* its rights; say what was done."""
    if role is not None and isinstance(settings.store, Path):
        raise BadRequest(
            f"There are no roles in the file {str(settings.store)!r}.",
            fix="Leave `--role` out: whoever may write an SQLite file may do everything.",
        )
    waiting = pending_of(settings)
    async with kept(settings, clock) as store:
        await _engine_ready(settings.store)
        if waiting:
            told = own_event(Stage.CONFIG_CHANGED, clock, migrated=list(waiting))
            await store.book.write(None, Entry(events=(told,)))
        said = [f"The tables were brought to version {version}." for version in waiting]
        return said + await _granted(store.store, store.sealer, role)


async def moved(
    settings: Settings, clock: Clock, wanted: Move, tell: Tell, role: str | None
) -> list[str]:
    """Carry a store over as *wanted*, and give *role* its rights there; say what was done."""
    old, file = _old(settings, wanted.source)
    target = _new(settings, wanted.target)
    lock = _alone_with(file)
    try:
        key = key_of(old)
        with old_store(file, key) as source:
            new = await Store.open(target, clock=clock, key=key)
            try:
                sealer = Sealer(key)
                said = await move(source, new, sealer, tell)
                await _engine_ready(target)
                said += await _granted(new, sealer, role)
            finally:
                await new.close()
    finally:
        lock.release()
    return said + _next_steps(old, file)


def _old(settings: Settings, url: str) -> tuple[Settings, Path]:
    """Return the settings of a bot on the file that *url* names, and the file."""
    old = _at(settings, url, "--from")
    if not isinstance(old.store, Path):
        raise BadRequest(
            "A store is moved from an SQLite file only, and `--from` names a PostgreSQL database.",
            fix=f"For example: {EXAMPLE}. Between PostgreSQL servers `pg_dump` moves it.",
        )
    if not old.store.exists():
        raise BadRequest(
            f"There is no store at {str(old.store)!r}, which `--from` names.",
            fix=f"Name its file, from this folder: {EXAMPLE}.",
        )
    return old, old.store


def _new(settings: Settings, url: str | None) -> str:
    """Return the database that *url*, or the settings, name."""
    store = settings.store if url is None else _at(settings, url, "--to").store
    if isinstance(store, Path):
        named = "`DATABASE_URL`, as `--to` is left out," if url is None else "`--to`"
        raise BadRequest(
            f"A store is moved to PostgreSQL only, and {named} names the file {str(store)!r}.",
            fix=f"For example: {EXAMPLE}. A backup makes a second file.",
        )
    return store


def _at(settings: Settings, url: str, option: str) -> Settings:
    if not url.startswith(KINDS):
        # It may hold a password, so it is not shown.
        raise BadRequest(
            f"What `{option}` names begins neither with `sqlite:///` nor with `postgresql://`.",
            fix=f"For example: {EXAMPLE}.",
        )
    return settings.model_copy(update={"database_url": SecretStr(url)})


def _alone_with(file: Path) -> FileLock:
    lock = FileLock(file.parent)
    try:
        lock.acquire()
    except Misconfigured as taken:
        raise Misconfigured(taken.message, fix="Stop it first; then move its store.") from None
    return lock


async def _engine_ready(store: Path | str) -> None:
    """Make the engine's tables where the bot itself may not be allowed to."""
    if isinstance(store, str):
        from bot.engine.postgres import migrate  # noqa: PLC0415  It imports the engine: 1 s.

        await asyncio.to_thread(migrate, store)


async def _granted(store: Store, sealer: Sealer, role: str | None) -> list[str]:
    if role is None:
        return []

    def grant(connection: Connection, name: str) -> None:
        granted(connection, name)
        told = own_event(Stage.CONFIG_CHANGED, store.clock, granted=name)
        append(connection, told, sealer)

    await store.write(partial(grant, name=role))
    return [f"The role {role!r} may do what the bot needs, and no more."]


def _next_steps(old: Settings, file: Path) -> list[str]:
    key = [f"Set `REDBUTTON_KEY` to what {str(file.with_name('redbutton.key'))!r} holds."]
    return [
        "Set `DATABASE_URL` to the new store.",
        *([] if old.key else key),
        f"Start no bot on {str(file)!r} again: it would run a second time what waits in it.",
    ]
