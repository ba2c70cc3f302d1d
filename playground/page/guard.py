"""Keeps the page to itself: no other site may look into it, press in it or be asked by it."""

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

OURS = ("127.0.0.1", "localhost", "[::1]")

MARK = "pretend workspace"
"""The value of the header `x-redbutton`, by which one demo knows another."""

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""Nothing is loaded from elsewhere, and no script or style stands in the page itself."""


class Guard:
    """Refuses other hosts' names and other sites' forms, and says what the page may load."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        if host.rpartition(":")[0] not in OURS:
            # A page elsewhere whose name was made to lead here would send its own name.
            refusal = PlainTextResponse("Open this page by its own address, http://127.0.0.1.", 421)
            await refusal(scope, receive, send)
            return
        origin = headers.get("origin")
        if scope["method"] == "POST" and origin not in (None, f"http://{host}"):
            await PlainTextResponse("Only this page itself may do that.", 403)(scope, receive, send)
            return

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                added = MutableHeaders(scope=message)
                added["content-security-policy"] = POLICY
                added["x-content-type-options"] = "nosniff"
                added["referrer-policy"] = "no-referrer"
                added["x-redbutton"] = MARK
            await send(message)

        await self._app(scope, receive, sending)
