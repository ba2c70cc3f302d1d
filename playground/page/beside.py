"""Beside the workspace: a page for each thing the bot acts on, and one for its record."""

from collections.abc import AsyncIterator, Callable
from functools import partial

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from playground.page.desk import Desk
from playground.page.draw import Draw
from playground.page.finding import NotHere
from playground.page.stream import event_stream, partial_of
from playground.page.timeline import told

EVENTS = 200
"""How many of the newest events of the record are shown."""


class Beside:
    """Draws those pages, and keeps them up to date."""

    def __init__(self, desk: Desk, draw: Draw) -> None:
        self._desk = desk
        self._draw = draw

    def routes(self) -> list[Route]:
        """Return where they are."""
        return [
            Route("/things/{slug}", self._thing),
            Route("/things/{slug}/events", self._thing_events),
            Route("/record", self._record),
            Route("/record/events", self._record_events),
        ]

    def _slug(self, request: Request) -> str:
        slug: str = request.path_params["slug"]
        if slug not in self._desk.things:
            raise NotHere
        return slug

    async def _thing(self, request: Request) -> Response:
        slug = self._slug(request)
        thing = self._desk.things[slug]
        return self._page(request, thing.title, thing.about, self._thing_html(slug))

    async def _thing_events(self, request: Request) -> Response:
        return event_stream(self._whenever(partial(self._thing_html, self._slug(request))))

    def _thing_html(self, slug: str) -> Markup:
        thing = self._desk.things[slug]
        rows = [[str(cell) for cell in row] for row in thing.rows()]
        return self._draw.part("rows.html", caption=thing.title, rows=rows)

    async def _record(self, request: Request) -> Response:
        about = (
            "Every asking, the refused ones too. What is personal is sealed; targets are "
            "pseudonyms. `redbutton audit list` prints the same."
        )
        return self._page(request, "The record", about, self._record_html())

    async def _record_events(self, _request: Request) -> Response:
        return event_stream(self._whenever(self._record_html))

    def _record_html(self) -> Markup:
        shown = self._desk.timeline.events[-EVENTS:][::-1]
        count, bad = self._desk.glass.verify()
        return self._draw.part(
            "events.html", events=shown, count=count, bad=bad, names=self._draw.names, told=told
        )

    def _page(self, request: Request, title: str, about: str, content: Markup) -> Response:
        self._desk.seen.visited.add(request.url.path)
        html = self._draw.part(
            "beside.html",
            title=title,
            about=self._draw.mrkdwn(about),
            content=content,
            things=self._desk.things.values(),
            path=request.url.path,
        )
        return HTMLResponse(html)

    async def _whenever(self, draw: Callable[[], Markup]) -> AsyncIterator[str]:
        """Yield what *draw* returns whenever that has changed."""
        last = Markup()
        while True:
            rev, html = self._desk.workspace.rev, draw()
            if html != last:
                last = html
                lines = partial_of("#content", "innerMorph", html).splitlines()
                yield "".join(f"data: {line}\n" for line in lines) + "\n"
            if self._desk.workspace.rev == rev:
                await self._desk.workspace.changed()
