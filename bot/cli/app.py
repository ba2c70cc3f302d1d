"""The command line as a whole, and its reference in Markdown."""

import io
import sys
from collections.abc import Iterator
from typing import Any

import click
from typing_extensions import override

from bot.cli.auditing import audit
from bot.cli.caring import check, demo, doctor, manifest, migrate, policy, serve
from bot.cli.explaining import who_may, why
from bot.cli.printing import complain
from bot.cli.replaying import replay
from bot.cli.running import Joined, incident, operations, run
from bot.cli.scheduling import schedule
from bot.cli.tokens import token
from bot.domain.errors import RedbuttonError


class _Root(click.Group):
    """Tells our errors in two sentences and ends with their exit code."""

    @override
    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except RedbuttonError as error:
            ctx.exit(complain(error))

    @override
    def list_commands(self, ctx: click.Context) -> list[str]:
        """Keep the order below: what is done most comes first."""
        return list(self.commands)


@click.group(cls=_Root)
def redbutton() -> None:
    """Operational actions from Slack and the command line: permitted, run once, on the record.

    Exit codes: 0 done, 1 failed, 2 bad usage or a wrong setting, 3 refused, 4 waiting for approval,
    130 stopped watching.
    """


for _command in (replay, why, who_may):
    policy.add_command(_command)
for _command in (
    run,
    incident,
    operations,
    audit,
    serve,
    demo,
    check,
    doctor,
    migrate,
    manifest,
    token,
    policy,
    schedule,
):
    redbutton.add_command(_command)


def command_line(joined: Joined) -> None:
    """Do what the process's arguments say, with what *joined* builds on demand; then exit."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A terminal that lacks a letter must not end a command that has begun.
            stream.reconfigure(errors="replace")
    redbutton(obj=joined, prog_name="redbutton")


def reference() -> str:
    """Return the reference page of every command, in Markdown."""
    root = click.Context(redbutton, info_name="redbutton")
    return "# The command line\n\n" + "\n".join(_pages(redbutton, root))


def _pages(command: click.Command, ctx: click.Context) -> Iterator[str]:
    usage = " ".join(command.collect_usage_pieces(ctx))
    yield f"## `{ctx.command_path}`\n"
    yield f"{_prose(command.help or '')}\n"
    yield f"```\n{ctx.command_path} {usage}\n```\n"
    yield from _options(command, ctx)
    if isinstance(command, click.Group):
        for name in command.list_commands(ctx):
            inner = command.get_command(ctx, name)
            if inner is not None:
                yield from _pages(inner, click.Context(inner, info_name=name, parent=ctx))


def _prose(text: str) -> str:
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in text.split("\n\n"))


def _options(command: click.Command, ctx: click.Context) -> Iterator[str]:
    options = [p for p in command.params if isinstance(p, click.Option)]
    records = [p.get_help_record(ctx) for p in options]
    told = [record for record in records if record is not None]
    if told:
        yield "| option | what it does |\n|---|---|"
        yield from (f"| `{names}` | {text} |" for names, text in told)
        yield ""
