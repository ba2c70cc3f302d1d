"""The page of errors: the tree, what each means, and the exit code it ends a command with."""

from collections.abc import Iterator

from bot.cli.codes import exit_of
from bot.domain.errors import RedbuttonError
from tests.conventions.house import kinds_of
from tests.conventions.reference.markdown import code, line, table


def page() -> str:
    """Return the page."""
    return f"""# Errors

They are sorted by what to do next. Every message is two sentences: what happened, and what to do.

{table(("error", "what it means", "exit code"), _rows(RedbuttonError, 0))}

Indentation shows what is a sort of what: whoever handles `Refused` handles all below it. An
operation raises `Refused` itself; the errors of services are raised by ports.

## How a run ends

| end | when | what people are told |
| --- | --- | --- |
| succeeded | the operation returned its result | the result |
| failed | it refused, a service rejected it or was out of reach, or it broke between two steps | what happened, and what to do |
| cancelled | somebody pressed Cancel; it stops before its next step | who cancelled |
| unknown | the answer to a write was lost, or it broke or ran out of time in the middle of a write | that it may have happened; where the operation declares a probe, the bot looks by itself |
| denied | the rules, asked again before the first side effect, no longer allow it | the rule's sentence |
"""


def _rows(error: type[RedbuttonError], depth: int) -> Iterator[tuple[str, str, str]]:
    """Return a row for *error* and for each below it, as a tree."""
    indent = "&emsp;" * depth
    exit_code = exit_of(error("", fix="")) if depth and _is_plain(error) else None
    shown = str(int(exit_code)) if exit_code is not None else ""
    yield f"{indent}{code(error.__name__)}", line(error.__doc__), shown
    below = [e for e in kinds_of(error) if e is not error and error in e.__bases__]
    for one in sorted(below, key=lambda e: (e.__module__, e.__name__)):
        yield from _rows(one, depth + 1)


def _is_plain(error: type[RedbuttonError]) -> bool:
    """Say whether *error* is told by a message and a cure, and so can be made here."""
    return error.__module__ == RedbuttonError.__module__
