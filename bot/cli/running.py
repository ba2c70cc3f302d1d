"""The commands that a running bot answers: `run` and `operations`."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.cli.codes import Exit
from bot.cli.printing import tell_problem
from bot.cli.workshop import Workshop
from bot.domain.errors import BadRequest

if TYPE_CHECKING:
    from bot.cli.watching import Watch

AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
Joined = Callable[[], Workshop]


@click.command(context_settings={"ignore_unknown_options": True}, no_args_is_help=True)
@click.argument("operation")
@click.argument("words", nargs=-1, type=click.UNPROCESSED, metavar="[KEY=VALUE]...")
@click.option("--again", is_flag=True, help="Run it although you asked for just this a moment ago.")
@click.option("--confirm", metavar="NAME", help="What is acted on, typed once more; to disrupt.")
@click.option("--break-glass", "glass", metavar="REASON", help="Run it now; all will know.")
@click.option("--save", type=click.Path(path_type=Path), help="Write the result's file there.")
@click.pass_obj
def run(  # noqa: PLR0913  Each is an option of the command.
    joined: Joined,
    operation: str,
    words: tuple[str, ...],
    *,
    again: bool,
    confirm: str | None,
    glass: str | None,
    save: Path | None,
) -> None:
    """Run an operation through the running bot, and watch it.

    Words fill the operation's fields in their order, or by name: reason="card testing".
    `redbutton operations` lists what you may run. Ctrl-C stops watching; the run goes on.
    """
    from bot.cli.watching import Watch, asking  # noqa: PLC0415  It is heavy, and `--help` is not.

    if save is not None and save.exists():
        raise BadRequest(f"{str(save)!r} exists.", fix="Name a file that does not: `--save PATH`.")
    if save is not None and not save.parent.is_dir():
        why = f"There is no folder {str(save.parent)!r} to save into."
        raise BadRequest(why, fix="Make it, or name another: `--save PATH`.")
    asked = asking(operation, words, again=again, confirm=confirm, glass=glass)
    watch = Watch(joined().folder(), asked)
    code = _watched(watch)
    if save is not None and watch.result and watch.result.result and watch.result.result.file:
        save.write_bytes(watch.result.result.file.content)
    raise SystemExit(code)


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("words", nargs=-1, type=click.UNPROCESSED, metavar="[WORD]...")
@click.option("--again", is_flag=True, help="Do it although you asked for just this a moment ago.")
@click.option("--confirm", metavar="NAME", help="What is acted on, typed once more; to disrupt.")
@click.pass_obj
def incident(joined: Joined, words: tuple[str, ...], *, again: bool, confirm: str | None) -> None:
    """Declare or run an incident, in the words of `/incident`.

    For example: redbutton incident declare "Checkout fails" sev=2. Alone it lists what can be said.
    """
    from bot.cli.watching import Watch, speaking  # noqa: PLC0415  It is heavy, and `--help` is not.

    watch = Watch(joined().folder(), speaking(words, again=again, confirm=confirm))
    raise SystemExit(_watched(watch))


def _watched(watch: "Watch") -> int:
    """Watch until it has ended, or the person has seen enough."""
    try:
        return asyncio.run(watch.go())
    except KeyboardInterrupt:
        if watch.invocation is None:
            raise
        tell_problem("\nStopped watching; the run goes on.", watch.how_to_look())
        return Exit.INTERRUPTED


@click.command()
@AS_JSON
@click.pass_obj
def operations(joined: Joined, *, as_json: bool) -> None:
    """List the operations that you may run."""
    from bot.cli.watching import tell_operations  # noqa: PLC0415  It is heavy, and `--help` is not.

    asyncio.run(tell_operations(joined().folder(), as_json=as_json))
