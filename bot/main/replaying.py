"""Asks new rules about what is on the record, and tells for whom they would change what."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.cli.workshop import Change, Example, Replayed, Row
from bot.domain.decision import Effect
from bot.main.known import checked_catalogue
from bot.settings import Settings
from policies.loading import load_rules
from policies.replay import Answer, Replay, Unasked

_Key = tuple[str, str, str, str]


@dataclass
class _Group:
    """Decisions that would change alike."""

    count: int = 0
    people: set[str] = field(default_factory=set)
    examples: list[Example] = field(default_factory=list)


class Rehearsal:
    """Implements `bot.cli.workshop.Rehearsal`; the rules are those in *paths*.

    *most* are the examples that are kept of each change. Raises Misconfigured naming file, line
    and cure.
    """

    def __init__(
        self, settings: Settings, paths: Sequence[Path], most: int, *, replace: bool
    ) -> None:
        catalogue = checked_catalogue(settings)
        self._replay = Replay(load_rules(paths, catalogue, replace=replace), catalogue)
        self._most = most
        self._asked = 0
        self._unasked: dict[Unasked, int] = {}
        self._groups: dict[_Key, _Group] = {}

    def take(self, row: Row) -> None:
        """See `Rehearsal.take`."""
        told: Any = row["decision"]
        operation, request = str(row["operation"]), told.get("request")
        after = self._replay.ask(operation, request) if request else Unasked.UNFIT
        if isinstance(after, Unasked):
            self._unasked[after] = self._unasked.get(after, 0) + 1
            return
        self._asked += 1
        before = Answer(Effect(told["effect"]), tuple(told.get("rules", ())), told.get("needs", {}))
        if _differ(before, after):
            self._add(operation, before, after, row, str(request["principal"]["id"]))

    def told(self) -> Replayed:
        """See `Rehearsal.told`."""
        return Replayed(
            asked=self._asked,
            unasked={why.value: count for why, count in self._unasked.items()},
            changes=tuple(
                Change(*key, group.count, len(group.people), tuple(group.examples))
                for key, group in sorted(self._groups.items())
            ),
        )

    def _add(self, operation: str, before: Answer, after: Answer, row: Row, who: str) -> None:
        key = (_KINDS[after.effect], operation, _in_words(before), _in_words(after))
        group = self._groups.setdefault(key, _Group())
        group.count += 1
        group.people.add(who)
        if len(group.examples) < self._most:
            group.examples.append(Example(who, str(row["at"]), str(row["invocation"])))


_KINDS: Mapping[Effect, str] = {
    Effect.ALLOW: "gains",
    Effect.DENY: "loses",
    Effect.NEEDS_APPROVAL: "needs approval",
}


def _differ(before: Answer, after: Answer) -> bool:
    """Say whether it matters to who asks: which rule says so does not."""
    return before.effect is not after.effect or before.needs != after.needs


def _in_words(answer: Answer) -> str:
    by = ", ".join(answer.rules) or "no rule"
    needs = ", ".join(f"{count} of {lane}" for lane, count in sorted(answer.needs.items()))
    effect = answer.effect.value.replace("_", " ")
    return f"{effect} by {by}" + (f" with {needs}" if needs else "")
