"""The page of errors: the tree, what each means, and the exit code it ends a command with."""

from collections.abc import Iterator

from bot.cli.codes import Exit, exit_of
from bot.domain.errors import RedbuttonError
from tests.conventions.house import kinds_of
from tests.conventions.reference.markdown import code, line, table

ENDS = (
    ("succeeded", "the operation returned its result", "the result"),
    (
        "failed",
        "it refused, a service rejected it or was out of reach, or it broke between two writes",
        "what happened, and what to do",
    ),
    ("cancelled", "somebody pressed Cancel; it stopped before its next step", "who cancelled"),
    (
        "unknown",
        "the answer to a write was lost, or it broke or ran out of time in the middle of one",
        "that it may have happened; with a probe declared, the bot looks and says what it saw",
    ),
    (
        "denied",
        "the rules, asked again before the first side effect, no longer allow it",
        "the rule's sentence",
    ),
)
"""How a run ends: when, and what people are told."""


def page() -> str:
    """Return the page."""
    return f"""# Errors

They are sorted by what to do next. Every message is two sentences: what happened, and what to do.

{table(("error", "what it means", "exit code"), _rows(RedbuttonError, Exit.FAILED, 0))}

Indentation shows what is a sort of what: whoever handles `Refused` handles all below it. The exit
code is that of a command that the error ended. An operation raises `Refused` itself; ports raise
the errors of services.

## How a run ends

{table(("end", "when", "what people are told"), ENDS)}
"""


def _rows(
    error: type[RedbuttonError], inherited: Exit, depth: int
) -> Iterator[tuple[str, str, str]]:
    """Return a row for *error* and for each below it, as a tree."""
    # Errors of one room may need more than a message to be made; they end as their sort does.
    exits = exit_of(error("")) if error.__module__ == RedbuttonError.__module__ else inherited
    yield f"{'&emsp;' * depth}{code(error.__name__)}", line(error.__doc__), str(exits.value)
    below = [e for e in kinds_of(error) if error in e.__bases__]
    for one in sorted(below, key=lambda e: (e.__module__, e.__name__)):
        yield from _rows(one, exits, depth + 1)
