"""What has changed for one open page, as fragments that htmx puts in their places."""

from collections.abc import AsyncIterator, Iterator

from markupsafe import Markup
from starlette.responses import StreamingResponse

from playground.model import Message
from playground.page.desk import Desk
from playground.page.draw import ENTRIES, Draw, Seat
from playground.page.rooms import Room, in_stream, rooms_of, visible
from playground.render import readable

MORPH = "outerMorph"


class Stream:
    """Follows the workspace for one open page, from the change that it was drawn at."""

    def __init__(self, desk: Desk, draw: Draw, seat: Seat, since: int) -> None:
        self._desk = desk
        self._draw = draw
        self._seat = seat
        self._since = since
        self._told: dict[str, Markup] = {}

    async def events(self) -> AsyncIterator[str]:
        """Yield server-sent events, each with the number of the change it brings up to."""
        workspace = self._desk.workspace
        while True:
            if not self._seat.room.home:
                self._desk.reading.look(self._seat.person, self._seat.room.channel)
            now = workspace.rev
            html = "".join(self._news())
            self._since = now
            if html:
                lines = "\n".join(f"data: {line}" for line in html.splitlines())
                yield f"id: {now}\n{lines}\n\n"
            if workspace.rev == now:
                await workspace.changed()

    def _news(self) -> Iterator[Markup]:
        yield from self._messages()
        yield from self._entries()
        yield from self._toasts()
        draw, seat = self._draw, self._seat
        yield from self._if_new("#rooms", MORPH, draw.rooms(seat))
        yield from self._if_new("#head", MORPH, draw.head(seat))
        yield from self._if_new("#modals", "innerMorph", draw.modal(seat))
        yield from self._if_new("#guide", MORPH, draw.guide(seat))
        yield from self._if_new("#controls", MORPH, draw.controls())
        yield from self._if_new("#run", MORPH, draw.run())
        if seat.thread:
            yield from self._if_new("#thread", MORPH, draw.thread(seat))
        if seat.room.home:
            yield from self._if_new("#home", MORPH, draw.home(seat))

    def _if_new(self, target: str, swap: str, html: Markup) -> Iterator[Markup]:
        if self._told.get(target) != html:
            self._told[target] = html
            yield partial_of(target, swap, html)

    def _messages(self) -> Iterator[Markup]:
        """Yield new and changed messages of the room; what was deleted is taken away."""
        if self._seat.room.home:
            return
        person, channel = self._seat.person, self._seat.room.channel
        fresh = self._fresh(channel.said)
        threads = {m.thread_ts for m in fresh} - {""}
        heads = [m for m in channel.said if m.ts in threads and m not in fresh] if threads else []
        for said in [*fresh, *heads]:
            if visible(said, person) and in_stream(said):
                [html] = self._draw.messages([said], self._seat)
                yield (
                    partial_of("#messages", "beforeend", html)
                    if self._is_new(said)
                    else (partial_of(f"#{dom_id(said)}", MORPH, html))
                )
        for rev, gone in self._desk.workspace.gone:
            if rev > self._since and gone.channel == channel.id:
                yield partial_of(f"#{dom_id(gone)}", "delete", Markup())

    def _fresh(self, said: list[Message]) -> list[Message]:
        """Return the messages that changed, oldest first."""
        return [m for m in said if m.rev > self._since]

    def _is_new(self, said: Message) -> bool:
        return said.born > self._since

    def _entries(self) -> Iterator[Markup]:
        for entry in self._desk.timeline.entries[-ENTRIES:]:
            if entry.rev > self._since:
                html, born = self._draw.entry(entry), entry.born > self._since
                target = "#timeline" if born else f"#entry-{entry.id}"
                yield partial_of(target, "afterbegin" if born else MORPH, html)

    def _toasts(self) -> Iterator[Markup]:
        person = self._seat.person
        for told in self._desk.toasts:
            if told.rev > self._since and told.person == person.id:
                yield self._toast(told.text, "")
        for room in rooms_of(self._desk.workspace, person):
            if not room.home and room.slug != self._seat.room.slug:
                yield from self._notices(room)

    def _notices(self, room: Room) -> Iterator[Markup]:
        """Yield a notice of each new message in *room* that is meant for the person alone."""
        person = self._seat.person
        for said in self._fresh(room.channel.said):
            mine = room.channel.direct or said.only_for or f"<@{person.id}>" in said.text
            if mine and visible(said, person) and self._is_new(said) and said.author != person.id:
                words = readable(said.text, self._draw.names)[:200] or _files(said)
                text = f"{room.title}: {words}"
                yield self._toast(text, f"/as/{person.name}/{room.slug}")

    def _toast(self, text: str, url: str) -> Markup:
        html = self._draw.part("toast.html", text=text, url=url)
        return partial_of("#toasts", "beforeend", html)


def event_stream(events: AsyncIterator[str]) -> StreamingResponse:
    """Answer with *events*, one after the other, for as long as somebody listens."""
    return StreamingResponse(
        events, media_type="text/event-stream", headers={"cache-control": "no-store"}
    )


def _files(said: Message) -> str:
    """Return the names of what *said* brings."""
    return ", ".join(file.title or file.name for file in said.files)


def dom_id(said: Message) -> str:
    """Return the id of the element that shows *said* in its room."""
    return f"m-{said.ts.replace('.', '-')}"


def partial_of(target: str, swap: str, html: Markup) -> Markup:
    """Return *html* for htmx to put at *target* by *swap*."""
    return Markup('<hx-partial hx-target="{}" hx-swap="{}">{}</hx-partial>').format(
        target, swap, html
    )
