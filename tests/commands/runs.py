"""A run of one operation over its ports, with steps that are remembered."""

from dataclasses import dataclass, field

from bot.domain.actor import Actor
from bot.domain.decision import Decision, Effect, Question
from bot.domain.invocation import Origin, Step, StepState, Surface
from bot.domain.operation import Operation
from bot.domain.params import Params
from bot.domain.result import Result
from bot.pipeline.answers import Value
from bot.pipeline.context import RunContext
from bot.pipeline.recording import ClearCase
from bot.pipeline.values import build
from bot.pipeline.wiring import Ports
from tests.clock import SetClock

GRACE = Actor("T1", "U1", "grace", groups=frozenset({"sre", "support"}), zone="Europe/Berlin")


@dataclass
class Steps:
    """Remembers steps as a store does, and what was shown of them, by a clock that is set."""

    kept: dict[str, Step] = field(default_factory=dict)
    shown: list[str] = field(default_factory=list)
    clock: SetClock = field(default_factory=SetClock)

    async def cancelled_by(self) -> str | None:
        return None

    async def put(self, step: Step) -> None:
        self.kept[step.name] = step

    async def show(self, progress: str) -> None:
        self.shown.append(progress)

    def forget(self, name: str) -> None:
        """Be killed after the step's effect and before its row was written."""
        self.kept[name] = Step(name, StepState.RUNNING)


@dataclass(frozen=True)
class Allowing:
    """Rules that allow the operations *names*, and give a sentence for the others."""

    names: frozenset[str]
    digest: str = "0" * 64

    def decide(self, question: Question) -> Decision:
        return self.could(question.actor, question.operation, question.surface)

    def could(self, actor: Actor, operation: Operation, surface: str) -> Decision:
        if operation.name in self.names:
            return Decision(Effect.ALLOW, "allowed", (), (), self.digest)
        why = f"Only others than {actor.name} may run {operation.name} on {surface}."
        return Decision(Effect.DENY, "no_rule", (), (why,), self.digest)


def params_of(operation: Operation, /, **values: Value) -> Params:
    """Read *values* as people would have typed them."""
    built = build(operation, values, "UTC")
    assert isinstance(built, Params), built
    return built


def case_of(operation: Operation, params: Params) -> ClearCase:
    """Let Grace ask for *operation* with *params*."""
    return ClearCase(
        id="inv-1",
        origin=Origin(surface=Surface.SLACK, team=GRACE.team, user=GRACE.id),
        operation=operation.name,
        at=SetClock().now(),
        actor=GRACE,
        declared=operation,
        params=params,
    )


async def run(
    operation: Operation, ports: Ports, steps: Steps | None = None, /, **values: Value
) -> Result:
    """Run *operation*, going on after the *steps* of an earlier life."""
    memory = steps or Steps()
    before = tuple(memory.kept.values())
    params = params_of(operation, **values)
    context = RunContext(case_of(operation, params), memory.clock, memory, before)
    answer: Result = await operation.reach.call(params, context, **ports.fill(operation.reach))
    return answer
