"""Take an incident out, for other tools."""

import csv
import io
import json
import re
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from bot.authoring import (
    Context,
    File,
    Incident,
    Incidents,
    Moment,
    Params,
    Result,
    Risk,
    operation,
)
from commands.incident.choices import Which
from commands.incident.document import document
from commands.incident.story import story

SHAPE = "redbutton.incident/1"
"""What a JSON export says of its own shape; docs/how-to/learn-from-an-incident.md tells it."""

COLUMNS = ("at", "kind", "text", "by", "by_name", "link")
_FORMULA = re.compile(r"[\s\x00]*[=+\-@]|[\t\r]")


class Format(StrEnum):
    """What an export can be."""

    MARKDOWN = "markdown"
    JSON = "json"
    CSV = "csv"


class ExportIncident(Params):
    incident: Which = ""
    """Which incident, like `INC-12`; left out, that of the channel."""

    format: Format = Format.MARKDOWN
    """The story as Markdown, all of it as JSON, or the timeline as CSV."""


@operation("incident.export", risk=Risk.READ)
async def export_incident(params: ExportIncident, ctx: Context, *, incidents: Incidents) -> Result:
    """Take an incident out as a file: Markdown, JSON or CSV."""
    incident = await incidents.meant(params.incident, ctx.actor, ctx.channel)
    timeline, now = await incidents.timeline(incident.id), ctx.clock.now()
    file = exported(params.format, incident, timeline, now)
    private = " It is private: mind where you put the file." if incident.private else ""
    count = "1 line" if len(timeline) == 1 else f"{len(timeline)} lines"
    return Result(
        f"{incident.short}, with {count} of timeline, is in {file.name}.{private}", file=file
    )


def exported(shape: Format, incident: Incident, timeline: Sequence[Moment], now: datetime) -> File:
    """Return *incident* as a file of *shape*."""
    match shape:
        case Format.MARKDOWN:
            return document(incident, story(incident, timeline, now))
        case Format.JSON:
            return _file(f"{incident.short}.json", as_json(incident, timeline, now))
        case Format.CSV:
            # With the mark of its encoding at the start, spreadsheets read the letters rightly.
            return _file(f"{incident.short}-timeline.csv", "\ufeff" + as_csv(timeline))


def as_json(incident: Incident, timeline: Sequence[Moment], now: datetime) -> str:
    """Return all that is known of *incident*, as JSON that can be read back."""
    told = {
        "format": SHAPE,
        "exported_at": now.isoformat(),
        "incident": incident.model_dump(mode="json"),
        "timeline": [one.model_dump(mode="json") for one in timeline],
    }
    return json.dumps(told, indent=2, ensure_ascii=False) + "\n"


def as_csv(timeline: Sequence[Moment]) -> str:
    """Return *timeline* as RFC 4180 has it; no cell is a formula to a spreadsheet."""
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(COLUMNS)
    for one in timeline:
        row = (one.at.isoformat(), one.kind.value, one.text, one.by, one.by_name, one.link or "")
        writer.writerow([_harmless(cell) for cell in row])
    return written.getvalue()


def _harmless(cell: str) -> str:
    clean = cell.replace("\x00", "")
    return f"'{clean}" if _FORMULA.match(clean) else clean


def _file(name: str, text: str) -> File:
    return File(name=name, content=text.encode("utf-8", "replace"), title=name)
