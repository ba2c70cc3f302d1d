"""The baseline: Bolt, a listener that does nothing, and nothing else.

`python -m benchmarks.bare` reads the signing secret from the environment and prints `ready PORT`.
"""

import asyncio
import os
import socket
import sys
from collections.abc import Awaitable, Callable

import uvicorn
from slack_bolt.adapter.asgi.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult


async def _authorize(team_id: str | None) -> AuthorizeResult:
    """Accept every team, so that no token is looked up: the baseline is as cheap as Bolt gets."""
    return AuthorizeResult(enterprise_id=None, team_id=team_id)


async def _nothing(ack: Callable[[], Awaitable[object]]) -> None:
    await ack()


def _app() -> AsyncSlackRequestHandler:
    app = AsyncApp(
        signing_secret=os.environ["SLACK_SIGNING_SECRET"],
        authorize=_authorize,
        process_before_response=True,
    )
    app.command("/ops")(_nothing)
    return AsyncSlackRequestHandler(app)


async def main() -> None:
    """Serve until told to stop."""
    config = uvicorn.Config(
        _app(), http="httptools", lifespan="off", log_config=None, access_log=False
    )
    with socket.create_server(("127.0.0.1", 0), backlog=2048) as listener:
        sys.stdout.write(f"ready {listener.getsockname()[1]}\n")
        sys.stdout.flush()
        await uvicorn.Server(config).serve(sockets=[listener])


if __name__ == "__main__":
    from uvloop import new_event_loop

    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        runner.run(main())
