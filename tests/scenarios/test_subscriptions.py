"""Somebody subscribes to a digest: at their own hour, to them alone, and mutes it again."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.domain.schedule import Schedule
from bot.main.scheduling import shelf_of
from playground.model import Person
from tests.scenarios.desks import desk
from tests.scenarios.test_home import home
from tests.scenarios.test_home_own import seen, shows, shows_no
from tests.scenarios.test_road import judged, reads
from tests.scenarios.test_schedules import OFTEN, happened, said_to, until_recorded
from tests.world import Flavour, World, world


@pytest.fixture
async def w(tmp_path: Path) -> AsyncIterator[World]:
    async with world(tmp_path, schedule=OFTEN) as everything:
        yield everything
        assert judged(everything.slack) == []
        assert everything.slack.workspace.complaints == []


async def stands(w: World, place: str) -> Schedule:
    """Return the subscription of *place*, a person or a channel."""
    team, name = w.slack.workspace.team_id, f"digest-incidents-{place.lower()}"
    found = await shelf_of(w.bot.kept).get(team, name)
    assert found is not None
    return found


async def comes_often(w: World, operation: str, person: Person, **other: object) -> None:
    """Keep a schedule of *person*'s that tells them *operation* every two seconds."""
    told = {
        "name": "tick",
        "operation": operation,
        "when": "every 2 seconds UTC",
        "zone": "UTC",
        "owner": person.id,
        "team": w.slack.workspace.team_id,
        "since": w.bot.kept.store.clock.now(),
    }
    assert await shelf_of(w.bot.kept).add(Schedule.model_validate(told | other), "test")


async def fires(w: World, times: int) -> None:
    """Wait until what schedules asked for was answered so many *times*."""
    while (await w.stages(actor="tick")).count("outcome") < times:
        await w.bot.kept.store.clock.sleep(0.1)


async def test_a_person_subscribes_at_the_hour_of_their_own_clock_and_ends_it(w: World) -> None:
    mia = w.slack.person("mia", tz="America/New_York")
    w.ops.members.append(mia.id)

    told = await said_to(w, mia, "/ops digest.subscribe incidents at=8:30", "is told to you.")
    found = await stands(w, mia.id)
    await said_to(w, mia, "/ops digest.subscriptions", "1 subscription.")
    await said_to(w, mia, "/ops digest.unsubscribe incidents", "is told to you no more.")
    await said_to(w, mia, "/ops digest.subscriptions", "There is no subscription.")

    assert "Every weekday at 08:30, America/New_York." in told
    assert "On it: `digest.subscribe`. I will tell you by direct message." in told
    assert (found.owner, found.channel) == (mia.id, None)
    assert "is told to you" not in w.slack.sees(w.sam).text


async def test_who_subscribes_anew_has_another_hour_and_still_one_subscription(w: World) -> None:
    await said_to(w, w.ada, "/ops digest.subscribe incidents", "Every weekday at 09:00")
    await said_to(w, w.ada, "/ops digest.subscribe incidents at=7:00 days=daily", "Every day at 07")

    (kept,) = await shelf_of(w.bot.kept).everywhere()
    assert kept.when == "every day at 07:00 Europe/Berlin"


async def test_who_is_refused_another_hour_still_has_the_old_one(w: World) -> None:
    room = w.slack.channel("old", members=[w.ada])
    line = f"/ops digest.subscribe incidents channel={room.id}"
    await said_to(w, w.ada, line, "is told to")
    await w.slack.archives(w.ada, room)

    await said_to(w, w.ada, f"{line} at=7:00", "The channel #old is archived.")

    assert (await stands(w, room.id)).when == "weekdays at 09:00 Europe/Berlin"


async def test_what_is_run_now_comes_by_direct_message_alone(w: World) -> None:
    await said_to(w, w.ada, "/ops digest.subscribe incidents", "is told to you.")
    await said_to(
        w,
        w.ada,
        f"/ops schedule.run {(await stands(w, w.ada.id)).name}",
        "asked for digest.incidents. It is told in Ada's direct messages.",
    )

    await reads(w, w.ada, "No incident is open.")

    assert "No incident is open." not in w.slack.sees(w.sam).text


async def test_it_is_muted_unmuted_and_snoozed_for_a_while(w: World) -> None:
    await said_to(w, w.ada, "/ops digest.subscribe incidents days=daily", "is told to you.")
    await said_to(w, w.ada, "/ops digest.mute incidents", "`digest.incidents` is muted.")
    muted = await stands(w, w.ada.id)
    await said_to(w, w.ada, "/ops digest.subscriptions", "muted by Ada")
    await said_to(w, w.ada, "/ops digest.unmute incidents", "is told again.")
    await said_to(w, w.ada, "/ops digest.snooze incidents lasts=3d", "is snoozed until ")
    asleep = await stands(w, w.ada.id)
    coming = w.bot.schedules.desk.next(asleep, 1)[0]
    await said_to(w, w.ada, "/ops digest.subscriptions", "snoozed, then ")
    await said_to(w, w.ada, "/ops schedule.list", "as made; snoozed, then ")

    days = coming.astimezone(ZoneInfo("Europe/Berlin")) - w.bot.kept.store.clock.now()
    assert muted.paused == "muted by Ada"
    assert asleep.paused == ""
    assert timedelta(days=2, hours=22) < days <= timedelta(days=4, hours=1)


async def test_what_was_snoozed_comes_again_once_that_is_over(w: World) -> None:
    over = w.bot.kept.store.clock.now() + timedelta(seconds=1)
    await comes_often(w, "digest.incidents", w.ada, snoozed=over)

    await reads(w, w.ada, "No incident is open.")
    told = await said_to(w, w.ada, "/ops schedule.list", "1 schedule.")

    assert "snoozed" not in told


async def test_what_is_snoozed_is_not_asked_for_and_that_is_on_the_record(w: World) -> None:
    until = w.bot.kept.store.clock.now() + timedelta(hours=1)
    await comes_often(w, "digest.incidents", w.ada, snoozed=until)

    skipped = await until_recorded(w, "schedule.skipped")

    assert skipped[0]["detail"]["why"] == "snoozed"
    assert await happened(w, "schedule.fired") == []


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("digest.unsubscribe incidents", "You do not subscribe to 'digest.incidents'."),
        ("digest.mute health", "You do not subscribe to 'digest.health'."),
        ("digest.subscribe incidents at=25:00", "25:00"),
        ("digest.subscribe approvals channel={ops}", "The rules do not let a schedule run"),
    ],
)
async def test_what_cannot_be_is_refused_with_the_cure(w: World, line: str, told: str) -> None:
    await said_to(w, w.ada, f"/ops {line.format(ops=w.ops.id)}", told)

    assert await shelf_of(w.bot.kept).everywhere() == []


async def test_only_who_keeps_a_channel_subscribes_it(w: World) -> None:
    line = f"/ops digest.subscribe incidents channel={w.ops.id}"

    await said_to(w, w.sam, line, "Only `sre` and `support-leads` may keep the subscriptions")
    await said_to(w, w.ada, line, "is told to")
    await said_to(w, w.ada, "/ops digest.subscriptions", "1 subscription.")

    found = await stands(w, w.ops.id)
    assert (found.channel, found.owner) == (w.ops.id, w.ada.id)


# A Home is kept in step by the bot that it was opened through, and two take turns.
@pytest.mark.parametrize("flavour", [Flavour.HTTP, Flavour.SOCKETS], indirect=True)
async def test_what_i_subscribe_to_stands_in_my_home_and_in_no_other(w: World) -> None:
    await home(w, w.ada)
    await home(w, w.sam)
    await said_to(w, w.ada, "/ops digest.subscribe incidents", "is told to you.")
    told = await shows(w, w.ada, "Your schedules")
    await said_to(w, w.ada, "/ops digest.mute incidents", "is muted.")
    await shows(w, w.ada, ", paused")
    await said_to(w, w.ada, "/ops digest.unsubscribe incidents", "no more.")
    await shows_no(w, w.ada, "Your schedules")

    assert "Your schedules" in told
    assert "Your schedules" not in seen(w, w.sam)


async def test_nobody_ends_what_somebody_else_subscribes_to(w: World) -> None:
    await said_to(w, w.ada, "/ops digest.subscribe incidents", "is told to you.")

    await said_to(w, w.sam, "/ops digest.unsubscribe incidents", "You do not subscribe to")

    assert (await stands(w, w.ada.id)).owner == w.ada.id


@pytest.mark.parametrize("verb", ["remove", "pause", "resume"])
async def test_nobody_goes_round_that_by_the_schedule_it_is(w: World, verb: str) -> None:
    await said_to(w, w.ada, "/ops digest.subscribe incidents", "is told to you.")
    name = (await stands(w, w.ada.id)).name

    await said_to(w, w.sam, f"/ops schedule.{verb} {name}", f"`{name}` is Ada's subscription.")
    await said_to(w, w.ada, f"/ops schedule.{verb} {name}", f"`{name}` ")


async def test_what_a_channel_subscribes_to_is_muted_by_who_keeps_it_alone(w: World) -> None:
    line = f"/ops digest.subscribe incidents channel={w.ops.id}"
    await said_to(w, w.ada, line, "is told to")
    name = (await stands(w, w.ops.id)).name

    told = await said_to(w, w.sam, f"/ops schedule.pause {name}", f"`{name}` is a subscription of")

    assert f"/ops digest.mute incidents channel={w.ops.id}" in told
    assert (await stands(w, w.ops.id)).paused == ""


async def test_nobody_takes_the_name_of_what_somebody_may_subscribe_to(w: World) -> None:
    name = f"digest-incidents-{w.ada.id.lower()}"
    line = f'/ops schedule.add {name} freeze.list "weekdays at 9"'

    await said_to(w, w.sam, line, "Names like 'digest-incidents-")
    await said_to(w, w.ada, "/ops digest.subscribe incidents", "is told to you.")


async def test_where_nothing_is_to_tell_a_quiet_one_says_nothing(w: World) -> None:
    await comes_often(w, "digest.incidents", w.ada, params="quiet=yes", channel=w.ops.id)

    await fires(w, 2)

    assert "No incident is open." not in w.slack.sees(w.ada).text


async def test_where_nothing_is_to_tell_any_other_says_so_in_one_line(w: World) -> None:
    await comes_often(w, "digest.incidents", w.ada, channel=w.ops.id)

    await reads(w, w.sam, "No incident is open.")


async def test_what_waits_for_me_is_told_to_me_alone(tmp_path: Path) -> None:
    async with desk(tmp_path) as d:
        await d.asks()
        await d.agree(d.dan, d.eve)
        for line, told in (
            ("digest.subscribe approvals", "`digest.approvals` is told to you."),
            (f"schedule.run digest-approvals-{d.dee.id.lower()}", "asked for digest.approvals."),
        ):
            await d.w.slack.types(d.dee, f"/ops {line}", channel=d.room)
            await d.reads(d.dee, told)
        await d.reads(d.dee, "1 request waits for you")

        assert "request waits for you" not in d.w.slack.sees(d.dan).text
