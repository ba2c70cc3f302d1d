"""Asks the running bot for an operation, and watches how it goes."""

from pathlib import Path

import click

from bot.cli.cards import CheckList, tell_end, tell_rows
from bot.cli.client import HungUp, NoBot, replies, rows, strange
from bot.cli.codes import Exit
from bot.cli.printing import shown, tell_json, tell_problem, tell_table
from bot.cli.wire import Answered, Listed, Operations, Pictured, Reply, Run, Spoken
from bot.domain.clock import SystemClock
from bot.domain.errors import RedbuttonError
from bot.domain.ids import new_id
from bot.domain.notice import RunCard
from bot.domain.operation import Risk
from bot.pipeline.answers import Answer, Ask, Refusal, Taken


class Watch:
    """One asking, from the first word to what came of it; *invocation* once that is known.

    With *as_json* nothing is printed of what was found but its rows.
    """

    def __init__(self, folder: Path, request: Run | Spoken, *, as_json: bool = False) -> None:
        self.invocation: str | None = None
        self._folder = folder
        self._request = request
        self._as_json = as_json
        self._list = CheckList()
        self._last: RunCard | None = None

    @property
    def result(self) -> RunCard | None:
        """Return the run's last picture."""
        return self._last

    async def go(self) -> Exit:
        """Ask, print what happens, and return the exit code.

        A connection that is lost before the answer is tried once more under the same key, which
        makes it the same asking.
        """
        try:
            return await self._once()
        except HungUp:
            if self.invocation is not None:
                raise self._lost() from None
        try:
            return await self._once()
        except (HungUp, NoBot):
            raise self._lost() from None

    async def _once(self) -> Exit:
        code = Exit.FAILED
        async for reply in replies(self._folder, self._request):
            code = self._hear(reply)
        if self._last is not None:
            return tell_rows(self._last) if self._as_json else tell_end(self._last)
        if self.invocation is not None:
            raise RedbuttonError("The run ended out of this bot's sight.", fix=self.how_to_look())
        return code

    def _hear(self, reply: Reply) -> Exit:
        match reply:
            case Answered(answer=answer):
                return self._answered(answer)
            case Pictured(card=card):
                self._last = card
                if not self._as_json:
                    self._list.tell(card)
                return Exit.DONE
            case Listed(row=row) if isinstance(self._request, Spoken):
                click.echo(shown(row.get("say", "")))
                return Exit.DONE
            case _:
                raise strange()

    def _answered(self, answer: Answer) -> Exit:
        match answer:
            case Taken(waits=waits) if waits:
                click.echo(shown(f"{answer.operation} ({answer.invocation}): {waits}"))
                return Exit.WAITING
            case Taken():
                self.invocation = answer.invocation
                if answer.risk is not Risk.READ:
                    click.echo(shown(f"Taken: {answer.operation} ({answer.invocation})."))
                return Exit.DONE
            case Refusal():
                again = "Repeat it with `--again` if you mean it." if answer.again else ""
                tell_problem(answer.message, again or answer.fix)
                return Exit.USAGE if answer.code == "unclear" else Exit.REFUSED
            case Ask():
                return _ask(answer)

    def _lost(self) -> HungUp:
        if self.invocation is not None:
            return HungUp("The bot hung up; the run goes on without us.", fix=self.how_to_look())
        return HungUp(
            f"The bot hung up before it answered; {self._request.wanted!r} may have been taken.",
            fix=f"Look before you ask again: `redbutton audit list --limit 5{self._narrowed()}`.",
        )

    def _narrowed(self) -> str:
        asked = self._request
        return f" --operation {asked.operation}" if isinstance(asked, Run) else ""

    def how_to_look(self) -> str:
        """Return the sentence that says where the run's end is to be read."""
        return f"`redbutton audit show {self.invocation}` tells how it ends."


def _ask(ask: Ask) -> Exit:
    if ask.repeated:
        tell_problem("You asked this before, and something was wrong.", "Ask anew.")
        return Exit.USAGE
    tell_problem(f"{ask.operation} cannot run like this:")
    for error in ask.errors:
        tell_problem(f"  {error.field}: {error.message}" if error.field else f"  {error.message}")
    return Exit.USAGE


def asking(
    operation: str,
    words: tuple[str, ...],
    *,
    again: bool,
    confirm: str | None,
    glass: str | None = None,
) -> Run:
    """Make the request to run *operation*, under a key of its own."""
    key = new_id(SystemClock().now())
    return Run(operation=operation, words=words, key=key, again=again, confirm=confirm, glass=glass)


def speaking(words: tuple[str, ...], *, again: bool, confirm: str | None) -> Spoken:
    """Make the request to do what *words* mean after `incident`, under a key of its own."""
    return Spoken(words=words, key=new_id(SystemClock().now()), again=again, confirm=confirm)


async def tell_operations(folder: Path, *, as_json: bool) -> None:
    """Print what may be run, with the fields of each."""
    found = await rows(folder, Operations())
    if as_json:
        tell_json(found)
        return
    listed = [(row["name"], row["risk"], row["summary"]) for row in found]
    tell_table([("OPERATION", "RISK", "WHAT IT DOES"), *listed])
