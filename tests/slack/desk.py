"""A desk that writes down what it is asked, for tests of the surface alone."""

from collections.abc import Sequence

from bot.authoring import Context, Params, Result, Risk, operation
from bot.domain.catalogue import Catalogue
from bot.domain.incident import Incident
from bot.domain.invocation import Origin
from bot.domain.notice import ApprovalCard
from bot.domain.operation import Operation
from bot.domain.params import Option
from bot.pipeline.answers import Answer, Asking, Refusal, Taken
from bot.settings_incidents import IncidentSettings


class Suspend(Params):
    user: str
    """The account's e-mail address."""

    reason: str
    """Why, in one sentence."""


@operation("users.suspend", risk=Risk.CHANGE, target="user")
async def suspend_user(params: Suspend, ctx: Context) -> Result:
    """Suspend an account."""
    return Result(f"{params.user} {ctx.invocation}")


@operation("db.failover", risk=Risk.DISRUPT, target="user")
async def fail_over(params: Suspend, ctx: Context) -> Result:
    """Move a database to its replica."""
    return Result(f"{params.user} {ctx.invocation}")


CATALOGUE = Catalogue([suspend_user, fail_over])


def taken(risk: Risk = Risk.CHANGE) -> Taken:
    return Taken(invocation="0199-abc", operation="users.suspend", risk=risk)


class Quiet:
    """Knows of no incident."""

    plan = IncidentSettings().plan()

    async def incident_here(self, origin: Origin) -> Incident | None:
        del origin
        return None

    async def open_incidents(self, origin: Origin) -> Sequence[Incident]:
        del origin
        return ()


QUIET = Quiet()


class WrittenDown:
    """Answers everything with *answer*; what is an exception is raised."""

    def __init__(self, answer: Answer | Exception | None = None) -> None:
        self.answer: Answer | Exception = answer or taken()
        self.offered: Sequence[Operation] | Exception = list(CATALOGUE)
        self.asked: list[Asking] = []
        self.pressed: list[tuple[str, str, Origin]] = []

    def _answer(self) -> Answer:
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    async def ask(self, asking: Asking) -> Answer:
        self.asked.append(asking)
        return self._answer()

    def lanes(self, operation: Operation) -> tuple[str, ...]:
        del operation
        return ()

    async def opens(self, origin: Origin, name: str) -> Operation | Refusal:
        del origin
        return CATALOGUE.get(name) or Refusal(message=f"There is no operation {name!r}.")

    async def offers(self, origin: Origin) -> Sequence[Operation]:
        del origin
        if isinstance(self.offered, Exception):
            raise self.offered
        return self.offered

    async def options(self, origin: Origin, name: str, field: str, typed: str) -> Sequence[Option]:
        return [Option(f"{origin.user} {name} {field} {typed}", typed or "all")]

    async def again(self, invocation: str, origin: Origin) -> Answer:
        self.pressed.append(("again", invocation, origin))
        return self._answer()

    async def break_glass(self, invocation: str, origin: Origin, reason: str) -> Answer:
        self.pressed.append((f"glass {reason}", invocation, origin))
        return self._answer()

    async def cancel(self, invocation: str, origin: Origin) -> Answer:
        self.pressed.append(("cancel", invocation, origin))
        return self._answer()

    async def share(self, invocation: str, origin: Origin) -> Answer:
        self.pressed.append(("share", invocation, origin))
        return self._answer()

    async def look(self, invocation: str, round_: int, origin: Origin) -> ApprovalCard | Refusal:
        self.pressed.append((f"look {round_}", invocation, origin))
        return Refusal(message="This was decided already.", code="decided")

    async def vote(
        self, invocation: str, round_: int, origin: Origin, *, yes: bool, reason: str
    ) -> Answer:
        self.pressed.append((f"vote {round_} {yes} {reason}", invocation, origin))
        return self._answer()

    async def hand_over(self, invocation: str, round_: int, origin: Origin, to: str) -> Answer:
        self.pressed.append((f"hand over {round_} {to}", invocation, origin))
        return self._answer()

    async def remark(self, invocation: str, origin: Origin, text: str) -> Answer:
        self.pressed.append((f"remark {text}", invocation, origin))
        return self._answer()
