"""Asking the rules: what people read who want to know who may do what, and why."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.pipeline.explaining import Explaining
from playground.model import Person
from playground.screen import SeenMessage
from tests.conventions.house import catalogue
from tests.scenarios.test_road import judged
from tests.world import World, readable, world

ASKED = '/ops policy.why users.suspend user=alan@example.com reason="card testing"'


@pytest.fixture
async def w(tmp_path: Path) -> AsyncIterator[World]:
    async with world(tmp_path) as everything:
        yield everything
        assert judged(everything.slack) == []
        assert everything.slack.workspace.complaints == []


async def answer(w: World, person: Person, line: str) -> str:
    """Let *person* type *line*, and return what they are told."""

    def told() -> list[SeenMessage]:
        return [m for m in w.slack.sees(person).messages if m.ts not in before]

    before = {m.ts for m in w.slack.sees(person).messages}
    await w.slack.types(person, line, channel=w.ops)
    await w.slack.until(told, within=15)
    return told()[-1].text.replace("\N{MODIFIER LETTER GRAVE ACCENT}", "`")


async def test_who_may_is_told_so_and_nothing_is_run(w: World) -> None:
    told = await answer(w, w.ada, ASKED)

    assert "The rules would let you run users.suspend here and now." in told
    assert "allow (allowed)" in told
    assert "Only `support-leads` may suspend or resume a user." in told
    assert w.bot.known.rules.digest[:12] in told
    assert w.state_of("alan@example.com") == "active"
    assert await w.stages() == ["intent", "outcome"]


async def test_who_may_not_learns_why_and_who_can_help(w: World) -> None:
    told = await answer(w, w.sam, ASKED)

    assert "The rules would not let you run users.suspend here and now." in told
    assert "deny (no_rule)" in told
    assert "*Rule leads-suspend-users*\nOnly `support-leads` may suspend or resume" in told
    assert "*Who can help*\nAda\n" in told
    assert "*What to do*\nAsk one of them to run it." in told
    assert "groups | support\n" in told


async def test_of_many_who_can_help_five_are_named_and_the_others_counted(w: World) -> None:
    for n in range(6):
        w.slack.person(f"lead{n}", groups=["support-leads"])
    w.bot.directory.heard("all")

    told = await answer(w, w.sam, ASKED)

    assert "*Who can help*\nAda, Lead0, Lead1, Lead2, Lead3 and 2 more" in told


async def test_the_rules_facts_are_those_of_here_and_now(w: World) -> None:
    shared = w.slack.channel("partners", members=[w.ada], shared=True)

    await w.slack.types(w.ada, ASKED, channel=shared)
    await w.slack.until(lambda: "deny (forbidden)" in w.slack.sees(w.ada).text, within=15)

    told = w.slack.sees(w.ada).text
    assert "in a channel that other organisations can read." in told
    assert "channel shared with others | yes" in told
    assert "surface | slack" in told
    assert "weekday, UTC | " in told
    assert "*Who can help*\nNobody whom I know." in told
    assert "*What to do*\nNo other rule lifts this." in told


async def test_without_words_the_answer_is_what_holds_before_there_are_params(w: World) -> None:
    may = await answer(w, w.ada, "/ops policy.why users.suspend")
    may_not = await answer(w, w.sam, "/ops policy.why users.suspend")

    later = "they decide once you give `user`, `reason`."
    assert f"So far the rules would let you run users.suspend; {later}" in may
    assert "allow (allowed), before params" in may
    assert "weekday" not in may
    assert "not let you run users.suspend, whatever you give for `user`, `reason`." in may_not


async def test_an_operation_without_fields_is_decided_at_once(w: World) -> None:
    assert "let you run policy.mine here and now." in await answer(
        w, w.sam, "/ops policy.why policy.mine"
    )


async def test_what_is_typed_wrongly_is_told_at_its_field(w: World) -> None:
    told = await answer(w, w.ada, "/ops policy.why users.suspend_domain nowhere pause=never x")

    assert "These words cannot be taken for users.suspend_domain" in told
    assert "*Field pause*\n'never' is not a whole number; write digits only" in told


async def test_a_misspelt_operation_is_told_with_the_nearest(w: World) -> None:
    told = await answer(w, w.ada, "/ops policy.why users.suspnd")

    assert "There is no operation 'users.suspnd'." in told
    assert "Did you mean `users.suspend`" in told


async def test_a_guest_is_refused_by_the_rules_themselves(w: World) -> None:
    told = await answer(w, w.mallory, ASKED)

    why = "Guests, people of other organisations and bots may not run anything here."
    assert told.splitlines() == [why, "No other rule lifts this."]


async def test_a_refusal_names_the_command_that_says_more(w: World) -> None:
    told = await answer(w, w.sam, "/ops users.suspend alan@example.com card testing")

    assert told.splitlines() == [
        "Only `support-leads` may suspend or resume a user.",
        "Ask one of them to run it; `/ops policy.why users.suspend` says more.",
    ]


async def test_what_was_asked_about_is_in_the_record_by_its_fingerprint_alone(w: World) -> None:
    told = await answer(w, w.ada, ASKED)

    written = "\n".join(readable(event) for event in await w.events())
    assert "alan@" not in written + told
    assert "card testing" not in written + told
    assert '"operation": "users.suspend"' in written


async def test_forty_thousand_characters_are_told_to_be_too_many(w: World) -> None:
    await w.slack.types(w.ada, f"/ops policy.why users.find {'x' * 40_000}", channel=w.ops)
    await w.slack.opens(w.ada)

    assert "at most 3,000 fit" in w.slack.modal(w.ada).text


async def test_the_people_who_could_run_it_are_named_with_the_rules(w: World) -> None:
    told = await answer(w, w.sam, "/ops policy.who_may users.find")

    assert "2 of the 3 people whom I know could run users.find: Ada, Sam." in told
    assert "*Rule support-finds-users*\nOnly `support`, `support-leads` and `sre`" in told
    assert "Groups: sre, support, support-leads." in told


async def test_a_dash_in_an_operations_name_counts_as_an_underscore(w: World) -> None:
    told = await answer(w, w.sam, "/ops policy.who-may users.suspend-domain")

    assert "could run users.suspend_domain: Ada." in told
    assert {event["operation"] for event in await w.events()} == {"policy.who_may"}


async def test_of_a_crowd_twenty_are_named_and_the_others_counted(w: World) -> None:
    for n in range(30):
        w.slack.person(f"member{n:02}", groups=["support"])
    w.bot.directory.heard("all")

    told = await answer(w, w.ada, "/ops policy.who_may users.find")

    assert "32 of the 33 people whom I know could run users.find: Ada, Member00, " in told
    assert "Member18 and 12 more." in told


async def test_i_see_all_that_i_may_run_and_why_not_the_rest(w: World) -> None:
    told = await answer(w, w.sam, "/ops policy.mine")

    assert re.search(rf"You may run \d\d of {len(list(catalogue()))} operations", told)
    assert "freeze.list | yes | Every full member may list the change freezes." in told
    assert "freeze.set | no | Only `sre` may set or lift" in told


async def test_while_slack_is_silent_the_rules_are_told_and_people_are_not(w: World) -> None:
    await answer(w, w.sam, "/ops meta.whoami")
    w.slack.workspace.faults.down("users.list")
    w.bot.directory.heard("all")

    why = await answer(w, w.sam, ASKED)
    who = await answer(w, w.sam, "/ops policy.who_may users.suspend")

    assert "deny (no_rule)" in why
    assert "People are not known now: Slack does not answer." in why
    assert "Who may run users.suspend stands in the rules; people are not known now." in who
    assert "Only `support-leads` may suspend or resume a user." in who


async def test_a_thousand_people_are_asked_about(w: World) -> None:
    for n in range(1000):
        w.slack.person(f"p{n}", groups=["support-leads", f"team{n}"] if n % 3 else [f"team{n}"])
    w.bot.directory.heard("all")
    people = await w.bot.directory.people(w.slack.team_id)
    operation = w.bot.known.catalogue.get("users.suspend")
    assert operation is not None
    explaining = Explaining(lambda: w.bot.known.rules.current, w.bot.around)

    found = await explaining.who_may(people[0], operation, "", "slack", None)

    assert (found.known, len(found.people or ())) == (len(people), 667)
