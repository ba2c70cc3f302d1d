"""The commands that look at schedules: the same operations as in Slack, under their own names."""

import asyncio

import click

from bot.cli.running import AS_JSON, Joined


@click.group()
def schedule() -> None:
    """Look at what is asked for at given times."""


@schedule.command("list")
@AS_JSON
@click.pass_obj
def list_schedules(joined: Joined, *, as_json: bool) -> None:
    """List the schedules, and when each comes next."""
    _run(joined, "schedule.list", (), as_json=as_json)


@schedule.command("run")
@click.argument("name")
@click.pass_obj
def run_schedule(joined: Joined, name: str) -> None:
    """Ask now for what the schedule NAME asks for, as the schedule would."""
    _run(joined, "schedule.run", (f"name={name}",))


def _run(joined: Joined, operation: str, words: tuple[str, ...], *, as_json: bool = False) -> None:
    from bot.cli.watching import Watch, asking  # noqa: PLC0415  It is heavy, and `--help` is not.

    asked = asking(operation, words, again=True, confirm=None)
    raise SystemExit(asyncio.run(Watch(joined().folder(), asked, as_json=as_json).go()))
