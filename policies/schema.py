"""The Cedar schema, made from the operations: what rules may name, and of which type it is."""

import json
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import get_args

from cedarpy import Schema

from bot.domain.catalogue import Catalogue
from bot.domain.errors import Misconfigured
from bot.domain.fields import FieldSpec
from bot.domain.operation import Operation, Risk
from policies.lanes import APPROVE, action_of
from policies.values import LOOKS, seen

RISKS = {Risk.READ: ("read",), Risk.CHANGE: ("change", "write"), Risk.DISRUPT: ("disrupt", "write")}
"""The groups of actions that an operation is in by its risk."""

RESERVED = frozenset({APPROVE, *(name for names in RISKS.values() for name in names)})

_ENTITIES = """\
entity Usergroup, OnCall, ChannelGroup, Schedule, Operation;
entity Channel in [ChannelGroup] = { shared: Bool };
entity User in [Usergroup, OnCall] = { guest: Bool, external: Bool, bot: Bool };
action "write";
action "read";
action "change" in ["write"];
action "disrupt" in ["write"];
"""
_TARGET = "{ environment?: String, owner?: Usergroup }"
_CONTEXT = (
    "now: datetime, weekday: Long, minute: Long, surface: String, channel?: Channel,\n"
    "    freeze: Bool, incident?: String, break_glass: Bool, recent: Long, recent_target: Long"
)
_APPROVING = "requester: User, operation: String"
_BEFORE_PARAMS = "surface: String"


def groups_of(operation: Operation) -> frozenset[str]:
    """Return the names of actions that cover *operation*: its own, its risk's, its group's."""
    return frozenset({operation.name, operation.group, *RISKS[operation.risk]})


def resource_type(operation: Operation) -> str:
    """Return the Cedar type of what *operation* acts on: `Target::user` for a target `user`.

    The field's name is taken as it stands, because Cedar lets no `Target::User` stand beside
    `User`.
    """
    return f"Target::{operation.target}" if operation.target else "Operation"


def schema_text(catalogue: Catalogue, lanes: Sequence[str] = ()) -> str:
    """Write the schema of the operations in *catalogue*, with all that a question carries.

    *lanes* are those that an operation can need approval in.
    """
    return "".join((*_lines(catalogue, lanes), *_approvals(catalogue, lanes)))


def early_schema_text(catalogue: Catalogue) -> str:
    """Write the schema of questions asked before there are params: the context has the surface."""
    return "".join(_lines(catalogue, None))


# It is asked for twice at each start, and again with each changed rule; to read it takes longer
# than to read all rules.
@lru_cache(maxsize=4)
def read_schema(text: str) -> Schema:
    """Read schema *text*; raise Misconfigured where Cedar cannot."""
    try:
        return Schema.from_str(text)
    except ValueError as error:
        raise Misconfigured(
            f"The operations make no schema for the rules: {error}.",
            fix="Give the target field of that operation a name that Cedar does not reserve.",
        ) from error


def _lines(catalogue: Catalogue, lanes: Sequence[str] | None) -> Iterator[str]:
    """Write what there is in either schema; before there are params there are no *lanes*."""
    targets = sorted({o.target for o in catalogue if o.target})
    yield f"namespace Target {{ {' '.join(f'entity {t} = {_TARGET};' for t in targets)} }}\n"
    yield _ENTITIES
    for group in sorted({o.group for o in catalogue}):
        if group in RESERVED:
            raise Misconfigured(
                f"The group of operations {group!r} has the name of a group that the rules need.",
                fix=f"Rename it; {', '.join(sorted(RESERVED))} say what an operation can do.",
            )
        yield f"action {json.dumps(group)};\n"
    for operation in catalogue:
        context = _BEFORE_PARAMS if lanes is None else _context(operation, lanes)
        yield _action(operation, context)


def _action(operation: Operation, context: str) -> str:
    groups = ", ".join(json.dumps(g) for g in sorted(groups_of(operation) - {operation.name}))
    return (
        f"action {json.dumps(operation.name)} in [{groups}] appliesTo {{\n"
        f"  principal: [User, Schedule], resource: {resource_type(operation)},\n"
        f"  context: {{ {context} }} }};\n"
    )


def _approvals(catalogue: Catalogue, lanes: Sequence[str]) -> Iterator[str]:
    """Write the actions of approving, for which one more *lane* is one more action."""
    yield f"action {json.dumps(APPROVE)};\n"
    resources = ", ".join(sorted({resource_type(o) for o in catalogue}))
    for lane in lanes:
        yield (
            f"action {json.dumps(action_of(lane))} in [{json.dumps(APPROVE)}] appliesTo {{\n"
            f"  principal: User, resource: [{resources}],\n"
            f"  context: {{ {_shared(lanes)}, {_APPROVING} }} }};\n"
        )


def _context(operation: Operation, lanes: Sequence[str]) -> str:
    params = ", ".join(_attribute(operation, field) for field in seen(operation.fields))
    return f"{_shared(lanes)}, params: {{ {params} }}"


def _shared(lanes: Sequence[str]) -> str:
    """Write what is in every context, so that a rule about all actions may ask for it."""
    counts = ", ".join(f"{lane}: Long" for lane in lanes)
    return f"{_CONTEXT},\n    approvals: {{ {counts} }}"


def _attribute(operation: Operation, field: FieldSpec) -> str:
    name = json.dumps(field.name, ensure_ascii=False)
    annotation = operation.params.model_fields[field.name].annotation
    absent = type(None) in get_args(annotation) or (not field.required and field.default is None)
    return f"{name}{'?' if absent else ''}: {LOOKS[field.kind].type}"
