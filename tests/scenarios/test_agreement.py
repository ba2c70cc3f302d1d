"""Whatever the rules are said to answer, they answer: `policy.why` beside asking for the thing."""

import random
from itertools import count, product
from pathlib import Path

import pytest

from bot.domain.decision import Effect
from bot.domain.explanation import Explanation
from bot.domain.invocation import Origin, Surface
from bot.domain.operation import Operation
from bot.domain.params import Params
from bot.pipeline.answers import Answer, Ask, Asking, Form, Refusal, Taken, Words
from bot.pipeline.explaining import Explaining
from bot.pipeline.understanding import understand
from playground.model import Person
from tests.conventions.house import catalogue
from tests.world import Flavour, World, world

OWN = """
@id("no-fraud") @doc("Nobody may write fraud in a reason.")
forbid (principal, action == Action::"users.suspend", resource)
when { context.params.reason like "*fraud*" };

@id("no-finding-in-terminals") @doc("Nobody may find users from a terminal.")
forbid (principal, action == Action::"users.find", resource) when { context.surface == "cli" };

@id("sam-resumes-in-slack") @doc("Support may resume the short-named, in a channel.")
permit (principal in Usergroup::"support", action == Action::"users.resume", resource)
when { context has channel && context.params.user like "a*" };

@id("slow") @doc("Nobody may take their time.")
forbid (principal, action == Action::"users.suspend_domain", resource)
when { context.params.pause * 9223372036854775807 > 5 };
"""
TYPED = (
    *("", "ada@example.com", "alan@example.com card testing", "eve@example.com fraud by her"),
    *("shop.example", 'shop.example "card testing" 0', "shop.example testing pause=3"),
    *("user=ada@example.com reason=x", "operation=users.suspend user=ada words", "pause=never"),
    *("text=ma", '"never closed', "—reason fraud", "--user --reason", "who=cares", "words=a b=c"),
)
LETTERS = "ab= -\"'\\\u201c\u2014\U0001f692\u202e"
keys = count()


@pytest.fixture
def drawn(request: pytest.FixtureRequest) -> random.Random:
    """Draw by the seed that pytest prints."""
    seed = request.config.getoption("randomly_seed", "default")
    return random.Random(str(seed))  # noqa: S311  No secret.


async def answered(w: World, origin: Origin, operation: Operation, words: str) -> Answer:
    """Ask for *operation*, and confirm what has to be confirmed."""

    async def ask(said: Words | Form) -> Answer:
        key = f"agreement {next(keys)}"
        return await w.bot.desk.ask(Asking(key, origin, operation.name, said, again=True))

    answer = await ask(Words(words))
    understood = understand(operation, Words(words), "Europe/Berlin")
    if understood.unconfirmed and isinstance(understood.params, Params) and _asks(answer):
        return await ask(Form(understood.values, operation.target_of(understood.params)))
    return answer


def _asks(answer: Answer) -> bool:
    return isinstance(answer, Ask)


def agree(told: Explanation, answer: Answer) -> bool:
    early = bool(told.lacking or told.errors)
    match answer:
        case Taken(waits=waits):
            may = told.effect is Effect.NEEDS_APPROVAL if waits else told.allowed
            return may and not early
        case Ask(errors=errors):
            return told.allowed and early and told.errors == errors
        case Refusal(code=code, message=message):
            said = " ".join(rule.sentence for rule in told.rules)
            return not told.allowed and told.code == code and (code == "error" or said == message)


@pytest.mark.parametrize("flavour", [Flavour.HTTP], indirect=True)
async def test_what_the_rules_are_said_to_answer_is_what_they_answer(
    tmp_path: Path, drawn: random.Random
) -> None:
    rules = tmp_path / "own.cedar"
    rules.write_text(OWN, encoding="utf-8")
    seen: set[str] = set()
    async with world(tmp_path, policy={"paths": [rules]}) as w:
        # Nothing that is allowed is run: only the answers are compared.
        w.bot.dispatch.paused = True
        people = [w.ada, w.sam, w.mallory, w.slack.person("ida"), *_outsiders(w)]
        places = [w.ops.id, w.slack.channel("partners", shared=True).id, None]
        for who, operation, typed in product(people, catalogue(), (*TYPED, None, None)):
            words = "".join(drawn.choices(LETTERS, k=20)) if typed is None else typed
            door, place = drawn.choice([Surface.SLACK, Surface.CLI]), drawn.choice(places)
            origin = Origin(surface=door, team=w.slack.team_id, user=who.id, channel=place)

            told = await explained(w, origin, operation, words)
            answer = await answered(w, origin, operation, words)

            seen.add(told.code)
            assert agree(told, answer), (operation.name, words, told, answer)
    assert seen == {"allowed", "forbidden", "no_rule", "error"}


def _outsiders(w: World) -> list[Person]:
    return [
        w.slack.person("eve", groups=["support-leads"], external=True),
        w.slack.person("robot", groups=["support-leads"], bot=True),
    ]


async def explained(w: World, origin: Origin, operation: Operation, words: str) -> Explanation:
    explaining = Explaining(lambda: w.bot.known.rules.current, w.bot.around)
    actor = await w.bot.directory.actor(origin.team, origin.user)
    return await explaining.why(actor, operation, words, origin.surface.value, origin.channel)
