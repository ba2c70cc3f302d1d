"""The commands that read the record: `audit list`, `audit show`, `audit verify`."""

import asyncio
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import click
from typing_extensions import override

from bot.cli.codes import Exit
from bot.cli.printing import shown, tell_json, tell_table
from bot.cli.running import AS_JSON, Joined
from bot.cli.workshop import MOST_ROWS, Row, Search
from bot.domain.ids import short


class _Time(click.ParamType[datetime]):
    name = "time"

    @override
    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        try:
            at = datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is no time; write it like 2026-11-20 or 2026-11-20T03:00+01:00.")
        return at if at.tzinfo else at.replace(tzinfo=UTC)


@click.group()
def audit() -> None:
    """Read the record; each reading is recorded.

    The running bot is asked; where none is running, its files are read.
    """


@audit.command("list")
@click.option("--actor", metavar="ID", help="Only what this Slack id asked for.")
@click.option("--operation", metavar="NAME", help="Only this operation.")
@click.option("--stage", metavar="STAGE", help="Only this stage: intent, denied, outcome, …")
@click.option("--target", metavar="NAME", help="Only what acted on this.")
@click.option("--since", type=_Time(), help="Not before this time; UTC unless it has a zone.")
@click.option("--until", type=_Time(), help="Before this time; UTC unless it has a zone.")
@click.option("--limit", type=click.IntRange(1, MOST_ROWS), default=50, show_default=True)
@AS_JSON
@click.pass_obj
def list_(joined: Joined, /, *, as_json: bool, **wanted: Any) -> None:
    """List the newest events, oldest first."""
    from bot.cli.reading import search  # noqa: PLC0415  It is heavy, and `--help` is not.

    found = asyncio.run(search(joined(), Search(**wanted)))
    if as_json:
        tell_json(found)
        return
    header = ("TIME (UTC)", "STAGE", "ACTOR", "ID", "OPERATION AND TARGET")
    tell_table([header, *(_line(row) for row in found)])


@audit.command()
@click.argument("invocation")
@AS_JSON
@click.pass_obj
def show(joined: Joined, invocation: str, *, as_json: bool) -> None:
    """Tell all that is recorded of one invocation, by its id."""
    from bot.cli.reading import trail  # noqa: PLC0415  It is heavy, and `--help` is not.

    found = asyncio.run(trail(joined(), invocation))
    if as_json:
        tell_json(found)
        return
    for row in found:
        time, stage, actor, _, what = _line(row)
        click.echo(shown(f"{time}  {stage}  {actor}  {what}".rstrip()))
        tell_table([("   ", part, said) for part, said in _parts(row)])


@audit.command()
@AS_JSON
@click.pass_obj
def verify(joined: Joined, *, as_json: bool) -> None:
    """Compare every event with its hash."""
    from bot.cli import reading  # noqa: PLC0415  It is heavy, and `--help` is not.

    report: Mapping[str, Any] = asyncio.run(reading.verify(joined()))
    bad = report["bad"]
    if as_json:
        tell_json(report)
    elif bad:
        listed = [(one["n"], one["id"], one["what"]) for one in bad]
        tell_table([("N", "ID", "WHAT IS WRONG"), *listed])
    else:
        click.echo(f"{report['count']} events; each is as it was written.")
    raise SystemExit(Exit.FAILED if bad else Exit.DONE)


def _line(row: Row) -> tuple[str, str, str, str, str]:
    text = {key: str(row.get(key) or "") for key in row}
    time = text["at"][:19].replace("T", " ")
    what = f"{text['operation']} {text['target']}".strip()
    return time, text["stage"], text["actor"], short(text["invocation"]), what


def _parts(row: Row) -> Iterator[tuple[str, str]]:
    """Say in words what a row's body adds, save the facts that only a replay of rules needs."""
    body = row["body"]
    for part in ("params", "decision", "detail"):
        held = body.get(part) if isinstance(body, Mapping) else None
        if isinstance(held, Mapping):
            said = ", ".join(f"{k}={_said(v)}" for k, v in held.items() if k != "request")
            yield part, said


def _said(value: object) -> str:
    if isinstance(value, Mapping) and value.keys() & {"sealed", "hmac", "erased"}:
        return f"[{'secret' if 'hmac' in value else 'personal'}]"
    if isinstance(value, list):
        return " ".join(str(v) for v in value) or "-"
    return str(value)
