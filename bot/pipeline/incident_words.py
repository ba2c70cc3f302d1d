"""What is typed after `/incident`: a sub-word, and the fields of the operation that it means.

Everybody says these in their own words, at night and on a phone: synonyms are taken, quotes of
every sort are tolerated, and nothing that was typed is lost. What is not clear is asked, never
guessed.
"""

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from bot.domain.catalogue import Catalogue
from bot.domain.incident import one_line
from bot.pipeline.answers import Value
from bot.pipeline.incident_fields import place

DECLARE = "incident.declare"


@dataclass(frozen=True)
class SubWord:
    """A word after `/incident`: the operation it means, with *preset* fields, and its synonyms."""

    name: str
    operation: str
    also: tuple[str, ...] = ()
    preset: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Wanted:
    """An operation is asked for. *word* is the sub-word that was typed for it."""

    word: str
    operation: str
    values: Mapping[str, Value]


@dataclass(frozen=True)
class Titled:
    """No sub-word was typed, but what may be trouble: it is asked whether to declare it so.

    *hint* says which sub-word may have been meant.
    """

    values: Mapping[str, Value]
    hint: str = ""


@dataclass(frozen=True)
class Unheard:
    """It is not clear what is meant: what was typed, and what may help."""

    message: str
    fix: str


@dataclass(frozen=True)
class Bare:
    """Nothing was typed: what is shown depends on the place."""


@dataclass(frozen=True)
class Helped:
    """It is asked what there is to say."""


Heard = Wanted | Titled | Unheard | Bare | Helped

_NEAR = 0.7
_SLIP = 0.75
"""How alike two words are, from 0 to 1: worth a suggestion; surely a slip of the finger."""

_SHOWN = 40
"""Characters of a word that can be meant for a sub-word; what is longer is no word of ours."""


def _sub(name: str, verb: str, also: str = "", preset: Mapping[str, str] | None = None) -> SubWord:
    return SubWord(name, f"incident.{verb}", tuple(also.split()), preset or {})


SUB_WORDS = (
    _sub("declare", "declare", "new start open create report"),
    _sub("status", "status", "state"),
    _sub("update", "update", "say"),
    _sub("severity", "severity", "sev"),
    _sub("lead", "role", "commander command", {"role": "commander"}),
    _sub("comms", "role", "communications", {"role": "comms"}),
    _sub("scribe", "role", "", {"role": "scribe"}),
    _sub("role", "role", "assign"),
    _sub("page", "page", "wake escalate"),
    _sub("task", "task", "todo"),
    _sub("tasks", "tasks", "todos"),
    _sub("done", "task_done", "task-done"),
    _sub("ticket", "ticket"),
    _sub("followup", "followup", "follow-up follow-ups"),
    _sub("note", "note", "log"),
    _sub("pin", "pin"),
    _sub("handoff", "handoff", "handover hand-over hand-off"),
    _sub("accept", "accept"),
    _sub("decline", "decline"),
    _sub("stakeholders", "stakeholders", "tell"),
    _sub("publish", "publish", "public statuspage status-page"),
    _sub("lock", "lock", "freeze"),
    _sub("unlock", "unlock", "unfreeze"),
    _sub("resolve", "status", "resolved", {"status": "resolved"}),
    _sub("close", "close"),
    _sub("cancel", "cancel"),
    _sub("reopen", "reopen", "re-open"),
    _sub("merge", "merge", "dup duplicate"),
    _sub("archive", "archive"),
    _sub("rename", "rename", "title"),
    _sub("snooze", "snooze"),
    _sub("list", "list", "ls"),
    _sub("show", "show", "info timeline"),
    _sub("join", "join"),
    _sub("retry", "retry"),
    _sub("skip", "skip"),
    _sub("byhand", "by_hand", "hand by-hand"),
    _sub("changes", "changes"),
    _sub("settle", "settle"),
    _sub("record", "record", "retro"),
    _sub("document", "document", "postmortem post-mortem pm"),
    _sub("export", "export"),
    _sub("metrics", "metrics"),
    _sub("drill", "drill", "test"),
)
"""Every sub-word, in the order in which it is told of."""

_BY_WORD: Mapping[str, SubWord] = MappingProxyType(
    {word: sub for sub in SUB_WORDS for word in (sub.name, *sub.also)}
)
_HELP = frozenset({"help", "h", "?"})
_AROUND = "\"'`\u2018\u2019\u201a\u201c\u201d\u201e«»:,.!-\u2013\u2014"


def hear(text: str, catalogue: Catalogue) -> Heard:
    """Say what *text*, typed after `/incident`, asks for; mentions stand in it as `<@U…>`.

    Never raises. Of an operation that *catalogue* does not hold no field is read.
    """
    text = text.strip()
    heads = text.split(None, 2)[:2]
    if not heads:
        return Bare()
    first = _bare(heads[0])
    if first in _HELP or heads[0] == "?":
        return Helped()
    both = "-".join(map(_bare, heads)) if len(heads) > 1 else ""
    sub = _BY_WORD.get(both)
    if sub is not None:
        return _wanted(sub, _after(text, 2), catalogue)
    sub = _BY_WORD.get(first)
    if sub is not None:
        return _wanted(sub, _after(text, 1), catalogue)
    return _unknown(text, heads, catalogue)


def told(catalogue: Catalogue, command: str) -> Iterator[str]:
    """Tell, a line each, every sub-word that has an operation in *catalogue*."""
    for sub in SUB_WORDS:
        operation = catalogue.get(sub.operation)
        if operation is not None:
            also = f" (or {', '.join(sub.also)})" if sub.also else ""
            preset = f" [{', '.join(sub.preset.values())}]" if sub.preset else ""
            yield f"`{command} {sub.name}`{also}: {operation.summary.rstrip('.')}{preset}"


def _wanted(sub: SubWord, rest: str, catalogue: Catalogue) -> Wanted | Unheard:
    operation = catalogue.get(sub.operation)
    if operation is None:
        return Wanted(sub.name, sub.operation, {})
    known = {f.name for f in operation.fields}
    preset = {name: value for name, value in sub.preset.items() if name in known}
    placed = place(rest, operation, preset)
    if placed.left:
        takes = ", ".join(f.name for f in operation.fields if not f.hidden) or "nothing"
        return Unheard(
            f"`/incident {sub.name}` has no place for '{placed.left}'.", f"It takes {takes}."
        )
    return Wanted(sub.name, sub.operation, placed.values)


def _unknown(text: str, heads: list[str], catalogue: Catalogue) -> Titled | Unheard:
    alone = len(heads) == 1 and len(heads[0]) <= _SHOWN
    near = _nearest(_bare(heads[0]), _NEAR if alone else _SLIP)
    suggested = " or ".join(f"`{name}`" for name in near)
    missing = f"There is no `/incident {heads[0][:_SHOWN].replace('`', chr(39))}`"
    if alone:
        fix = f"Did you mean {suggested}?" if near else "`/incident help` lists what there is."
        return Unheard(f"{missing}.", fix)
    declare = catalogue.get(DECLARE)
    values = place(text, declare, {}).values if declare else {"title": one_line(text)}
    return Titled(values, f"{missing}; did you mean {suggested}?" if near else "")


def _nearest(word: str, cutoff: float) -> tuple[str, ...]:
    """Return what *word* may have been meant for, as names; only what is nearly as near as any."""
    rated = {w: difflib.SequenceMatcher(None, word[:_SHOWN], w).ratio() for w in _BY_WORD}
    best = max(rated.values())
    near = sorted(
        (w for w in rated if rated[w] >= max(cutoff, best - 0.05)), key=lambda w: -rated[w]
    )
    return tuple(dict.fromkeys(_BY_WORD[w].name for w in near))[:3]


def _bare(word: str) -> str:
    return word.strip(_AROUND).casefold().replace("_", "-")


def _after(text: str, count: int) -> str:
    """Return *text* without its first *count* words, as it stands."""
    parts = text.split(None, count)
    return parts[count] if len(parts) > count else ""
