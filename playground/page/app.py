"""The page's web application: the workspace, the things beside it, and what can be done to them."""

import json
from pathlib import Path
from urllib.parse import quote

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import (
    HTMLResponse,
    JSONResponse,
    RedirectResponse,
    Response,
)
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from playground.page.acts import Acts, done
from playground.page.beside import Beside
from playground.page.desk import Desk
from playground.page.draw import WINDOW, Draw, picture_type
from playground.page.finding import NotHere, person_in, seat_in
from playground.page.guard import Guard
from playground.page.rooms import newest, rooms_of
from playground.page.stream import Stream, event_stream

STATIC = Path(__file__).with_name("static")


class Page:
    """Serves one desk. *app* is the ASGI application, guarded."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._draw = Draw(desk)
        app = Starlette(
            routes=[
                Route("/", self._start),
                Mount("/static", StaticFiles(directory=STATIC)),
                Route("/files/{file}", self._file),
                Route("/files/{file}/{name:path}", self._file),
                Route("/details/{entry:int}", self._details),
                Route("/switches/{slug}", self._switch, methods=["POST"]),
                Route("/bot/{deed}", self._bot, methods=["POST"]),
                *Beside(desk, self._draw).routes(),
                *Acts(desk, self._draw).routes(),
                Route("/as/{who}", self._enter),
                Route("/as/{who}/{where}", self._room),
                Route("/as/{who}/{where}/events", self._events),
                Route("/as/{who}/{where}/earlier", self._earlier),
            ],
            exception_handlers={NotHere: _not_here, 404: _not_here},
        )
        self.app = Guard(app)

    async def _start(self, _request: Request) -> Response:
        people = [p for p in self._desk.workspace.people.values() if not p.bot]
        return RedirectResponse(f"/as/{people[0].name}")

    async def _enter(self, request: Request) -> Response:
        person = person_in(self._desk, request)
        wanted = request.query_params.get("room", "")
        rooms = rooms_of(self._desk.workspace, person)
        room = next((r for r in rooms if r.slug == wanted), rooms[0])
        return RedirectResponse(f"/as/{person.name}/{room.slug}")

    async def _room(self, request: Request) -> Response:
        seat = seat_in(self._desk, request)
        self._desk.seen.visited.add(request.url.path)
        if seat.room.home:
            self._desk.soon(seat.person, self._desk.slack.opens_home(seat.person))
        else:
            self._desk.reading.look(seat.person, seat.room.channel)
        draft = request.query_params.get("draft", "")
        return HTMLResponse(self._draw.page(seat, draft))

    async def _events(self, request: Request) -> Response:
        seat = seat_in(self._desk, request)
        last = request.headers.get("last-event-id") or request.query_params.get("since", "0")
        since = int(last) if last.isdecimal() else 0
        stream = Stream(self._desk, self._draw, seat, since)
        return event_stream(stream.events())

    async def _earlier(self, request: Request) -> Response:
        seat, before = seat_in(self._desk, request), request.query_params.get("before", "")
        said = newest(seat.room, seat.person, WINDOW, before)
        older = said[0].ts if len(said) == WINDOW else ""
        drawn = self._draw.messages(said, seat)
        html = self._draw.part("earlier.html", seat=seat, messages=drawn, older=older)
        return HTMLResponse(html)

    async def _file(self, request: Request) -> Response:
        file = self._desk.workspace.files.get(request.path_params["file"])
        if file is None or file.content is None or not file.complete:
            raise NotHere
        picture = picture_type(file)
        kind = picture or "application/octet-stream"
        how = "inline" if picture else "attachment"
        named = f"{how}; filename*=UTF-8''{quote(file.name, safe='')}"
        return Response(
            file.content,
            media_type=kind,
            headers={"content-disposition": named},
        )

    async def _details(self, request: Request) -> Response:
        entry = self._desk.timeline.find(request.path_params["entry"])
        if entry is None:
            raise NotHere
        text = json.dumps(entry.detail(), indent=2, ensure_ascii=False, default=str)
        return HTMLResponse(self._draw.part("details.html", text=text))

    async def _switch(self, request: Request) -> Response:
        switch = self._desk.switches.get(request.path_params["slug"])
        if switch is None:
            raise NotHere
        switch.flip(not switch.is_on())
        self._desk.workspace.notify()
        return done()

    async def _bot(self, request: Request) -> Response:
        keeper, deed = self._desk.keeper, request.path_params["deed"]
        deeds = {"kill": keeper.kill, "start": keeper.start, "restart": self._restart}
        deeds |= {"freeze": keeper.freeze, "thaw": keeper.thaw}
        if deed not in deeds:
            raise NotHere
        who = next(iter(self._desk.workspace.people.values()))
        self._desk.soon(who, deeds[deed]())
        return done()

    async def _restart(self) -> None:
        await self._desk.keeper.kill()
        self._desk.workspace.notify()
        await self._desk.keeper.start()


async def _not_here(_request: Request, _error: Exception) -> Response:
    words = "There is nothing here. The workspace's first page is at /."
    return JSONResponse({"error": words}, 404)
