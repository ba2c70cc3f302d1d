"""Options as one types: operations in the catalogue, values of a reference field."""

import asyncio
from typing import Any

from bot.domain.catalogue import Catalogue
from bot.domain.fields import Kind
from bot.domain.invocation import Origin
from bot.domain.operation import Operation
from bot.slack import catalogue as list_of_operations
from bot.slack.asking import origin_of
from bot.slack.catalogue import as_options, options_for
from bot.slack.desk import Desk
from bot.slack.payload import Payload
from bot.slack.state import asked_of

OFFER_WITHIN = 2.5
"""Seconds. Slack waits for three (docs.slack.dev: select menus)."""


class Offering:
    """Answers every keystroke in a type-ahead field. Who may not ask is offered nothing."""

    def __init__(self, desk: Desk, catalogue: Catalogue) -> None:
        self._desk = desk
        self._catalogue = catalogue

    async def suggested(self, payload: Payload) -> dict[str, Any]:
        """Return at most 100 options for what is typed in *payload*."""
        name, channel = asked_of(payload.at("view"))
        origin = origin_of(payload, channel)
        if origin is None:
            return {"options": []}
        try:
            async with asyncio.timeout(OFFER_WITHIN):
                return {"options": await self._options(payload, origin, name or "")}
        except TimeoutError:
            return {"options": []}

    async def _options(self, payload: Payload, origin: Origin, name: str) -> list[dict[str, Any]]:
        typed, block = payload.text("value"), payload.text("block_id")
        if payload.text("view", "callback_id") == list_of_operations.CALLBACK:
            return options_for(await self._desk.offers(origin), typed)
        operation = self._catalogue.get(name)
        if operation is None:
            return []
        if choices := _choices(operation, block):
            return as_options([c for c in choices if typed.lower() in c.label.lower()])
        return as_options(await self._desk.options(origin, name, block, typed))


def _choices(operation: Operation, block: str) -> list[Any]:
    """Return the choices of a field that has too many for a plain menu."""
    kinds = {Kind.CHOICE, Kind.CHOICES}
    return [c for f in operation.fields if f.name == block and f.kind in kinds for c in f.choices]
