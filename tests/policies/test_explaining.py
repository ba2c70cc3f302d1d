"""How the rules would answer, over a directory of people that a pretend Slack tells."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.actor import Actor
from bot.domain.decision import Channel
from bot.domain.errors import BadRequest, FieldError, NotAllowed, NotNow
from bot.domain.explanation import Explanation
from bot.domain.operation import Operation
from bot.pipeline.explaining import Explaining
from bot.slack.identity import IdentitySettings, SlackDirectory
from integrations.slack.client import SlackClient
from integrations.slack.config import SlackConfig
from playground.driver import PretendSlack
from policies.standing import StandingRules
from tests.clock import SetClock
from tests.policies.quiet import quiet
from tests.policies.sample import ADA, DROP, HELP, IDA, LEAD, NIGHTLY, SUSPEND, rules

SMALL = """
@id("support-small") @doc("Only `support` may suspend, for at most a week.")
permit (principal in Usergroup::"support", action == Action::"users.suspend", resource)
when { context.params.days <= 7 };

@id("leads-large") @doc("Only `support-leads` may suspend for long.")
permit (principal in Usergroup::"support-leads", action == Action::"users.suspend", resource);

@id("not-eve") @doc("Nobody may suspend Eve.")
forbid (principal, action in Action::"write", resource == Target::user::"eve");

@id("overflows") @doc("Nobody may suspend for exactly 30 days.")
forbid (principal, action == Action::"users.suspend", resource)
when { context.params.days == 30 && context.params.days * 9223372036854775807 > 5 };

@id("all-look") @doc("Everybody may look.")
permit (principal is User, action == Action::"meta.help", resource);
"""


@dataclass(frozen=True)
class Asking:
    """Rules, and the people that they are about."""

    slack: PretendSlack
    directory: SlackDirectory
    clock: SetClock
    channel: str

    async def why(
        self, actor: Actor, words: str, operation: Operation = SUSPEND, text: str = SMALL
    ) -> Explanation:
        explaining = Explaining(lambda: rules(text), quiet(self.directory, self.clock))
        return await explaining.why(actor, operation, words, "slack", self.channel)


@pytest.fixture
async def asking() -> AsyncIterator[Asking]:
    clock = SetClock()
    async with PretendSlack.open(clock=clock) as slack:
        slack.person("sue", groups=["support"])
        slack.person("lea", groups=["support-leads", "choir"])
        slack.person("max", groups=["support-leads"])
        ops = slack.channel("ops").id
        client = await SlackClient.open(SlackConfig(slack.bot_token, slack.api_url))
        directory = SlackDirectory(client, clock, IdentitySettings(channel_groups={"hot": [ops]}))
        yield Asking(slack, directory, clock, ops)
        await directory.close()
        await client.close()


async def test_who_can_help_is_asked_about_for_exactly_that(asking: Asking) -> None:
    short = await asking.why(IDA, "bob because")
    long = await asking.why(ADA, "bob because days=10")
    never = await asking.why(LEAD, "eve because")

    assert (short.code, short.helpers) == ("no_rule", ("Lea", "Max", "Sue"))
    assert (long.code, long.helpers) == ("no_rule", ("Lea", "Max"))
    assert (never.code, never.helpers) == ("forbidden", ())
    assert [rule.id for rule in never.rules] == ["not-eve"]


async def test_a_rule_for_one_person_makes_that_person_the_helper(asking: Asking) -> None:
    zoe = asking.slack.person("zoe")
    one = f"""@id("zoe") @doc("Zoe may.")
    permit (principal == User::"{asking.slack.team_id}/{zoe.id}", action, resource);"""

    told = await asking.why(IDA, "bob because", text=one)

    assert told.helpers == ("Zoe",)


async def test_under_no_rule_all_that_could_permit_it_are_told_with_their_groups(
    asking: Asking,
) -> None:
    told = await asking.why(IDA, "bob because")

    assert [(rule.id, rule.groups) for rule in told.rules] == [
        ("support-small", ("support",)),
        ("leads-large", ("support-leads",)),
    ]
    assert told.cure == "Ask one of them to run it"


async def test_where_nothing_permits_it_whoever_runs_the_bot_is_to_be_asked(
    asking: Asking,
) -> None:
    told = await asking.why(IDA, "customers", DROP)

    assert (told.code, told.rules, told.cure) == ("no_rule", (), "Ask whoever runs the bot")


async def test_what_cannot_be_evaluated_names_the_rule_and_no_helper(asking: Asking) -> None:
    told = await asking.why(LEAD, "bob because days=30")

    assert (told.code, told.allowed, told.helpers) == ("error", False, ())
    assert [rule.id for rule in told.rules] == ["overflows"]


async def test_the_facts_are_those_that_the_rules_saw(asking: Asking) -> None:
    told = await asking.why(LEAD, "bob because")

    assert told.facts == (
        ("groups", "support-leads"),
        ("guest", "no"),
        ("of another organisation", "no"),
        ("bot", "no"),
        ("surface", "slack"),
        ("channel groups", "hot"),
        ("channel shared with others", "no"),
        ("weekday, UTC", "5 (Friday)"),
        ("minute of the day, UTC", "180 (03:00)"),
    )


async def test_before_there_are_params_the_rules_see_only_who_asks_and_the_door(
    asking: Asking,
) -> None:
    told = await asking.why(LEAD, "")

    assert (told.allowed, told.lacking) == (True, ("user", "reason"))
    assert [name for name, _ in told.facts][-2:] == ["bot", "surface"]


async def test_who_could_never_be_allowed_is_not_told_what_is_typed_wrongly(
    asking: Asking,
) -> None:
    may = await asking.why(ADA, "bob because days=many")
    never = await asking.why(IDA, "bob because days=many")

    wrong = "'many' is not a whole number; write digits only, like 42."
    assert may.errors == (FieldError("days", wrong),)
    assert (never.code, never.errors) == ("no_rule", ())


async def test_a_schedule_is_answered_as_a_schedule(asking: Asking) -> None:
    told = await asking.why(NIGHTLY, "", HELP)

    assert told.code == "no_rule"
    assert told.facts[:2] == (("groups", "none"), ("surface", "slack"))


@pytest.mark.parametrize(
    "words",
    [
        'bob because code="hunter2',
        "bob because code=hunter2 code=hunter2",
        "bob because code=hunter2\N{RIGHT-TO-LEFT OVERRIDE}",
        "bob because days=1 code=hunter2 hunter2=x",
        f"bob because code={'hunter2' * 900}",
        "bob because code=hunter2",
    ],
)
async def test_a_secret_is_never_quoted(asking: Asking, words: str) -> None:
    told = [await asking.why(actor, words) for actor in (ADA, LEAD, IDA)]

    assert "hunter2" not in str(told)


async def test_while_slack_is_silent_people_are_not_known(asking: Asking) -> None:
    asking.slack.workspace.faults.down()
    explaining = Explaining(lambda: rules(SMALL), quiet(asking.directory, asking.clock))

    why = await asking.why(IDA, "bob because")
    who = await explaining.who_may(ADA, SUSPEND, "", "slack", None)

    assert (why.code, why.helpers) == ("no_rule", None)
    assert (who.people, [rule.id for rule in who.rules]) == (
        None,
        ["support-small", "leads-large"],
    )


async def test_who_may_counts_those_that_some_params_would_be_allowed(asking: Asking) -> None:
    explaining = Explaining(lambda: rules(SMALL), quiet(asking.directory, asking.clock))

    found = await explaining.who_may(ADA, SUSPEND, "", "slack", None)
    narrowed = await explaining.who_may(ADA, SUSPEND, "bob because days=10", "slack", None)

    assert narrowed.people == ("Lea", "Max")
    with pytest.raises(BadRequest, match="many"):
        await explaining.who_may(ADA, SUSPEND, "bob because days=many", "slack", None)
    assert (found.people, found.known) == (("Lea", "Max", "Sue"), 3)


@dataclass
class Meanwhile:
    """A directory that takes its time: other rules are in force once it has answered."""

    directory: SlackDirectory
    standing: StandingRules

    async def actor(self, team: str, user: str) -> Actor:
        return await self.directory.actor(team, user)

    async def people(self, team: str) -> Sequence[Actor]:
        found = await self.directory.people(team)
        self.standing.current = rules("")
        return found

    async def channel(self, team: str, channel: str) -> Channel:
        return await self.directory.channel(team, channel)


async def test_rules_that_change_meanwhile_do_not_mix_into_an_answer(asking: Asking) -> None:
    standing = StandingRules(rules(SMALL))
    meanwhile = Meanwhile(asking.directory, standing)
    explaining = Explaining(lambda: standing.current, quiet(meanwhile, asking.clock))

    before = await explaining.why(IDA, SUSPEND, "bob because", "slack", asking.channel)
    after = await explaining.why(IDA, SUSPEND, "bob because", "slack", asking.channel)

    assert (before.helpers, len(before.rules)) == (("Lea", "Max", "Sue"), 2)
    assert (after.helpers, after.rules) == ((), ())


class Silent:
    """A directory while Slack is silent, which needs no loop of its own."""

    async def actor(self, team: str, user: str) -> Actor:
        raise NotAllowed(f"Nobody knows {user} of {team}.")

    async def people(self, team: str) -> Sequence[Actor]:
        raise NotNow(f"Nobody knows who is in {team}.")

    async def channel(self, team: str, channel: str) -> Channel:
        return Channel(f"{team}{channel}", shared=True)


IN_FORCE = rules(SMALL)


def explain(actor: Actor, words: str) -> Explanation:
    explaining = Explaining(lambda: IN_FORCE, quiet(Silent(), SetClock()))
    return asyncio.run(explaining.why(actor, SUSPEND, words, "slack", "C1"))


@given(actor=st.sampled_from([ADA, LEAD, IDA]), words=st.text() | st.text("ab=\"'-\u201c \\"))
def test_whatever_is_typed_is_explained(actor: Actor, words: str) -> None:
    explain(actor, words)


@pytest.mark.parametrize("words", ["x" * 40_000, '"' * 40_000, "a= " * 13_000, "\\" * 40_000])
def test_very_long_words_are_explained(words: str) -> None:
    told = explain(ADA, f"bob {words}")

    assert sum(len(error.message) for error in told.errors) < 1000
