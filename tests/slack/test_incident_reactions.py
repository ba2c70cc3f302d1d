"""A reaction in an incident's room asks for its message to be kept, once."""

from datetime import UTC, datetime
from typing import Any

import pytest
from typing_extensions import override

from bot.domain.incident import Incident, Severity
from bot.domain.invocation import Origin
from bot.domain.operation import Operation
from bot.pipeline.answers import Form, Refusal
from bot.slack.payload import Payload
from bot.slack.reactions import Reactions
from tests.slack.desk import CATALOGUE, Quiet, WrittenDown

ROOM = "C0ROOM"
TS = "1750000000.000100"


class Pinning(WrittenDown):
    """Lets everybody pin but guests."""

    @override
    async def opens(self, origin: Origin, name: str) -> Operation | Refusal:
        known = CATALOGUE.get("users.suspend")
        assert known is not None
        return Refusal(message="No guests.") if origin.user == "U0GUEST" else known


class OneRoom(Quiet):
    """Knows of one incident, in its room."""

    @override
    async def incident_here(self, origin: Origin) -> Incident | None:
        one = Incident(
            id="1",
            number=12,
            team="T0",
            invocation="i",
            name="brave-otter",
            title="Checkout fails",
            severity=Severity.SEV2,
            declared_by="U0ADA",
            declared_by_name="Ada",
            at=datetime(2026, 11, 20, tzinfo=UTC),
        )
        return one if origin.channel == ROOM else None


async def after(*events: dict[str, Any]) -> Pinning:
    """Return the desk after *events*, one upon the other."""
    desk = Pinning()
    for event in events:
        reactions = Reactions(desk, OneRoom())
        whole = {"type": "reaction_added", "user": "U0ADA", "reaction": "pushpin", **event}
        body = {"team_id": "T0", "authorizations": [{"user_id": "U0BOT"}], "event": whole}
        await reactions.noticed(Payload(body))
        await reactions.close()
    return desk


def on(channel: str, ts: str = TS) -> dict[str, Any]:
    return {"item": {"type": "message", "channel": channel, "ts": ts}}


async def test_a_pin_in_a_room_asks_to_keep_that_message() -> None:
    desk = await after(on(ROOM))

    [asking] = desk.asked
    assert asking.operation == "incident.pin"
    assert asking.origin.user == "U0ADA"
    assert asking.said == Form({"message": TS, "incident": "INC-12"})


async def test_whoever_pins_it_again_asks_for_the_same() -> None:
    desk = await after(on(ROOM), on(ROOM), {**on(ROOM), "user": "U0SAM"})

    assert len({asking.key for asking in desk.asked}) == 1


async def test_who_may_not_pin_takes_nobody_elses_turn() -> None:
    desk = await after({**on(ROOM), "user": "U0GUEST"}, on(ROOM))

    assert len({asking.key for asking in desk.asked}) == 2


@pytest.mark.parametrize(
    "event",
    [
        on("C0ELSEWHERE"),
        {**on(ROOM), "reaction": "eyes"},
        {**on(ROOM), "user": "U0BOT"},
        {**on(ROOM), "type": "reaction_removed"},
        {"item": {"type": "file", "channel": ROOM, "ts": TS}},
        {"item": {"type": "message", "channel": ROOM}},
        {"item": None},
        {**on(ROOM), "user": None},
    ],
)
async def test_any_other_reaction_means_nothing(event: dict[str, Any]) -> None:
    desk = await after(event)

    assert desk.asked == []
