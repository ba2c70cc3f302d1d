"""Exit codes, and which end of an asking has which."""

from enum import IntEnum

from bot.domain.errors import BadRequest, Misconfigured, RedbuttonError, Refused


class Exit(IntEnum):
    """What a command's exit code tells."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    REFUSED = 3
    WAITING = 4
    """Waiting for approval."""

    INTERRUPTED = 130
    """Ctrl-C, by the custom of shells: a run that was watched goes on."""


def exit_of(error: RedbuttonError) -> Exit:
    """Return the exit code of a command that *error* ended."""
    match error:
        case BadRequest() | Misconfigured():
            return Exit.USAGE
        case Refused():
            return Exit.REFUSED
        case _:
            return Exit.FAILED
