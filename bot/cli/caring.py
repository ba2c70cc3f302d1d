"""The commands that run the bot and look after it."""

import asyncio
from collections.abc import Coroutine, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeVar

import click

from bot.cli.codes import Exit
from bot.cli.printing import shown, tell_json, tell_problem, tell_table
from bot.cli.running import AS_JSON, Joined
from bot.cli.workshop import Finding, Move, Tried
from bot.domain.errors import BadRequest

T = TypeVar("T")

DEMO_PORT = 8130
"""Where the pretend workspace is looked for first."""


@click.command()
@click.pass_obj
def serve(joined: Joined) -> None:
    """Run the bot until it is told to stop."""
    _run(joined().serve())


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), default=DEMO_PORT, show_default=True)
@click.option("--reload", is_flag=True, help="Take each change to an operation or a rule at once.")
@click.option("--http", is_flag=True, help="Reach the bot by signed HTTP, not by Socket Mode.")
@click.option("--story", is_flag=True, help="Play a short story in the terminal instead, and end.")
@click.pass_obj
def demo(joined: Joined, *, port: int, reload: bool, http: bool, story: bool) -> None:
    """Open a pretend workspace in the browser: the real bot, no account anywhere.

    It prints one address, on this machine alone, and keeps nothing.
    """
    if story:
        _run(joined().story())
    else:
        _run(joined().demo(port, http=http, reload=reload))


@click.command()
@click.option("--json", "_as_json", is_flag=True, help="Print JSON, as it does anyway.")
@click.pass_obj
def manifest(joined: Joined, *, _as_json: bool) -> None:
    """Print the Slack app's manifest, which is JSON."""
    tell_json(joined().manifest())


@click.command()
@AS_JSON
@click.pass_obj
def check(joined: Joined, *, as_json: bool) -> None:
    """Check whatever can be checked without a network."""
    _report(_run(joined().checks()), as_json=as_json)


@click.command()
@click.option("--press", is_flag=True, help="Press in a sandbox instead: no vendor is touched.")
@AS_JSON
@click.pass_obj
def doctor(joined: Joined, *, press: bool, as_json: bool) -> None:
    """Check everything, asking Slack and the vendors too.

    With --press the whole button is pressed in a sandbox on this machine, with pretend vendors: it
    says which parts of a press work, and how long each took.
    """
    workshop = joined()
    _report(_run(workshop.press() if press else workshop.doctor()), as_json=as_json)


@click.command()
@click.option("--from", "source", metavar="URL", help="Move the store in this SQLite file.")
@click.option("--to", "target", metavar="URL", help="To this empty PostgreSQL database.")
@click.option("--role", metavar="NAME", help="Give this role of PostgreSQL the rights of a bot.")
@AS_JSON
@click.pass_obj
def migrate(
    joined: Joined, source: str | None, target: str | None, role: str | None, *, as_json: bool
) -> None:
    """Bring the store up to date with this version, or move it to PostgreSQL.

    A move leaves the old store as it was and compares every row. One that was cut off goes on when
    it is asked for again. Without --to it goes to the database that DATABASE_URL names.
    """
    if source is not None:
        steps = _run(joined().move(Move(source, target), _tell_progress, role=role))
    elif target is not None:
        raise BadRequest(
            "`--to` says where a store is moved to, and `--from` is missing.",
            fix="For example: `--from sqlite:///var/redbutton.db --to postgresql://…`.",
        )
    else:
        steps = _run(joined().migrate(role=role))
    if as_json:
        tell_json(list(steps))
        return
    for step in steps or ("The store is up to date.",):
        click.echo(shown(step))


def _tell_progress(said: str) -> None:
    click.echo(shown(said), err=True)


@click.group()
def policy() -> None:
    """Look at the rules."""


@policy.command("check")
@AS_JSON
@click.pass_obj
def check_policy(joined: Joined, *, as_json: bool) -> None:
    """Validate the rules against the operations, naming the line of what is wrong."""
    problems = _run(joined().policy_problems())
    well = [Finding("rules", ok=True, said="The rules fit the operations.")]
    _report(problems or ([] if as_json else well), as_json=as_json)


@policy.command("test")
@click.argument("paths", metavar="[PATH]...", nargs=-1, type=click.Path(path_type=Path))
@AS_JSON
@click.pass_obj
def test_policy(joined: Joined, paths: tuple[Path, ...], *, as_json: bool) -> None:
    """Try the tests of the rules: each PATH, a file or a folder, or all that lie beside the rules.

    A test is a file `….test.yaml` of cases: who asks for what, and what the rules have to answer.
    """
    trials = _run(joined().policy_tests(paths))
    failed = [case for case in trials.cases if not case.ok]
    if as_json:
        tell_json(asdict(trials))
    elif trials.mistakes:
        tell_problem(*(one.said for one in trials.mistakes))
    else:
        for case in failed:
            click.echo(shown("\n".join(_failure(case))))
        count = "1 case" if len(trials.cases) == 1 else f"{len(trials.cases)} cases"
        click.echo(f"{len(failed)} of {count} failed." if failed else f"{count} passed.")
    raise SystemExit(Exit.USAGE if trials.mistakes else Exit.FAILED if failed else Exit.DONE)


def _failure(case: Tried) -> Iterator[str]:
    yield f"FAILED  {case.name}"
    yield f"  {case.place}: expected {case.expected}; came {case.came}."
    who = case.rules or ("Who may",) * len(case.reasons)
    yield from (f"  {rule}: {said}" for rule, said in zip(who, case.reasons, strict=False))


def _report(findings: Sequence[Finding], *, as_json: bool) -> None:
    """Print *findings*, and end with a failure if one of them is wrong."""
    if as_json:
        tell_json([asdict(f) for f in findings])
    else:
        tell_table([(_mark(f.ok), f.name, f"{f.said} {f.fix}") for f in findings])
    raise SystemExit(Exit.FAILED if any(f.ok is False for f in findings) else Exit.DONE)


def _mark(ok: bool | None) -> str:  # noqa: FBT001  It is the finding's own three-valued answer.
    return {True: "ok", False: "WRONG", None: "-"}[ok]


def _run(work: Coroutine[Any, Any, T]) -> T:
    """Run *work* on the faster loop where there is one."""
    try:
        from uvloop import new_event_loop  # noqa: PLC0415  `--help` needs no loop.
    except ImportError:
        return asyncio.run(work)
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        return runner.run(work)
