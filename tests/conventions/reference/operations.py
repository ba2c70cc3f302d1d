"""The page of operations: what there is to run, with what, and who may."""

from collections.abc import Iterator

from bot.domain.fields import FieldSpec, Kind
from bot.domain.operation import Operation
from tests.conventions.house import catalogue, rules_of
from tests.conventions.reference.markdown import code, table

WORDS = {
    Kind.TEXT: "words",
    Kind.LONG_TEXT: "words",
    Kind.INTEGER: "3",
    Kind.MONEY: "12.50",
    Kind.BOOLEAN: "yes",
    Kind.DATE: "2026-11-20",
    Kind.DATETIME: "2026-11-20T03:00",
    Kind.DURATION: "90m",
    Kind.EMAIL: "ada@example.com",
    Kind.USER: "U0123ABCD",
    Kind.CHANNEL: "C0123ABCD",
    Kind.REFERENCE: "ada@example.com",
    Kind.SECRET: "hunter2hunter2",
}
"""A right value of each kind; those of choices stand in the field itself."""

BY_NAME = {
    "comment": '"It is out now."',
    "domain": "shop.example",
    "message": '"We look into it, and say more at noon."',
    "name": "morning",
    "operation": "users.suspend",
    "page": "Q0ABCDEFGHIJKL",
    "reason": '"card testing"',
    "schedule": "PSCHED1",
    "service": "PCHECK1",
    "summary": '"The printer is on fire"',
    "text": "moreau",
    "when": '"weekdays at 9:00 Europe/Berlin"',
    "ticket": "OPS-12",
    "to": "Done",
}
"""A more telling value for a field of that name."""


def page() -> str:
    """Return the page."""
    return "# Operations\n\n" + "\n".join(_page())


def example(operation: Operation) -> str:
    """Return words that fill the required fields of *operation*."""
    return " ".join(f"{f.name}={_word(f)}" for f in operation.fields if f.required)


def _page() -> Iterator[str]:
    known = list(catalogue())
    yield "What comes with the bot. Each is typed as `/ops NAME …` in Slack and"
    yield "`redbutton run NAME …` in a terminal; rules of your own may allow more or less.\n"
    rows = [(f"[{o.name}](#{_anchor(o)})", o.risk.value, o.summary) for o in known]
    yield table(("operation", "risk", "what it does"), rows)
    for operation in known:
        yield from _section(operation)


def _section(operation: Operation) -> Iterator[str]:
    yield f"\n## {operation.name}\n"
    about = [operation.summary, operation.description]
    yield " ".join(p for p in about if p) + "\n"
    yield f"```\n{' '.join(p for p in (f'/ops {operation.name}', example(operation)) if p)}\n```\n"
    yield from (f"- {fact}" for fact in _facts(operation))
    if operation.fields:
        header = ("field", "kind", "required", "bounds", "what it is")
        yield "\n" + table(header, [_field(f) for f in operation.fields])


def _facts(operation: Operation) -> Iterator[str]:
    yield f"Risk: {operation.risk.value}. It is stopped after {operation.timeout:g} s."
    if operation.target:
        yield f"Acts on: {code(operation.target)}."
    if operation.undo:
        yield f"Taken back by: {code(operation.undo.operation)}."
    if operation.preview:
        yield "Shows what would change before it changes it."
    if operation.probe:
        yield "Looks by itself what came of it when an answer was lost."
    wanted = dict.fromkeys(i for r in operation.reaches for i in r.injections)
    ports = [f"{i.port.__name__} {code(i.name)}" if i.name else i.port.__name__ for i in wanted]
    yield f"Reaches: {', '.join(ports) or 'nothing'}."
    for rule in rules_of(operation):
        yield f"Rule {code(rule.id)}: {rule.doc}"


def _field(spec: FieldSpec) -> tuple[str, ...]:
    marks = ", personal" if spec.personal else ""
    return (
        code(spec.name),
        spec.kind.value + marks,
        "yes" if spec.required else "no",
        ", ".join(_bounds(spec)),
        spec.help,
    )


def _bounds(spec: FieldSpec) -> Iterator[str]:
    if spec.choices:
        yield " ".join(code(o.value) for o in spec.choices)
    if spec.rest:
        yield "the rest of the line"
    for low, high, unit in (
        (spec.minimum, spec.maximum, ""),
        (spec.min_length, spec.max_length, " characters"),
    ):
        if low is not None and high is not None:
            yield f"{low} to {high}{unit}"
        elif low is not None or high is not None:
            yield f"at least {low}{unit}" if high is None else f"at most {high}{unit}"


def _word(spec: FieldSpec) -> str:
    if spec.choices:
        return spec.choices[0].value
    return BY_NAME.get(spec.name) or WORDS[spec.kind]


def _anchor(operation: Operation) -> str:
    return operation.name.replace(".", "")
