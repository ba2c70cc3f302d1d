"""Trouble as it is met on the wire: silence, delay, and answers that are lost or wrong."""

import asyncio
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from playground.faults import Faults

_SAID = {
    "server_error": ("Internal Server Error", 500),
    "wrong": ("<html>Welcome to the proxy.</html>", 200),
}


async def with_trouble(
    faults: Faults,
    request: Request,
    name: str,
    act: Callable[[], Response],
    rate_limited: Callable[[int], Response],
) -> Response:
    """Answer *request*, a call of *name*, by *act*, with the trouble that is switched on.

    *rate_limited* makes the answer that wants a pause of so many seconds.
    """
    fault = faults.next_for(name)
    if fault is None:
        return act()
    match fault.kind:
        case "down":
            return await dropped(request)
        case "lossy":
            act()
            return await dropped(request)
        case "rate_limited":
            return rate_limited(int(fault.seconds))
        case "server_error" | "wrong":
            return PlainTextResponse(*_SAID[fault.kind])
        case "slow":
            await asyncio.sleep(fault.seconds)
            return act()


async def dropped(request: Request) -> Response:
    """Close the connection; the response returned here reaches nobody."""
    request.scope["extensions"]["redbutton.drop"]["now"]()
    await request.receive()
    return Response()
