"""What a reference field may hold: asked of its provider as people type, kept for a while."""

from collections import OrderedDict
from collections.abc import Sequence

from bot.domain.clock import Clock
from bot.domain.errors import BadRequest, FieldError
from bot.domain.fields import FieldSpec, Kind
from bot.domain.operation import Operation, reach_of
from bot.domain.params import Option, Params
from bot.pipeline.wiring import Ports

KEPT = 1000
SHOWN = 100
"""docs.slack.dev: a block_suggestion is answered with at most 100 options."""


class Offers:
    """The options of every reference field, through a cache that forgets by age."""

    def __init__(self, ports: Ports, clock: Clock) -> None:
        self._ports = ports
        self._clock = clock
        self._kept: OrderedDict[tuple[str, str, str], tuple[float, Sequence[Option]]] = (
            OrderedDict()
        )

    async def offer(self, operation: Operation, field: str, typed: str) -> Sequence[Option]:
        """Return at most 100 options of *field* for *typed*.

        None for a field that offers nothing.
        """
        spec = next((f for f in operation.fields if f.name == field), None)
        if spec is None:
            return []
        if spec.options is None:
            return [o for o in spec.choices if typed.casefold() in o.label.casefold()][:SHOWN]
        key, now = (operation.name, field, typed), self._clock.monotonic()
        made, options = self._kept.get(key, (float("-inf"), ()))
        if now - made > spec.options.keep:
            reach = reach_of(spec.options.provider)
            options = list(await reach.call(typed, **self._ports.fill(reach)))[:SHOWN]
            self._kept[key] = now, options
            self._kept.move_to_end(key)
            if len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return options

    async def check(self, operation: Operation, params: Params) -> None:
        """Ask again whether each reference in *params* exists.

        Raise BadRequest naming the field.
        """
        for spec in operation.fields:
            value = getattr(params, spec.name)
            if spec.kind is Kind.REFERENCE and value is not None:
                await self._check(operation, spec, str(value))

    async def _check(self, operation: Operation, spec: FieldSpec, value: str) -> None:
        if any(o.value == value for o in await self.offer(operation, spec.name, value)):
            return
        wrong = f"{spec.label}: there is no {value!r}."
        raise BadRequest(
            wrong,
            fix=f"`/ops {operation.name}` opens the form, which offers what there is.",
            errors=(FieldError(spec.name, wrong),),
        )
