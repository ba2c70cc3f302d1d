"""Draws the page and its parts as HTML; everything that people or the bot wrote is escaped."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from html import unescape
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from playground.model import Message, Person, SlackFile, View
from playground.page import kit, words
from playground.page.desk import Desk
from playground.page.emoji import sign, with_emoji
from playground.page.kit import Place
from playground.page.rooms import Room, newest, rooms_of, thread_of
from playground.page.timeline import Entry
from playground.screen import name_of
from playground.workspace import SLACKBOT

WINDOW = 50
"""How many messages a room shows at first, and how many more each look back brings."""

ENTRIES = 60
"""How many lines of what happened the page holds."""

REACTIONS = ("+1", "white_check_mark", "eyes", "tada", "pushpin")
_PICTURES = {"png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "gif": "image/gif"}
_TINTS = 6


@dataclass(frozen=True)
class Seat:
    """Who looks, where, and at which thread (the `ts` of its first message)."""

    person: Person
    room: Room
    thread: str = ""

    @property
    def url(self) -> str:
        """Return the path of this room for this person."""
        return f"/as/{self.person.name}/{self.room.slug}"


class Draw:
    """Draws for one desk."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._workspace = desk.workspace
        self.env = Environment(
            loader=PackageLoader("playground.page"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        known = {"reactions": REACTIONS, "sign": sign, "tint": _tint, "picture": picture_type}
        self.env.globals.update(known)

    def part(self, template: str, **context: Any) -> Markup:
        """Return *template* filled in."""
        return Markup(self.env.get_template(template).render(context))  # noqa: S704  Jinja escaped it.

    def page(self, seat: Seat, draft: str) -> str:
        """Return the whole page for *seat*, with *draft* in the composer."""
        said = newest(seat.room, seat.person, WINDOW)
        return self.part(
            "page.html",
            seat=seat,
            draft=draft,
            desk=self._desk,
            people=self._people(),
            rev=self._workspace.rev,
            messages=self.messages(said, seat),
            older=said[0].ts if len(said) == WINDOW else "",
            rooms=self.rooms(seat),
            head=self.head(seat),
            thread=self.thread(seat),
            home=self.home(seat),
            modal=self.modal(seat),
            guide=self.guide(seat),
            controls=self.controls(),
            run=self.run(),
            entries=[self.entry(one) for one in self.latest()],
            completions=self._completions(seat),
        )

    def rooms(self, seat: Seat) -> Markup:
        """Return the list of rooms, with what is unread."""
        reading, person = self._desk.reading, seat.person
        rooms = [
            (room, 0 if room.home else reading.unread(person, room.channel))
            for room in rooms_of(self._workspace, person)
        ]
        return self.part("rooms.html", seat=seat, rooms=rooms, things=self._desk.things.values())

    def head(self, seat: Seat) -> Markup:
        """Return the top of the room: its name, topic, pins and bookmarks."""
        place = seat.room.channel
        return self.part(
            "room.html", seat=seat, topic=with_emoji(unescape(place.topic.value)), place=place
        )

    def messages(
        self, shown: Sequence[Message], seat: Seat, *, threaded: bool = False
    ) -> list[Markup]:
        """Return messages *shown* as *seat* sees them; *threaded*: within their thread."""
        place = seat.room.channel
        replies = Counter(m.thread_ts for m in place.said if m.thread_ts != m.ts)
        pinned = {pin.ts for pin in place.pins}
        return [
            self.part(
                "message.html",
                said=said,
                seat=seat,
                threaded=threaded,
                author=self._author(said.author),
                app=said.author == self._workspace.bot_user.id,
                time=clock_time(float(said.ts), seat.person.tz),
                body=self._body(said, seat),
                pinned=said.ts in pinned,
                replies=0 if threaded else replies[said.ts],
                shortcuts=self._shortcuts("message"),
            )
            for said in shown
        ]

    def _body(self, said: Message, seat: Seat) -> Markup:
        if said.blocks:
            place = self._place(seat.person, f"{seat.url}/act/{said.ts}", f"m{said.ts}")
            return kit.blocks(self.env, said.blocks, place)
        return words.mrkdwn(said.text, self.names, seat.person.tz)

    def thread(self, seat: Seat) -> Markup:
        """Return the thread that *seat* looks at, if any."""
        if not seat.thread:
            return Markup()
        said = thread_of(seat.room, seat.person, seat.thread)
        drawn = self.messages(said, seat, threaded=True)
        return self.part("thread.html", seat=seat, messages=drawn)

    def home(self, seat: Seat) -> Markup:
        """Return the App Home, where *seat* looks at it."""
        if not seat.room.home:
            return Markup()
        view = self._workspace.homes.get(seat.person.id)
        body = self._view_blocks(seat.person, view) if view else None
        return self.part("home.html", body=body)

    def modal(self, seat: Seat) -> Markup:
        """Return the modal in front of the person, if any."""
        stack = self._workspace.stacks.get(seat.person.id)
        if not stack:
            return Markup()
        view = stack[-1]
        return self.part(
            "modal.html",
            seat=seat,
            view=view,
            depth=len(stack),
            url=view_url(seat.person, view),
            body=self._view_blocks(seat.person, view),
            title=words.text_object(view.body.get("title"), self.names),
            submit=words.text_object(view.body.get("submit"), self.names),
            close=words.text_object(view.body.get("close"), self.names) or "Cancel",
            busy=view.id in self._desk.busy,
        )

    def _view_blocks(self, person: Person, view: View) -> Markup:
        place = self._place(person, f"{view_url(person, view)}/act", view.id, view)
        return kit.blocks(self.env, view.body["blocks"], place)

    def _place(self, person: Person, act: str, prefix: str, view: View | None = None) -> Place:
        people = [(p.id, p.real_name) for p in self._workspace.people.values() if not p.bot]
        rooms = [(r.channel.id, r.title) for r in rooms_of(self._workspace, person)]
        return Place(
            names=self.names,
            act_url=act,
            suggest_url=f"{act.rpartition('/')[0]}/suggest" if view else "",
            values=view.values if view else {},
            errors=view.errors if view else {},
            offered=view.offered if view else {},
            people=people,
            channels=[(where, f"#{title}") for where, title in rooms if where[0] == "C"],
            prefix=prefix,
            zone=person.tz,
            file_url="/files",
        )

    def guide(self, seat: Seat) -> Markup:
        """Return the walk for newcomers."""
        done, chapters = self._desk.done, self._desk.chapters
        now = next((d for c in chapters for d in c.deeds if d not in done), None)
        return self.part(
            "guide.html", seat=seat, chapters=chapters, done=done, now=now, mrkdwn=self.mrkdwn
        )

    def controls(self) -> Markup:
        """Return how the bot is, and the trouble that can be made."""
        return self.part("controls.html", desk=self._desk, switches=self._desk.switches.values())

    def run(self) -> Markup:
        """Return the invocation that the record last spoke of."""
        timeline = self._desk.timeline
        who = self._author(timeline.run.actor) if timeline.run else ""
        return self.part(
            "run.html", run=timeline.run, who=who, running=timeline.running(), mrkdwn=self.mrkdwn
        )

    def latest(self) -> Sequence[Entry]:
        """Return the newest entries of the timeline, newest first."""
        return self._desk.timeline.entries[-ENTRIES:][::-1]

    def entry(self, entry: Entry) -> Markup:
        """Return one line of the timeline."""
        return self.part("entry.html", entry=entry, time=f"{entry.at:%H:%M:%S}")

    def names(self, slack_id: str) -> str:
        """Return the name of a person, group or channel."""
        return name_of(self._workspace, slack_id)

    def mrkdwn(self, text: str) -> Markup:
        """Return *text* as HTML."""
        return words.mrkdwn(text, self.names)

    def _author(self, slack_id: str) -> str:
        if slack_id == SLACKBOT:
            return "Slackbot"
        person = self._workspace.people.get(slack_id)
        return person.real_name if person else slack_id

    def _people(self) -> list[tuple[Person, int]]:
        people = [p for p in self._workspace.people.values() if not p.bot and not p.deactivated]
        return [(person, self._desk.reading.waiting(person)) for person in people]

    def _shortcuts(self, kind: str) -> list[dict[str, str]]:
        declared = self._workspace.manifest.get("features", {}).get("shortcuts", [])
        return [one for one in declared if one["type"] == kind]

    def _completions(self, seat: Seat) -> dict[str, Any]:
        """Return what the composer completes: what Slack itself knows, and no more."""
        features = self._workspace.manifest.get("features", {})
        commands = [
            {"name": one["command"], "about": one["description"], "hint": one.get("usage_hint", "")}
            for one in features.get("slash_commands", [])
        ]
        people = [{"name": f"@{p.name}", "about": p.title} for p, _ in self._people()]
        mine = rooms_of(self._workspace, seat.person)
        rooms = [{"name": f"#{r.title}", "about": ""} for r in mine if not r.channel.direct]
        shortcuts = [
            {"name": one["name"], "about": one["description"], "id": one["callback_id"]}
            for one in self._shortcuts("global")
        ]
        return {"commands": commands, "people": people, "rooms": rooms, "shortcuts": shortcuts}


def view_url(person: Person, view: View) -> str:
    """Return the path below which *view* is acted on."""
    return f"/as/{person.name}/~view/{view.id}"


def clock_time(seconds: float, zone: str) -> str:
    """Return the wall-clock time of *seconds* since 1970 in *zone*."""
    return f"{datetime.fromtimestamp(seconds, ZoneInfo(zone)):%H:%M}"


def picture_type(file: SlackFile) -> str:
    """Return the media type of *file* where a browser may show it as a picture, else nothing."""
    return _PICTURES.get(re.sub(r".*\.", "", file.name).lower(), "")


def _tint(name: str) -> int:
    """Return the number of the tint behind somebody's initial."""
    return sum(map(ord, name)) % _TINTS
