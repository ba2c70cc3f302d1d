"""Operations are handed what their signatures ask for."""

from typing import Annotated

import pytest

from bot.authoring import Context, operation
from bot.domain.catalogue import Catalogue
from bot.domain.errors import NotConfigured
from bot.domain.operation import Operation, Risk, reach_of
from bot.domain.params import Params
from bot.domain.result import Result
from bot.pipeline.wiring import Ports


class Lamp:
    pass


class Bell:
    pass


async def asks(*, lamp: Lamp, red: Annotated[Bell, "red"], blue: Annotated[Bell, "blue"]) -> None:
    raise NotImplementedError((lamp, red, blue))


async def previews(params: "Ring", *, red: Annotated[Bell, "red"]) -> list[tuple[str, ...]]:
    raise NotImplementedError((params, red))


class Ring(Params):
    pass


@operation("bell.ring", risk=Risk.CHANGE, preview=previews)
async def ring(params: Ring, ctx: Context, *, lamp: Lamp, red: Annotated[Bell, "red"]) -> Result:
    """Ring the bell."""
    raise NotImplementedError((params, ctx, lamp, red))


@operation("bell.look", risk=Risk.READ)
async def look(params: Ring, ctx: Context, *, red: Annotated[Bell, "red"]) -> Result:
    """Look at the bell."""
    raise NotImplementedError((params, ctx, red))


BELLS: list[Operation] = [ring, look]


def test_ports_are_filled_by_type_and_by_name() -> None:
    ports, lamp, red, blue = Ports(), Lamp(), Bell(), Bell()
    ports.provide(Bell, red, "red")
    ports.provide(Bell, blue, "blue")
    ports.provide(Lamp, lamp)

    assert ports.fill(reach_of(asks)) == {"lamp": lamp, "red": red, "blue": blue}


def test_a_port_that_is_not_provided_says_so_when_it_is_needed() -> None:
    ports = Ports()
    ports.provide(Lamp, Lamp())

    with pytest.raises(NotConfigured, match=r"Bell 'red' is not set up here\. `redbutton doctor`"):
        ports.fill(reach_of(asks))


def test_a_port_is_provided_once() -> None:
    ports = Ports()
    ports.provide(Bell, Bell(), "red")

    with pytest.raises(TypeError, match="The port Bell 'red' is provided twice"):
        ports.provide(Bell, Bell(), "red")


def test_what_is_lacking_is_told_once_for_each_port_with_who_needs_it() -> None:
    ports = Ports()

    assert ports.check(Catalogue(BELLS)) == [
        "Bell 'red' is not set up, so bell.look, bell.ring cannot run.",
        "Lamp is not set up, so bell.ring cannot run.",
    ]


def test_nothing_is_told_when_all_is_provided() -> None:
    ports = Ports()
    ports.provide(Bell, Bell(), "red")
    ports.provide(Lamp, Lamp())

    assert ports.check(Catalogue(BELLS)) == []


def test_a_port_that_is_provided_later_is_not_missed() -> None:
    told = Ports().check(Catalogue(BELLS), {Lamp})

    assert told == ["Bell 'red' is not set up, so bell.look, bell.ring cannot run."]
