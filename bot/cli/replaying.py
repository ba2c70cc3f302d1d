"""`redbutton policy replay`: what new rules would have said to all that was asked."""

import asyncio
import re
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click
from typing_extensions import override

from bot.cli.codes import Exit
from bot.cli.printing import shown, tell_json
from bot.cli.running import AS_JSON, Joined
from bot.cli.workshop import Change, Rehearsal, Replayed, Workshop
from bot.domain.clock import SystemClock
from bot.domain.ids import short

_SPAN = re.compile(r"([1-9][0-9]{0,4})([mhdw])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


class _Since(click.ParamType[datetime]):
    name = "since"

    @override
    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        try:
            if span := _SPAN.fullmatch(value):
                return SystemClock().now() - timedelta(**{_UNITS[span[2]]: int(span[1])})
            at = datetime.fromisoformat(value)
        except (ValueError, OverflowError):
            self.fail(f"{value!r} is no time; write it like 30d, 12h or 2026-11-20.")
        return at if at.tzinfo else at.replace(tzinfo=UTC)


@click.command()
@click.argument(
    "new",
    metavar="NEW...",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, path_type=Path),
)
@click.option("--since", type=_Since(), default="30d", show_default=True, help="How far back.")
@click.option("--replace", is_flag=True, help="Leave out the rules that come with the bot.")
@click.option(
    "--examples",
    type=click.IntRange(0, 1000),
    default=3,
    show_default=True,
    help="How many are told of each change.",
)
@AS_JSON
@click.pass_obj
def replay(
    joined: Joined,
    new: tuple[Path, ...],
    *,
    since: datetime,
    replace: bool,
    examples: int,
    as_json: bool,
) -> None:
    """Ask other rules about everything that was asked: who would gain, who would lose.

    NEW are files or folders of rules. They stand in place of `policy.paths`, beside the rules that
    come with the bot unless those are left out, here or by the settings. Nothing is run or changed.
    Exit code 0: nothing would have been decided otherwise. 1: something would.
    """
    workshop = joined()
    rehearsal = workshop.rehearsal(new, examples, replace=replace)
    told = asyncio.run(_replayed(workshop, rehearsal, since))
    if as_json:
        tell_json({"since": since.isoformat(), **asdict(told)})
    else:
        for line in _lines(told, since):
            click.echo(shown(line))
    raise SystemExit(Exit.FAILED if told.changes else Exit.DONE)


async def _replayed(workshop: Workshop, rehearsal: Rehearsal, since: datetime) -> Replayed:
    from bot.cli.reading import decided  # noqa: PLC0415  It is heavy, and `--help` is not.

    async for row in decided(workshop, since):
        rehearsal.take(row)
    return rehearsal.told()


def _lines(told: Replayed, since: datetime) -> Iterator[str]:
    changed = sum(change.count for change in told.changes)
    otherwise = f"{changed:,} otherwise" if changed else "all as before"
    day = since.astimezone(UTC).date()
    yield f"Asked about {told.asked:,} invocations since {day}: {otherwise}."
    yield from (f"Not asked: {count:,} {why}." for why, count in told.unasked.items())
    for change in told.changes:
        yield from _change(change)


def _change(change: Change) -> Iterator[str]:
    people = "1 person" if change.people == 1 else f"{change.people:,} people"
    yield ""
    yield f"{change.kind.upper()}  {change.operation}  {change.count:,} of {people}"
    yield f"  before: {change.before}"
    yield f"  after:  {change.after}"
    for one in change.examples:
        at = one.at[:19].replace("T", " ")
        yield f"  {at}  {one.who}  {short(one.invocation)}"
