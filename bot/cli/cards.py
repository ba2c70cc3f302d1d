"""A run in a terminal: a line for each change of its check-list, then what came of it."""

import textwrap
from collections.abc import Iterator

import click

from bot.cli.codes import Exit
from bot.cli.printing import shown, tell_json, tell_problem, tell_table
from bot.cli.quoting import for_shell
from bot.domain.invocation import State, StepState
from bot.domain.notice import RunCard, StepLine
from bot.domain.result import Result


class CheckList:
    """Remembers what was printed of a run, and prints what is new."""

    def __init__(self) -> None:
        self._told: dict[str, StepLine] = {}
        self._progress = ""

    def tell(self, card: RunCard) -> None:
        """Print what has changed since the last *card*."""
        for line in self._news(card):
            click.echo(shown(line))

    def _news(self, card: RunCard) -> Iterator[str]:
        for step in card.steps:
            if step.state is not StepState.PLANNED and self._told.get(step.label) != step:
                yield f"{_mark(step.state)} {step.label}{': ' + step.note if step.note else ''}"
            self._told[step.label] = step
        if card.progress and card.progress != self._progress:
            yield f"    {card.progress}"
        self._progress = card.progress


def tell_end(card: RunCard) -> Exit:
    """Print how *card*'s run ended; return the exit code."""
    if card.result is not None:
        _tell_result(card.result)
    tell_problem(card.problem, card.fix)
    if card.undo:
        click.echo(f"To take it back: redbutton run {shown(_for_shell(card.undo))}")
    return _exit(card.state)


def tell_rows(card: RunCard) -> Exit:
    """Print the table of *card*'s result as JSON, a row each; return the exit code."""
    if card.result is not None:
        header, *rows = card.result.table or ((),)
        tell_json([dict(zip(header, row, strict=True)) for row in rows])
    tell_problem(card.problem, card.fix)
    return _exit(card.state)


def _tell_result(result: Result) -> None:
    click.echo(shown(result.text))
    for item in result.items:
        click.echo(shown(f"\n{item.title}\n{textwrap.indent(item.text, '  ')}".rstrip()))
    if result.fields:
        tell_table([(f"{name}:", value) for name, value in result.fields.items()])
    if result.table:
        tell_table(result.table)
    if result.link:
        click.echo(shown(result.link))
    if result.file:
        size = f"{len(result.file.content):,} bytes"
        click.echo(shown(f"File {result.file.name} ({size}); `--save PATH` writes it."))


def _for_shell(undo: str) -> str:
    name, _, words = undo.removeprefix("/ops ").partition(" ")
    return f"{name} {for_shell(words)}"


def _mark(state: StepState) -> str:
    match state:
        case StepState.PLANNED:
            return "[ ]"
        case StepState.RUNNING:
            return "[.]"
        case StepState.DONE:
            return "[x]"
        case StepState.FAILED:
            return "[!]"
        case StepState.BY_HAND:
            return "[?]"


def _exit(state: State) -> Exit:
    match state:
        case State.SUCCEEDED:
            return Exit.DONE
        case State.DENIED:
            return Exit.REFUSED
        case State.INVALID:
            return Exit.USAGE
        case State.FAILED | State.CANCELLED | State.UNKNOWN:
            return Exit.FAILED
        case State.WAITING:
            return Exit.WAITING
        case State.ACCEPTED | State.RUNNING:
            return Exit.FAILED
