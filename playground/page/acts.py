"""What people do in the page, handed to the workspace's own people; answered at once, with 204.

What came of it is seen through the stream, as in a chat client: never in the answer itself.
"""

from collections.abc import Callable, Coroutine
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from playground import form, views
from playground.blocks import elements_of
from playground.errors import CannotDo, SlackError
from playground.model import Message, Person, View
from playground.page import kit
from playground.page.desk import Desk
from playground.page.draw import Draw
from playground.page.finding import NotHere, person_in, seat_in, view_in
from playground.page.reading import Given, form_of
from playground.page.times import moment
from playground.payloads import escaped

LONGEST = 12_000
"""Characters of one message that the composer takes; Slack cuts at 40,000."""

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


def done() -> Response:
    """Answer that it was taken."""
    return Response(status_code=204)


class Acts:
    """The page's own people at work."""

    def __init__(self, desk: Desk, draw: Draw) -> None:
        self._desk = desk
        self._draw = draw
        self._slack = desk.slack
        self._workspace = desk.workspace

    def routes(self) -> list[Route]:
        """Return where each thing is done."""
        room, view = "/as/{who}/{where}", "/as/{who}/~view/{view}"
        posts: dict[str, Handler] = {
            f"{view}/act": self._act_in_view,
            f"{view}/choose": self._choose,
            f"{view}/typed": self._typed,
            f"{view}/submit": self._submit,
            f"{view}/close": self._close,
            f"{room}/say": self._say,
            f"{room}/act/{{ts}}": self._act,
            f"{room}/react/{{ts}}": self._react,
            f"{room}/shortcut/{{callback}}": self._shortcut,
            f"{room}/message/{{ts}}/{{callback}}": self._message_action,
        }
        found = [Route(path, self._guarded(act), methods=["POST"]) for path, act in posts.items()]
        return [Route(f"{view}/suggest", self._suggest), *found]

    def _guarded(self, act: Handler) -> Handler:
        """Tell the person what the client would not let them do."""

        async def guarded(request: Request) -> Response:
            try:
                return await act(request)
            except (CannotDo, SlackError) as no:
                self._desk.tell(person_in(self._desk, request), str(no))
                return done()

        return guarded

    # In a room.

    async def _say(self, request: Request) -> Response:
        seat, said = seat_in(self._desk, request), await form_of(request)
        text, thread = said.get("text", "").strip(), said.get("thread", "")
        if not text:
            return done()
        if len(text) > LONGEST:
            raise CannotDo(f"A message has at most {LONGEST:,} characters; this has {len(text):,}.")
        if seat.room.channel.archived:
            raise CannotDo(f"#{seat.room.title} is archived. Nothing can be written there.")
        if text.startswith("/"):
            self._command(request, text, in_thread=bool(thread))
            return done()
        words = escaped(self._workspace, text, mail=True)
        made = Message(
            seat.room.channel.id, self._workspace.new_ts(), seat.person.id, words, thread_ts=thread
        )
        self._workspace.post(made)
        return done()

    def _command(self, request: Request, line: str, *, in_thread: bool) -> None:
        """Give *line* to the app; what Slack itself would refuse is refused as Slack words it."""
        seat = seat_in(self._desk, request)
        name = line.split(maxsplit=1)[0]
        declared = self._workspace.manifest.get("features", {}).get("slash_commands", [])
        if in_thread:
            note = f"{name} is not supported in threads. Type it in the channel itself."
        elif name not in {one["command"] for one in declared}:
            note = f"{name} is not a valid command. In this workspace there are: " + (
                ", ".join(one["command"] for one in declared) or "none; the bot has not said yet."
            )
        else:
            work = self._slack.types(seat.person, line, seat.room.channel)
            self._desk.soon(seat.person, work)
            return
        words = escaped(self._workspace, note, mail=False)
        self._workspace.note(seat.person.id, words, seat.room.channel.id)

    def _message(self, request: Request) -> Message:
        seat, ts = seat_in(self._desk, request), request.path_params["ts"]
        for said in seat.room.channel.said:
            if said.ts == ts and said.only_for in ("", seat.person.id):
                return said
        raise CannotDo("That message is gone.")

    async def _act(self, request: Request) -> Response:
        ids, value = _acted(await form_of(request))
        person, said = person_in(self._desk, request), self._message(request)
        chosen = self._chosen(person, said.blocks, ids, value)
        work = self._slack.acts(person, said, ids, chosen, self._desk.clicks)
        self._desk.soon(person, work)
        return done()

    def _chosen(
        self, person: Person, blocks: list[dict[str, Any]], ids: tuple[str, str], raw: list[str]
    ) -> Any:
        """Return what was chosen in an element, as its kind is told; None for a button."""
        for block in blocks:
            for element in elements_of(block):
                if (block.get("block_id"), element.get("action_id")) == ids:
                    return None if element["type"] == "button" else typed(element, raw, person.tz)
        raise CannotDo("That is not there any more: the message has changed.")

    async def _react(self, request: Request) -> Response:
        emoji = (await form_of(request)).get("emoji", "")
        person, said = person_in(self._desk, request), self._message(request)
        there = person.id in said.reactions.get(emoji, [])
        react = self._slack.unreacts if there else self._slack.reacts
        self._desk.soon(person, react(person, emoji, said))
        return done()

    async def _shortcut(self, request: Request) -> Response:
        person = person_in(self._desk, request)
        self._desk.soon(person, self._slack.shortcut(person, request.path_params["callback"]))
        return done()

    async def _message_action(self, request: Request) -> Response:
        person, said = person_in(self._desk, request), self._message(request)
        callback = request.path_params["callback"]
        self._desk.soon(person, self._slack.message_action(person, callback, said))
        return done()

    # In a view.

    async def _act_in_view(self, request: Request) -> Response:
        ids, value = _acted(await form_of(request))
        person, view = person_in(self._desk, request), view_in(self._desk, request)
        chosen = self._chosen(person, view.body["blocks"], ids, value)
        self._desk.soon(person, self._slack.acts(person, view, ids, chosen, self._desk.clicks))
        return done()

    async def _suggest(self, request: Request) -> Response:
        """Ask the app what may stand in a type-ahead field, and return the list of it."""
        asked = request.query_params
        block, text = asked.get("block", ""), asked.get("typed", "")[:200]
        try:
            person, view = person_in(self._desk, request), self._front(request)
            await self._slack.suggests(person, block, text)
        except (CannotDo, SlackError, NotHere):
            return HTMLResponse(kit.options(self._draw.env, [], asked.get("prefix", "")))
        found = view.offered.get(block, [])
        return HTMLResponse(kit.options(self._draw.env, found, asked.get("prefix", "")))

    async def _choose(self, request: Request) -> Response:
        (block, _), value = _acted(await form_of(request))
        view = self._front(request)
        _, element = form.find(view, block)
        many = element["type"].startswith("multi_")
        form.fill(view, block, value if many else next(iter(value), None))
        self._workspace.notify()
        return done()

    async def _typed(self, request: Request) -> Response:
        """Keep what is typed, so that a page that is closed and opened again still has it."""
        self._fill(request, self._front(request), await form_of(request))
        return done()

    async def _submit(self, request: Request) -> Response:
        person, view = person_in(self._desk, request), self._front(request)
        self._fill(request, view, await form_of(request))
        if view.errors:
            view.errors = {}
        if form.client_errors(view):
            view.errors = form.client_errors(view)
            self._workspace.notify()
            return done()
        work = self._slack.submits(person, self._desk.clicks)
        self._desk.soon(person, work, busy=view.id)
        return done()

    async def _close(self, request: Request) -> Response:
        person = person_in(self._desk, request)
        self._front(request)
        self._desk.soon(person, self._slack.closes(person))
        return done()

    def _front(self, request: Request) -> View:
        """Return the view that is meant, which must be in front of the person."""
        view = view_in(self._desk, request)
        if views.top(self._workspace, view.person) is not view:
            raise CannotDo("That form is not open any more.")
        return view

    def _fill(self, request: Request, view: View, given: Given) -> None:
        zone = person_in(self._desk, request).tz
        for block, element in form.fillable(view.body):
            if element["type"].endswith("external_select"):
                continue
            name = f"{block['block_id']}/{element['action_id']}"
            form.fill(view, block["block_id"], typed(element, given.getlist(name), zone))


def typed(element: dict[str, Any], raw: list[str], zone: str) -> Any:
    """Return what the form fields *raw* mean for *element*; None for nothing."""
    said = [one for one in raw if one]
    kind = element["type"]
    if kind.startswith("multi_") or kind == "checkboxes":
        return said or None
    if not said:
        return None
    if kind == "datetimepicker":
        return moment(said[0], zone)
    return said[0].replace("\r\n", "\n")


def _acted(given: Given) -> tuple[tuple[str, str], list[str]]:
    """Return the ids of the element that was used, and what was chosen in it.

    A control is named by its ids; a button that says what it chooses sends a `value`.
    """
    ids = given.get("block", ""), given.get("action", "")
    chosen = given.getlist("value") or given.getlist("/".join(ids))
    return ids, chosen
