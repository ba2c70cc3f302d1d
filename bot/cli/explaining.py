"""The commands that ask the running bot's rules: each runs the operation of the same name."""

import click

from bot.cli.running import run


@click.command("why", context_settings={"ignore_unknown_options": True}, no_args_is_help=True)
@click.argument("operation")
@click.argument("words", nargs=-1, type=click.UNPROCESSED, metavar="[WORDS]...")
@click.pass_context
def why(ctx: click.Context, operation: str, words: tuple[str, ...]) -> None:
    """Ask how the rules would decide if you ran an operation with these words.

    The running bot is asked, and nothing is run: it is `run policy.why`, and recorded as that.
    """
    _run(ctx, "policy.why", (operation, *words))


@click.command("who-may", context_settings={"ignore_unknown_options": True}, no_args_is_help=True)
@click.argument("operation")
@click.argument("words", nargs=-1, type=click.UNPROCESSED, metavar="[WORDS]...")
@click.pass_context
def who_may(ctx: click.Context, operation: str, words: tuple[str, ...]) -> None:
    """Ask who could run an operation, with these words or with any.

    The running bot is asked: it is `run policy.who_may`, and recorded as that.
    """
    _run(ctx, "policy.who_may", (operation, *words))


def _run(ctx: click.Context, operation: str, words: tuple[str, ...]) -> None:
    ctx.invoke(run, operation=operation, words=words, again=False, confirm=None, save=None)
