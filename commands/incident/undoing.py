"""Changes that are in force: how each is named, undone or accepted."""

import json
import shlex
from collections.abc import Sequence

from bot.authoring import Change, Incident, Press, Prompt, Refused, Settled

SHOWN = 8
"""Changes that have buttons in one message."""

READ_OUT = 8
"""The last characters of an invocation, which people read out; more of it are taken, too."""

_LONGEST = 1900
"""Characters of a button's params. docs.slack.dev: the value of a button holds 2000."""


def numbered(incident: Incident) -> Sequence[tuple[int, Change]]:
    """Return the changes of *incident*, each with the number that people call it by."""
    return list(enumerate(incident.changes, start=1))


def change_of(incident: Incident, which: str) -> tuple[int, Change]:
    """Return the change *which*, by its number or its invocation; raise Refused."""
    wanted = which.strip().lstrip("#").casefold()
    for number, change in numbered(incident):
        read_out = len(wanted) >= READ_OUT and change.invocation.endswith(wanted)
        if wanted == str(number) or read_out:
            return number, change
    raise Refused(
        f"{incident.short} has no change {which!r}.", fix="`/ops incident.changes` lists them."
    )


def with_change(incident: Incident, change: Change) -> Incident:
    """Return *incident* with *change* in place of that of its invocation."""
    changes = (change if c.invocation == change.invocation else c for c in incident.changes)
    return incident.with_(changes=tuple(changes))


def line_of(number: int, change: Change) -> str:
    """Return the line that tells of *change*."""
    undo = f" Undo: `{change.undo}`." if change.undo else ""
    return f"{number}. {change.told}, by {change.by_name}.{undo}"


def held_back(incident: Incident, what: str) -> Prompt:
    """Say that *what* waits for the changes in force, with buttons to settle each."""
    in_force = [(n, c) for n, c in numbered(incident) if c.settled is None]
    presses = [p for n, c in in_force[:SHOWN] for p in presses_for(incident, n, c)]
    return Prompt(
        title=f"{what} waits: {count(len(in_force))} in force",
        message="Undo each, or accept that it stays.",
        lines=tuple(line_of(n, c) for n, c in in_force),
        presses=tuple(presses),
    )


def count(changes: int) -> str:
    """Return so many *changes* in words."""
    return "1 change is" if changes == 1 else f"{changes} changes are"


def presses_for(incident: Incident, number: int, change: Change) -> tuple[Press, ...]:
    """Return the buttons that undo *change* or accept it."""
    which = {"change": str(number), "incident": incident.short}
    accept = {**which, "outcome": Settled.ACCEPTED.value}
    accepted = Press(label=f"Accept {number}", operation="incident.settle", params=accept)
    undo = undo_press(number, change)
    return (undo, accepted) if undo is not None else (accepted,)


def undo_press(number: int, change: Change) -> Press | None:
    """Return the button that undoes *change*; None where its words are not for a button."""
    try:
        name, *words = shlex.split(change.undo.removeprefix("/ops "))
    except ValueError:
        return None
    pairs = [word.partition("=") for word in words]
    params = {key: value for key, equals, value in pairs if equals and key.isidentifier()}
    if len(params) < len(pairs) or len(json.dumps(params, ensure_ascii=False)) > _LONGEST:
        return None
    return Press(label=f"Undo {number}", operation=name, params=params, style="primary")
