"""What people do, and what they see: the whole bot over the pretend workspace."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.domain.record import Stage
from bot.main.running import running
from playground.backoffice import seed
from playground.driver import PretendSlack
from playground.http import asgi
from playground.model import Person
from tests.clock import CorrectedClock
from tests.conventions.house import catalogue
from tests.slackblocks_judge import judge_message, judge_view
from tests.world import Flavour, World, readable, recorded, settings, world


@pytest.fixture
async def w(tmp_path: Path) -> AsyncIterator[World]:
    async with world(tmp_path) as everything:
        yield everything
        unjudged = [*judged(everything.slack)]
        assert unjudged == []
        assert everything.slack.workspace.complaints == []


def judged(slack: PretendSlack) -> list[str]:
    """Return what the second judge has against any view or message that was produced."""
    produced = slack.workspace.produced
    return [
        fault
        for made in produced
        for fault in (judge_view(made.body) if made.kind == "view" else judge_message(made.body))
    ]


async def reads(w: World, person: Person, words: str) -> None:
    await w.slack.until(lambda: words in w.slack.sees(person).text, within=15)


async def test_ada_suspends_an_account_with_words(w: World) -> None:
    line = '/ops users.suspend alan@example.com reason="card testing"'

    reply = await w.slack.types(w.ada, line, channel=w.ops)
    await reads(w, w.ada, "alan@example.com is suspended.")

    assert "On it" in reply.text
    assert w.state_of("alan@example.com") == "suspended"
    assert w.changes() == 1
    assert await w.stages() == ["intent", "started", "preview", "step", "step", "outcome"]


async def test_the_run_is_one_message_that_everybody_in_the_channel_sees(w: World) -> None:
    await w.slack.types(w.ada, "/ops users.suspend alan@example.com card testing", channel=w.ops)
    await reads(w, w.sam, "alan@example.com is suspended.")

    seen = [m for m in w.slack.sees(w.sam).messages if m.thread_ts in ("", m.ts)]
    assert len(seen) == 1
    assert "✓ Suspend the account" in seen[0].text
    assert "/ops users.resume user=alan@example.com" in seen[0].text


async def test_whoever_may_not_reads_why_and_who_may(w: World) -> None:
    reply = await w.slack.types(
        w.sam, "/ops users.suspend alan@example.com card testing", channel=w.ops
    )

    assert "Only `support-leads` may suspend or resume a user." in reply.text
    assert w.state_of("alan@example.com") == "active"
    assert await w.stages() == ["denied"]
    assert w.slack.sees(w.ada).messages == ()


@pytest.mark.parametrize("kind", ["guest", "external", "bot", "deactivated"])
async def test_an_outsider_does_nothing_and_leaves_a_record(w: World, kind: str) -> None:
    eve = w.slack.person("eve", groups=["support-leads"], **{kind: True})  # type: ignore[arg-type]  # Each kind is a flag of its own.
    w.ops.members.append(eve.id)

    await w.slack.types(eve, "/ops users.suspend alan@example.com card testing", channel=w.ops)

    assert w.state_of("alan@example.com") == "active"
    assert await w.stages() == ["denied"]


async def test_what_is_missing_is_asked_for_in_a_form(w: World) -> None:
    await w.slack.types(w.ada, "/ops users.suspend alan@example.com", channel=w.ops)
    modal = await w.slack.opens(w.ada)

    assert modal.fields["user"].value == "alan@example.com"
    assert modal.errors == {}
    assert await w.stages() == []


async def test_what_is_wrong_is_told_at_its_field_and_recorded(w: World) -> None:
    await w.slack.types(w.ada, "/ops users.suspend alan@example.com no", channel=w.ops)
    modal = await w.slack.opens(w.ada)

    assert "at least 5" in modal.text
    assert modal.fields["user"].value == "alan@example.com"
    assert await w.stages() == ["invalid"]


async def test_a_form_is_filled_in_by_typing_ahead_and_a_double_click_acts_once(w: World) -> None:
    await w.slack.types(w.ada, "/ops users.suspend", channel=w.ops)
    await w.slack.opens(w.ada)
    offered = await w.slack.suggests(w.ada, "user", "alan")
    w.slack.fills(w.ada, user=offered[0], reason="card testing")

    await w.slack.submits(w.ada, clicks=2)
    await reads(w, w.ada, "alan@example.com is suspended.")

    assert w.changes() == 1
    assert (await w.stages()).count("intent") == 1


async def test_an_error_in_a_form_stands_at_its_field_and_the_mended_form_is_taken(
    w: World,
) -> None:
    await w.slack.types(w.ada, "/ops users.suspend alan@example.com", channel=w.ops)
    await w.slack.opens(w.ada)
    w.slack.fills(w.ada, reason="bad \u202e text")
    await w.slack.submits(w.ada)

    assert "U+202E" in w.slack.modal(w.ada).fields["reason"].error

    w.slack.fills(w.ada, reason="card testing")
    await w.slack.submits(w.ada)
    await reads(w, w.ada, "alan@example.com is suspended.")

    assert (await w.stages())[:2] == ["invalid", "intent"]


async def test_asking_for_the_same_within_a_minute_is_asked_about(w: World) -> None:
    line = "/ops users.resume mallory@example.com"
    await w.slack.types(w.ada, line, channel=w.ops)
    await reads(w, w.ada, "mallory@example.com is active again.")

    await w.slack.types(w.ada, line, channel=w.ops)
    await reads(w, w.ada, "You asked for exactly this")
    await w.slack.presses(w.ada, "again")
    await reads(w, w.ada, "is active already")

    stages = await w.stages()
    assert (stages.count("intent"), stages.count("denied")) == (2, 1)
    assert w.changes() == 1


async def test_only_who_asked_may_say_once_more(w: World) -> None:
    line = "/ops users.resume mallory@example.com"
    await w.slack.types(w.ada, line, channel=w.ops)
    await w.slack.types(w.ada, line, channel=w.ops)
    held = (await w.events(stage=Stage.DENIED))[0]["invocation"]
    origin = (await w.bot.kept.book.get(held)).origin.model_copy(update={"user": w.sam.id})  # type: ignore[union-attr]  # It is there: it was just recorded.

    answer = await w.bot.desk.again(held, origin)

    assert "not asked by you" in answer.message  # type: ignore[union-attr]  # A refusal has one.


async def test_only_the_asker_sees_what_was_looked_up_until_it_is_shared(w: World) -> None:
    await w.slack.types(w.sam, "/ops users.find mallory", channel=w.ops)
    await reads(w, w.sam, "Mallory Quick")

    assert "Mallory Quick" not in w.slack.sees(w.ada).text

    await w.slack.presses(w.sam, "Share here")
    await reads(w, w.ada, "Mallory Quick")

    assert await w.stages() == ["intent", "outcome", "step"]


async def test_an_unknown_operation_is_told_with_the_nearest_names(w: World) -> None:
    reply = await w.slack.types(w.ada, "/ops users.suspnd alan@example.com", channel=w.ops)

    assert "users.suspend" in reply.text
    assert await w.stages() == ["invalid"]


async def test_what_was_typed_in_place_of_a_name_is_not_recorded(w: World) -> None:
    reply = await w.slack.types(w.ada, "/ops alan@example.com please", channel=w.ops)

    assert "There is no operation 'alan@example.com'" in reply.text
    assert await w.stages() == ["invalid"]
    assert "alan" not in readable((await w.events())[0])


async def test_help_lists_only_what_i_may_run(w: World) -> None:
    await w.slack.types(w.sam, "/ops meta.help", channel=w.ops)
    await reads(w, w.sam, f"of {len(list(catalogue()))} operations.")

    assert "freeze.list" in w.slack.sees(w.sam).text
    assert "freeze.set" not in w.slack.sees(w.sam).text


async def test_whoami_tells_what_the_bot_takes_me_for(w: World) -> None:
    await w.slack.types(w.ada, "/ops meta.whoami", channel=w.ops)

    await reads(w, w.ada, "support, support-leads")

    assert w.ada.id in w.slack.sees(w.ada).text


async def test_the_bare_command_opens_a_searchable_catalogue_of_what_i_may_run(w: World) -> None:
    await w.slack.types(w.sam, "/ops", channel=w.ops)
    await w.slack.opens(w.sam)

    offered = await w.slack.suggests(w.sam, "operation", "")

    await w.slack.closes(w.sam)
    await w.slack.types(w.sam, "/ops meta.help", channel=w.ops)
    await reads(w, w.sam, f"You may run {len(offered)} of {len(list(catalogue()))} operations.")
    assert not any("Suspend" in text for text in offered)


async def test_options_are_offered_to_nobody_who_could_not_run_the_operation(w: World) -> None:
    await w.slack.types(w.ada, "/ops users.suspend", channel=w.ops)
    await w.slack.opens(w.ada)
    await w.slack.regroups("support-leads", [])

    assert await w.slack.suggests(w.ada, "user", "alan") == []


async def test_a_person_who_lost_the_group_is_refused_at_submit(w: World) -> None:
    await w.slack.types(w.ada, "/ops users.suspend alan@example.com", channel=w.ops)
    await w.slack.opens(w.ada)
    w.slack.fills(w.ada, reason="card testing")
    await w.slack.regroups("support-leads", [])

    await w.slack.submits(w.ada)

    assert "Only `support-leads`" in w.slack.sees(w.ada).text
    assert w.state_of("alan@example.com") == "active"
    assert await w.stages() == ["denied"]


async def test_nothing_a_parameter_holds_becomes_a_mention_or_a_link(w: World) -> None:
    hostile = "<!channel> <@U123> <https://evil.example|bank> *bold* `code`"
    await w.slack.types(w.ada, f"/ops users.suspend alan@example.com {hostile}", channel=w.ops)
    await reads(w, w.ada, "alan@example.com is suspended.")

    made = [str(m.body) for m in w.slack.workspace.produced]
    assert not any("<!channel" in m or "<https://evil" in m for m in made)


async def test_where_the_bot_is_no_member_the_answer_comes_by_direct_message(w: World) -> None:
    elsewhere = w.slack.channel("elsewhere", members=[w.ada], with_bot=False)

    await w.slack.types(
        w.ada, "/ops users.suspend alan@example.com card testing", channel=elsewhere
    )
    await reads(w, w.ada, "alan@example.com is suspended.")

    done = next(m for m in w.slack.sees(w.ada).messages if "is suspended." in m.text)
    assert done.said.channel == w.slack.direct(w.ada).id


async def test_a_repeated_delivery_gets_the_first_answer_and_does_nothing(
    tmp_path: Path,
) -> None:
    clock = CorrectedClock()
    async with world(tmp_path, clock) as w:
        line = "/ops users.suspend alan@example.com card testing"
        first = await w.slack.types(w.ada, line, channel=w.ops)
        await reads(w, w.ada, "alan@example.com is suspended.")
        before = await w.stages()
        clock.jump(2)

        again = await w.slack.redelivers()

        assert (again.status, again.text) == (200, first.text)
        assert await w.stages() == before
        assert w.changes() == 1


async def test_a_repeat_after_a_restart_gets_the_first_answer(tmp_path: Path) -> None:
    clock = CorrectedClock()
    async with PretendSlack.open(clock=clock) as slack:
        ada = slack.person("ada", groups=["support-leads"])
        ops = slack.channel("ops", members=[ada])
        seed(tmp_path / "backoffice.db")
        async with running(settings(slack, tmp_path), clock) as bot:
            slack.deliver_to(asgi(bot.app))
            line = "/ops users.suspend alan@example.com card testing"
            first = await slack.types(ada, line, channel=ops)
            await slack.until(lambda: "is suspended." in slack.sees(ada).text, within=15)
        clock.jump(2)

        async with running(settings(slack, tmp_path), clock) as bot:
            slack.deliver_to(asgi(bot.app))
            again = await slack.redelivers()
            events = await recorded(bot)

    assert again.text == first.text
    assert [e["stage"] for e in events].count("intent") == 1


@pytest.mark.parametrize("flavour", [Flavour.HTTP], indirect=True)
async def test_a_byte_identical_replay_is_refused(w: World) -> None:
    await w.slack.types(w.sam, "/ops users.find mallory", channel=w.ops)

    reply = await w.slack.replays()

    assert reply.status == 401
