"""Something the bot can do, declared once."""

import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from bot.domain.fields import FieldSpec, fields_of
from bot.domain.params import Injection, Params, Reach

NAME = re.compile(r"^[a-z][a-z0-9]*\.[a-z][a-z0-9_]*$")
SUMMARY_LIMIT = 75
"""docs.slack.dev: an option's text holds at most 75 characters."""


class Risk(StrEnum):
    """What an operation can do.

    Look, change something, or disturb somebody or something that runs.
    """

    READ = "read"
    CHANGE = "change"
    DISRUPT = "disrupt"


@dataclass(frozen=True)
class Undo:
    """The operation that takes it back, and the fields of ours that it is told."""

    operation: str
    fields: tuple[str, ...]


@dataclass(frozen=True)
class Operation:
    """A declared operation. *timeout* bounds a whole run, in seconds.

    Of a run *aside* who asked alone is told, by direct message.
    """

    name: str
    risk: Risk
    params: type[Params]
    reach: Reach
    summary: str
    description: str
    fields: tuple[FieldSpec, ...]
    target: str | None = None
    undo: Undo | None = None
    preview: Reach | None = None
    probe: Reach | None = None
    timeout: float = 300.0
    aside: bool = False
    reaches: tuple[Reach, ...] = field(default=(), compare=False)

    @property
    def group(self) -> str:
        """Return the part of the name before the dot."""
        return self.name.partition(".")[0]

    def target_of(self, params: Params) -> str | None:
        """Return what *params* acts on, as text, if the operation names a target."""
        return None if self.target is None else str(getattr(params, self.target))


def declare(call: Callable[..., Any], name: str, risk: Risk, **rest: Any) -> Operation:
    """Read *call*'s signature and docstring into an Operation.

    Raise TypeError where the declaration is wrong.
    """
    if not NAME.match(name):
        raise TypeError(f"The operation name {name!r} is not of the form group.verb.")
    hints = get_type_hints(call, include_extras=True)
    params = next((h for h in hints.values() if _is_params(h)), None)
    if params is None:
        raise TypeError(f"{name}: the function takes no argument whose type is a Params model.")
    summary, _, description = inspect.cleandoc(call.__doc__ or "").partition("\n")
    if not summary.endswith(".") or len(summary) > SUMMARY_LIMIT:
        raise TypeError(
            f"{name}: the docstring's first line is the menu entry; "
            f"it ends in a full stop and has at most {SUMMARY_LIMIT} characters."
        )
    fields = fields_of(params)
    target, undo = rest.get("target"), rest.get("undo")
    for wanted in [*([target] if target else []), *(undo.fields if undo else ())]:
        if wanted not in params.model_fields:
            raise TypeError(f"{name}: there is no field {wanted!r} in {params.__name__}.")
    if target and not params.model_fields[target].is_required():
        raise TypeError(f"{name}: the field {target!r} is acted on, so it must be required.")
    if any(f.name == target and f.secret for f in fields):
        raise TypeError(f"{name}: the field {target!r} is a secret, which nobody could confirm.")
    reach, preview, probe = reach_of(call), rest.pop("preview", None), rest.pop("probe", None)
    previews, probes = (reach_of(c) if c else None for c in (preview, probe))
    providers = [reach_of(f.options.provider) for f in fields if f.options]
    return Operation(
        name=name,
        risk=risk,
        params=params,
        reach=reach,
        summary=summary,
        description=description.strip(),
        fields=fields,
        preview=previews,
        probe=probes,
        reaches=tuple(r for r in (reach, previews, probes, *providers) if r),
        **rest,
    )


def reach_of(call: Callable[..., Any]) -> Reach:
    """Read from *call*'s keyword-only parameters which ports it asks for."""
    hints = get_type_hints(call, include_extras=True)
    wanted = [
        (p.name, hints[p.name])
        for p in inspect.signature(call).parameters.values()
        if p.kind is inspect.Parameter.KEYWORD_ONLY
    ]
    return Reach(call, tuple(_injection(name, hint) for name, hint in wanted))


def _injection(parameter: str, hint: Any) -> Injection:
    if get_origin(hint) is Annotated:
        port, name, *_ = get_args(hint)
        return Injection(parameter, port, name)
    return Injection(parameter, hint)


def _is_params(hint: Any) -> bool:
    return isinstance(hint, type) and issubclass(hint, Params)
