"""`redbutton demo --story`: a short story in the terminal, played through the real wire."""

import tempfile
import textwrap
from pathlib import Path

import click

from bot.cli.workshop import Reader, Search
from bot.main.demo_stage import Plan, Stage, on_stage
from bot.main.records import opened
from bot.settings import Settings
from playground.model import Person

WITHIN = 15.0
"""Seconds that a scene may take on a slow machine."""


async def play() -> None:
    """Play the story, printing what each person sees, and the record at the end."""
    with tempfile.TemporaryDirectory(prefix="redbutton-demo-") as folder:
        async with on_stage(Path(folder), Plan(http=True)) as stage:
            await stage.begins()
            await _allowed(stage)
            await _refused(stage)
            await _double_click(stage)
            await _killed(stage)
            await _looked_up(stage)
        await _record(stage)
    _say("")
    _say("That was Redbutton. README.md says how to write an operation, and how to run it.")


async def _allowed(stage: Stage) -> None:
    _scene("Ada leads support. She suspends an account.")
    line = '/ops users.suspend alan@example.com reason="card testing"'
    await _types(stage, stage.cast.ada, line)
    await _sees(stage, stage.cast.ada, "alan@example.com is suspended.")
    _say(f"\n  In the business's own database, alan@example.com is {stage.state('alan')}.")


async def _refused(stage: Stage) -> None:
    _scene("Sam is in support, too, but may not.")
    await _types(stage, stage.cast.sam, "/ops users.suspend grace@example.com I do not like her")
    await _sees(stage, stage.cast.sam, "Only `support-leads`")
    _say(f"\n  grace@example.com is {stage.state('grace')}. The refusal is on the record.")


async def _double_click(stage: Stage) -> None:
    _scene("Ada takes it back in a form, and double-clicks.")
    await _types(stage, stage.cast.ada, "/ops users.resume")
    modal = await stage.slack.opens(stage.cast.ada, within=WITHIN)
    _say(textwrap.indent(modal.text, "  | "))
    offered = await stage.slack.suggests(stage.cast.ada, "user", "alan")
    _say(f"\n  She types 'alan' and is offered: {', '.join(offered)}")
    stage.slack.fills(stage.cast.ada, user=offered[0], reason="It was a misunderstanding")
    await stage.slack.submits(stage.cast.ada, clicks=2)
    await _sees(stage, stage.cast.ada, "alan@example.com is active")
    _say(f"\n  Two clicks, one effect: the business has seen {stage.changes()} changes in all.")


async def _killed(stage: Stage) -> None:
    _scene("Ada suspends Grace. The moment the bot has said yes, the power goes.")
    line = '/ops users.suspend grace@example.com reason="chargebacks"'
    await _types(stage, stage.cast.ada, line)
    await stage.bot.kill()
    _say(f"\n  kill -9. grace@example.com is {stage.state('grace')}. The bot starts again …")
    await stage.bot.start()
    await _sees(stage, stage.cast.ada, "grace@example.com is suspended.")
    _say(f"\n  It went on by itself. The business has seen {stage.changes()} changes in all.")


async def _looked_up(stage: Stage) -> None:
    _scene("Sam looks an account up. Only Sam sees the answer.")
    await _types(stage, stage.cast.sam, "/ops users.find grace")
    await _sees(stage, stage.cast.sam, "chargebacks")


async def _record(stage: Stage) -> None:
    _scene("The record, as `redbutton audit list` shows it.")
    names = {stage.cast.ada.id: "ada", stage.cast.sam.id: "sam"}
    async with opened(Settings.load(stage.bot.environ)) as records:
        reader = Reader("demo", owner=True)
        events = await records.search(reader, Search(limit=200))
        report = await records.verify(reader)
    for event in events:
        who = names.get(str(event["actor"]), "the bot")
        target = event["target"] or ""
        at = str(event["at"])[11:19]
        _say(f"  {at}  {event['stage']:<13} {who:<8} {event['operation'] or '':<14} {target}")
    _say(
        f"\n  {report['count']} events; altered since they were written: {report['bad'] or 'none'}."
    )
    _say("  Targets are pseudonyms: personal values are sealed in the record.")


async def _types(stage: Stage, person: Person, line: str) -> None:
    for message in stage.new(person):
        stage.told[person.id, message.ts] = message.text
    _say(f"\n  {person.name}, in #ops:  {line}")
    await stage.slack.types(person, line, channel=stage.cast.ops)


async def _sees(stage: Stage, person: Person, words: str) -> None:
    """Wait until *person* reads *words*, and print what is new on their screen."""

    def there() -> bool:
        return any(words in m.text for m in stage.new(person))

    await stage.slack.until(there, within=WITHIN)
    for message in stage.new(person):
        stage.told[person.id, message.ts] = message.text
        only = " (only they see it)" if message.ephemeral else ""
        _say(f"\n  {person.name} sees{only}:")
        _say(textwrap.indent(message.text, "  | "))


def _scene(title: str) -> None:
    _say("")
    _say(click.style(title, bold=True))


def _say(text: str) -> None:
    click.echo(text)
