"""Builds what a command asks for; what is slow to import is imported by who needs it."""
# ruff: noqa: PLC0415  See above.

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace as with_
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from bot.cli.workshop import Finding, Move, Reader, Rehearsal, Row, Search, Tell, Trials
from bot.domain.clock import SystemClock

if TYPE_CHECKING:
    from bot.settings import Settings


class House:
    """Implements `bot.cli.workshop.Workshop` by the settings of this machine."""

    def folder(self) -> Path:
        """See `Workshop.folder`.

        Who only asks a bot beside them need not know its database: the folder will do.
        """
        settings = self._settings()
        told = settings.model_fields_set
        alone = "var" in told and "database_url" not in told
        return settings.var if alone else settings.folder

    async def serve(self) -> None:
        """See `Workshop.serve`."""
        settings = self._settings()  # Told before the long import, a wrong one is told at once.
        from bot.main.serving import serve_bot

        await serve_bot(settings)

    async def demo(self, port: int, *, http: bool, reload: bool) -> None:
        """See `Workshop.demo`."""
        from bot.main.demo import show

        await show(port, http=http, reload=reload)

    async def story(self) -> None:
        """See `Workshop.story`."""
        from bot.main.demo_story import play

        await play()

    async def migrate(self, *, role: str | None = None) -> Sequence[str]:
        """See `Workshop.migrate`."""
        from bot.main.moving import migrated

        return await migrated(self._settings(), SystemClock(), role)

    async def move(self, move: Move, tell: Tell, *, role: str | None = None) -> Sequence[str]:
        """See `Workshop.move`."""
        from bot.main.moving import moved

        return await moved(self._settings(), SystemClock(), move, tell, role)

    async def checks(self) -> Sequence[Finding]:
        """See `Workshop.checks`."""
        from bot.main.looking import at_home

        return await at_home(self._settings(), SystemClock())

    async def doctor(self) -> Sequence[Finding]:
        """See `Workshop.doctor`."""
        from bot.main.looking import at_home
        from bot.main.visiting import at_slack
        from bot.main.visiting_vendors import at_vendors

        settings, clock = self._settings(), SystemClock()
        here = await at_home(settings, clock, asking=True)
        return [*here, *await at_slack(settings, clock), *await at_vendors(settings, clock)]

    def manifest(self) -> Row:
        """See `Workshop.manifest`."""
        from bot.main.known import checked_catalogue
        from bot.slack.manifest import manifest

        settings = self._settings()
        return manifest(
            checked_catalogue(settings),
            aliases=settings.aliases,
            request_url=settings.slack.url,
            socket_mode=settings.app_token is not None,
        )

    async def policy_problems(self) -> Sequence[Finding]:
        """See `Workshop.policy_problems`."""
        from bot.main.known import rule_problems

        return rule_problems(self._settings())

    async def policy_tests(self, paths: Sequence[Path]) -> Trials:
        """See `Workshop.policy_tests`."""
        from bot.main.known import rule_tests

        return rule_tests(self._settings(), paths)

    def rehearsal(self, paths: Sequence[Path], most: int, *, replace: bool) -> Rehearsal:
        """See `Workshop.rehearsal`."""
        from bot.main import replaying

        settings = self._settings()
        left_out = replace or settings.policy.replace
        return replaying.Rehearsal(settings, paths, most, replace=left_out)

    def records(self) -> "ClosedRecords":
        """See `Workshop.records`."""
        return ClosedRecords(self._settings())

    def _settings(self) -> "Settings":
        from bot.settings import Settings

        return Settings.load()


class ClosedRecords:
    """The record that no bot beside us has open; implements `bot.cli.workshop.Records`."""

    def __init__(self, settings: "Settings") -> None:
        self._settings = settings

    async def search(self, reader: Reader, search: Search) -> Sequence[Row]:
        """See `Records.search`."""
        from bot.main.records import opened

        async with opened(self._settings) as records:
            return await records.search(self._known(reader), search)

    async def trail(self, reader: Reader, invocation: str) -> Sequence[Row]:
        """See `Records.trail`."""
        from bot.main.records import opened

        async with opened(self._settings) as records:
            return await records.trail(self._known(reader), invocation)

    async def verify(self, reader: Reader) -> Mapping[str, object]:
        """See `Records.verify`."""
        from bot.main.records import opened

        async with opened(self._settings) as records:
            return await records.verify(self._known(reader))

    async def decided(self, reader: Reader, since: datetime) -> AsyncIterator[Row]:
        """See `Records.decided`."""
        from bot.main.records import opened

        async with opened(self._settings) as records:
            async for row in records.decided(self._known(reader), since):
                yield row

    def _known(self, reader: Reader) -> Reader:
        """Take for the owner who has the address and the key of a database: nothing is hidden."""
        return reader if isinstance(self._settings.store, Path) else with_(reader, owner=True)
