"""Reads the record: from the running bot or, where none is running, from its files."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime

from bot.cli.client import NoBot, listed, reader_of, rows
from bot.cli.wire import AuditDecided, AuditList, AuditShow, AuditVerify, Reading
from bot.cli.workshop import Reader, Records, Row, Search, Workshop
from bot.domain.errors import BadRequest
from bot.domain.record import Stage


async def read(records: Records, request: Reading, who: Reader) -> Sequence[Row]:
    """Return what *request* asks of *records*, on behalf of *who*."""
    match request:
        case AuditList(search=search):
            return await records.search(who, search)
        case AuditShow(invocation=invocation):
            return await records.trail(who, invocation)
        case AuditVerify():
            return [await records.verify(who)]


async def read_anywhere(workshop: Workshop, request: Reading) -> Sequence[Row]:
    """Ask the running bot, which owns the files; open them ourselves only where none is running."""
    folder = workshop.folder()
    try:
        # A record of years takes its time to be verified.
        return await rows(folder, request, within=None)
    except NoBot:
        return await read(workshop.records(), request, reader_of(folder))


async def search(workshop: Workshop, wanted: Search) -> Sequence[Row]:
    """Return the events that *wanted* describes; raise BadRequest for a stage there is not."""
    if wanted.stage is not None and wanted.stage not in set(Stage):
        listed = ", ".join(Stage)
        raise BadRequest(f"There is no stage {wanted.stage!r}.", fix=f"The stages are {listed}.")
    return await read_anywhere(workshop, AuditList(search=wanted))


async def trail(workshop: Workshop, invocation: str) -> Sequence[Row]:
    """Return the events of *invocation*; raise BadRequest where there are none."""
    found = await read_anywhere(workshop, AuditShow(invocation=invocation))
    if not found:
        raise BadRequest(
            f"Nothing is recorded of {invocation!r}.", fix="`redbutton audit list` shows the ids."
        )
    return found


async def verify(workshop: Workshop) -> Row:
    """Return what comparing the record with its hashes found."""
    return (await read_anywhere(workshop, AuditVerify()))[0]


async def decided(workshop: Workshop, since: datetime) -> AsyncIterator[Row]:
    """Yield the decisions on record since *since*, from where the record is read."""
    folder = workshop.folder()
    try:
        async for row in listed(folder, AuditDecided(since=since), within=None):
            yield row
    except NoBot:
        async for row in workshop.records().decided(reader_of(folder), since):
            yield row
