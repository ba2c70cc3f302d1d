"""What the check-list of an incident claims, held against what the vendors have."""

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Protocol

from bot.domain.incident import Incident, Limb, LimbState
from integrations.slack.naming import mark_in, mark_of
from playground.driver import PretendSlack
from playground.jira import PretendJira
from playground.jira_tickets import PretendTicket
from playground.model import Channel, Message
from playground.pagerduty import PretendPagerDuty
from playground.pagerduty_state import Incident as Page
from playground.statuspage import PretendStatuspage

ENDED = frozenset({LimbState.DONE, LimbState.FAILED, LimbState.UNKNOWN, LimbState.ABSENT})


class Stage(Protocol):
    """All around a bot that was pressed."""

    @property
    def slack(self) -> PretendSlack:
        """Return the workspace."""
        ...

    @property
    def pagerduty(self) -> PretendPagerDuty:
        """Return the pager."""
        ...

    @property
    def jira(self) -> PretendJira:
        """Return the tracker."""
        ...

    @property
    def page(self) -> PretendStatuspage:
        """Return the status page."""
        ...

    @property
    def news(self) -> Channel:
        """Return where incidents are made known."""
        ...


def pages_of(here: Stage, incident: Incident) -> list[Page]:
    """Return the pages for *incident*, whatever they are for."""
    return [one for one in here.pagerduty.pages if one.title.startswith(f"{incident.short} ")]


def rooms_of(here: Stage, incident: Incident) -> list[Channel]:
    """Return the channels that were opened for *incident*, found by the mark in their purpose."""
    mark = mark_of(incident.key("room"))
    channels = here.slack.workspace.channels.values()
    return [one for one in channels if mark_in(one.purpose.value) == mark]


def tickets_of(here: Stage, incident: Incident) -> list[PretendTicket]:
    """Return the tickets of *incident*."""
    return [one for one in here.jira.tickets if one.summary.startswith(f"{incident.short}: ")]


def announcements_of(here: Stage, incident: Incident) -> list[Message]:
    """Return what stands of *incident* in the channel for news."""
    return [one for one in said_in(here, here.news.id) if f" {incident.short}" in one.text]


def headers_of(here: Stage, incident: Incident) -> list[Message]:
    """Return the messages in the room of *incident* that show how it stands."""
    said = said_in(here, incident.room or "")
    return [m for m in said if any(b["type"] == "header" for b in m.blocks)]


def said_in(here: Stage, channel: str) -> list[Message]:
    """Return what the bot said in *channel*, without what Slack itself tells there."""
    bot = here.slack.workspace.bot_user.id
    said = here.slack.workspace.messages
    return [m for m in said if m.channel == channel and m.author == bot and not m.subtype]


def counts(here: Stage, incident: Incident) -> dict[str, int]:
    """Return how many of each thing there are at the vendors."""
    return {
        "page": len(pages_of(here, incident)),
        "room": len(rooms_of(here, incident)),
        "ticket": len(tickets_of(here, incident)),
        "status_page": len(here.page.published),
        "announcement": len(announcements_of(here, incident)),
        "header": len(headers_of(here, incident)),
    }


ONE_OF_EACH = MappingProxyType(
    dict.fromkeys(("page", "room", "ticket", "status_page", "announcement", "header"), 1)
)


def untrue(here: Stage, incident: Incident) -> list[str]:
    """Return the claims of the record that are not so at the vendors; none is what is wanted."""
    return [told for limb in incident.limbs for told in _untrue(here, incident, limb)]


def _untrue(here: Stage, incident: Incident, limb: Limb) -> list[str]:
    there = _THERE.get(limb.name)
    if there is None:
        return []
    how = f"{limb.name} is {limb.state}: {limb.note!r}"
    match limb.state:
        case LimbState.DONE if not there(here, incident, limb):
            return [f"{how}, and the vendor does not have that"]
        case LimbState.FAILED if _made(here, incident, limb):
            return [f"{how}, and the vendor has it"]
        case LimbState.FAILED | LimbState.UNKNOWN | LimbState.ABSENT if not limb.note:
            return [f"{how}, without a reason"]
        case _:
            return []


def _made(here: Stage, incident: Incident, limb: Limb) -> bool:
    if limb.name == "page":
        return any(one.woken for one in pages_of(here, incident))
    return bool(counts(here, incident).get(limb.name))


def _paged(here: Stage, incident: Incident, limb: Limb) -> bool:
    """Say whether the note names those whom the page woke first, and the pager still has it."""
    called = limb.note.removeprefix("Paged ").replace(" and ", ", ").split(", ")
    return any(
        one.id == limb.ref and [who.name for who in one.woken][: len(called)] == called
        for one in pages_of(here, incident)
    )


def _opened(here: Stage, incident: Incident, limb: Limb) -> bool:
    return any(
        one.id == limb.ref == incident.room and limb.note == f"#{one.name}"
        for one in rooms_of(here, incident)
    )


def _inside(here: Stage, incident: Incident, limb: Limb) -> bool:
    room = here.slack.workspace.channels.get(incident.room or "")
    told = re.match(r"(\d+) (?:person is|people are) in", limb.note)
    bot = here.slack.workspace.bot_user.id
    return bool(room and told and int(told[1]) <= len(set(room.members) - {bot}))


def _told(here: Stage, incident: Incident, limb: Limb) -> bool:
    del limb
    return bool(announcements_of(here, incident))


def _ticketed(here: Stage, incident: Incident, limb: Limb) -> bool:
    return any(one.id == limb.ref == limb.note for one in tickets_of(here, incident))


def _published(here: Stage, incident: Incident, limb: Limb) -> bool:
    if limb.note == "Published":
        return any(one.id == incident.public for one in here.page.published)
    return "nothing is published" in limb.note and not here.page.published


_THERE: Mapping[str, Callable[[Stage, Incident, Limb], bool]] = MappingProxyType(
    {
        "page": _paged,
        "room": _opened,
        "people": _inside,
        "announcement": _told,
        "ticket": _ticketed,
        "status_page": _published,
    }
)

_MARKS = {
    LimbState.DONE: "✅",
    LimbState.FAILED: "❌",
    LimbState.UNKNOWN: "❓",
    LimbState.ABSENT: "▫️",
    LimbState.RUNNING: "⏳",
    LimbState.PLANNED: "○",
    LimbState.SKIPPED: "⏭️",
    LimbState.BY_HAND: "✋",
}


def shown(header: str, incident: Incident) -> bool:
    """Say whether the text of the header shows each limb of *incident* as it stands."""
    lines = header.splitlines()
    return all(
        any(one.startswith(f"{_MARKS[x.state]} {x.label}") and x.note[:150] in one for one in lines)
        for x in incident.limbs
    )


def claims(header: str, incident: Incident) -> set[str]:
    """Return the limbs that the text of the header says are done."""
    lines = header.splitlines()
    done = [x.name for x in incident.limbs if any(f"✅ {x.label}" in one for one in lines)]
    return set(done)
