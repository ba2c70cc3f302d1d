"""Small checks that combine into the strict shape of Block Kit."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

Check = Callable[[Any, str], Iterator[str]]
"""Yields what is wrong with a value that stands at a JSON pointer."""

Rule = Callable[[dict[str, Any]], str | None]
"""Says what is wrong between the properties of one object."""


def problem(says: str, at: str) -> str:
    """Word a fault as Slack does in `response_metadata.messages`."""
    return f"[ERROR] {says} [json-pointer:{at or '/'}]"


def string(maximum: int, minimum: int = 1, pattern: str = "") -> Check:
    """Want a string of *minimum* to *maximum* characters, matching *pattern* whole."""

    def check(value: Any, at: str) -> Iterator[str]:
        if not isinstance(value, str):
            yield problem("must provide a string", at)
        elif len(value) < minimum:
            yield problem(f"must be more than {minimum - 1} characters", at)
        elif len(value) > maximum:
            yield problem(f"must be less than {maximum + 1} characters", at)
        elif pattern and not re.fullmatch(pattern, value):
            yield problem(f"invalid format, want {pattern}", at)

    return check


def boolean(value: Any, at: str) -> Iterator[str]:
    """Want true or false."""
    if not isinstance(value, bool):
        yield problem("must provide a boolean", at)


def integer(low: int, high: int) -> Check:
    """Want a whole number from *low* to *high*."""

    def check(value: Any, at: str) -> Iterator[str]:
        if not isinstance(value, int) or isinstance(value, bool):
            yield problem("must provide an integer", at)
        elif not low <= value <= high:
            yield problem(f"must be from {low} to {high}", at)

    return check


def choice(*allowed: str) -> Check:
    """Want one of *allowed*."""

    def check(value: Any, at: str) -> Iterator[str]:
        if value not in allowed:
            yield problem(f"must be one of {', '.join(allowed)}", at)

    return check


def each(item: Check, low: int, high: int) -> Check:
    """Want a list of *low* to *high* things that pass *item*."""

    def check(value: Any, at: str) -> Iterator[str]:
        if not isinstance(value, list):
            yield problem("must provide an array", at)
            return
        if len(value) < low:
            yield problem(f"no fewer than {low} items allowed", at)
        if len(value) > high:
            yield problem(f"no more than {high} items allowed", at)
        for place, one in enumerate(value):
            yield from item(one, f"{at}/{place}")

    return check


def shape(required: Mapping[str, Check], optional: Mapping[str, Check], *rules: Rule) -> Check:
    """Want an object with all of *required*, perhaps *optional*, nothing else, and the *rules*."""
    known = {**required, **optional}

    def check(value: Any, at: str) -> Iterator[str]:
        if not isinstance(value, dict):
            yield problem("must provide an object", at)
            return
        for name in required.keys() - value.keys():
            yield problem(f"missing required field: {name}", at)
        for name in value.keys() - known.keys() - {"type"}:
            yield problem(f"invalid additional property: {name}", at)
        for name in value.keys() & known.keys():
            yield from known[name](value[name], f"{at}/{name}")
        broken = (rule(value) for rule in rules)
        yield from (problem(says, at) for says in broken if says is not None)

    return check


def by_type(table: Mapping[str, Check]) -> Check:
    """Want an object whose `type` is in *table* and that passes the check found there."""

    def check(value: Any, at: str) -> Iterator[str]:
        kind = value.get("type") if isinstance(value, dict) else None
        if not isinstance(kind, str) or kind not in table:
            yield problem(f"unsupported type: {kind}", at)
            return
        yield from table[kind](value, at)

    return check


def plain(maximum: int) -> Check:
    """Want a `plain_text` object of up to *maximum* characters."""
    return by_type({"plain_text": shape({"text": string(maximum)}, {"emoji": boolean})})


def text(maximum: int) -> Check:
    """Want a `plain_text` or `mrkdwn` object of up to *maximum* characters."""
    words = {"text": string(maximum)}
    return by_type(
        {
            "plain_text": shape(words, {"emoji": boolean}),
            "mrkdwn": shape(words, {"verbatim": boolean}),
        }
    )


def one_of(*names: str) -> Rule:
    """Want exactly one of the properties *names*."""

    def rule(value: dict[str, Any]) -> str | None:
        if sum(name in value for name in names) == 1:
            return None
        return f"must provide exactly one of {', '.join(names)}"

    return rule


def ordered(low: str, high: str) -> Rule:
    """Want the number at *low* not to be above the one at *high*, where both are given."""

    def rule(value: dict[str, Any]) -> str | None:
        try:
            wrong = float(value[low]) > float(value[high])
        except (KeyError, TypeError, ValueError):
            return None
        return f"{low} must not be above {high}" if wrong else None

    return rule
