"""What is so while a case of a test is asked, as somebody writes it."""

from bot.domain.decision import Situation, TargetFacts
from policies.lines import Entry, Slip, Wrong, entries, flag, text

_FLAGS = ("freeze", "break_glass")
_COUNTS = ("recent", "recent_target")
_DIGITS = 9
_WORDS = ("incident", "environment", "owner")


def situation(entry: Entry | None) -> Situation:
    """Read what stands under `while`; raise Wrong. Left out, nothing is so."""
    if entry is None:
        return Situation()
    parts = entries(entry.node, "`while`", (*_FLAGS, *_COUNTS, *_WORDS, "approvals"))
    freeze, break_glass = (n in parts and flag(parts[n].node, f"`{n}`") for n in _FLAGS)
    recent, recent_target = (count(parts[n], n) if n in parts else 0 for n in _COUNTS)
    words = (text(parts[n].node, f"`{n}`") if n in parts else None for n in _WORDS)
    incident, environment, owner = words
    approvals = (
        entries(parts["approvals"].node, "`approvals`", None) if "approvals" in parts else {}
    )
    return Situation(
        approvals={lane: count(one, lane) for lane, one in approvals.items()},
        recent=recent,
        recent_target=recent_target,
        freeze=freeze,
        incident=incident,
        break_glass=break_glass,
        target=TargetFacts(environment, owner),
    )


def count(entry: Entry, name: str) -> int:
    """Read what stands under *name* as a count; raise Wrong."""
    typed = text(entry.node, f"`{name}`")
    if not (typed.isascii() and typed.isdigit() and len(typed) <= _DIGITS):
        raise Wrong(Slip(entry.line, f"`{name}` is {typed!r}. Write how often, like `5`."))
    return int(typed)
