"""What an incident is called, and its room: names that nobody else has."""

import re
import unicodedata
from datetime import datetime

from bot.domain.incident import Incident, Severity

ROOM = 80
"""docs.slack.dev: a channel's name has at most 80 characters."""

_FIRST = (  # noqa: SIM905  A list of them would take a page.
    "amber ample brave brisk calm candid clear copper coral crisp dapper deep eager early easy "
    "even fair fern fleet fond frank fresh gentle glad golden grand green hazel honest humble "
    "ivory jolly keen kind lilac light lively loyal lucky maple mellow merry misty mossy neat "
    "nimble noble olive opal patient plain prime proud quick quiet rapid ready russet sage silver "
).split()
_SECOND = (  # noqa: SIM905  A list of them would take a page.
    "otter badger beacon birch bison brook canyon cedar comet crane creek dune eagle falcon finch "
    "fjord fox gannet glade grove harbor hawk heron hill island jackdaw kestrel lagoon lake lark "
    "lemur lynx marten meadow moose newt oak orchard osprey owl pebble pine plover puffin quail "
    "raven reef ridge river robin sparrow spruce stork summit swan swift tern thicket tiger trout "
    "valley walrus willow wren "
).split()
_STEP = 2381
"""Shares no factor with the number of names, so that each number takes another one."""

_UNFIT = re.compile(r"[^a-z0-9_-]+")
_FIELD = re.compile(r"\{(number|name|title|severity|service|date)\}")


def name_of(number: int) -> str:
    """Return the two words by which people call the incident *number*; 3,840 numbers differ."""
    place = number * _STEP % (len(_FIRST) * len(_SECOND))
    first, second = divmod(place, len(_SECOND))
    return f"{_FIRST[first]}-{_SECOND[second]}"


def room_of(template: str, incident: Incident) -> str:
    """Return the name of the room of *incident* by *template*, fit for Slack.

    Of a private incident it tells neither title nor service.
    """
    told = {
        "number": str(incident.number),
        "name": incident.name,
        "title": "" if incident.private else incident.title,
        "severity": incident.severity.value,
        "service": "" if incident.private else incident.service,
        "date": _day(incident.at),
    }
    made = slug(_FIELD.sub(lambda found: told[found[1]], template))
    named = f"drill-{made}" if incident.drill else made
    # What tells it from others must not be what is cut off.
    if len(named) > ROOM:
        tail = f"-{incident.number}"
        return named[: ROOM - len(tail)].rstrip("-_") + tail
    return named


def slug(text: str) -> str:
    """Return *text* in Slack's alphabet for channels: small letters, digits, dashes."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"-{2,}", "-", _UNFIT.sub("-", plain)).strip("-_")


def _day(at: datetime) -> str:
    return f"{at:%Y-%m-%d}"


WORST_FIRST = {severity: place for place, severity in enumerate(Severity)}
"""The order of severities."""
