"""A schedule asks as anybody does: decided, recorded, told where it belongs, refused."""

from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from audit.search import Filter, search
from bot.domain.invocation import Origin, Surface
from bot.domain.record import Stage
from bot.domain.schedule import Late, Schedule, ScheduleDraft
from bot.main.scheduling import shelf_of
from bot.pipeline.answers import Asking, Words
from bot.pipeline.protocols import Entry
from bot.pipeline.times_spoken import parse
from bot.schedule.wall import trigger_of
from playground.model import Person
from tests.scenarios.test_road import judged, reads
from tests.world import World, world

OFTEN: dict[str, Any] = {"floor": 1}
TICK = '/ops schedule.add tick freeze.list "every 2 seconds UTC"'
RULE = """\
@id("schedules-look-people-up")
@doc("Schedules may look people up.")
permit (principal is Schedule, action == Action::"users.find", resource);
"""


@pytest.fixture
async def w(tmp_path: Path) -> AsyncIterator[World]:
    (tmp_path / "mine.cedar").write_text(RULE)
    policy = {"paths": [tmp_path / "mine.cedar"]}
    year = (date(2028, 1, 1) + timedelta(days=n) for n in range(366))
    holidays = {"always": {"dates": [f"{day:%m-%d}" for day in year]}}
    async with world(tmp_path, schedule=OFTEN, policy=policy, holidays=holidays) as everything:
        yield everything
        assert judged(everything.slack) == []
        assert everything.slack.workspace.complaints == []


async def kept(w: World, **other: Any) -> Schedule:
    """Keep a schedule of ada's that comes every two seconds, as somebody made it once."""
    told: dict[str, Any] = {
        "name": "tick",
        "operation": "freeze.list",
        "when": "every 2 seconds UTC",
        "zone": "UTC",
        "channel": w.ops.id,
        "owner": w.ada.id,
        "owner_name": "Ada",
        "team": w.slack.workspace.team_id,
        "since": w.bot.kept.store.clock.now(),
    }
    one = Schedule(**(told | other))
    assert await shelf_of(w.bot.kept).add(one, "test")
    return one


async def was_asked_for(w: World, one: Schedule, at: datetime) -> None:
    """Ask for what *one*, which is paused, asks for *at* that time, as it did; and let it go on."""
    origin = Origin(
        surface=Surface.SCHEDULE, team=one.team, user=one.name, channel=one.channel, owner=one.owner
    )
    await w.bot.desk.ask(Asking(one.key(at), origin, one.operation, Words(one.params)))
    now = await shelf_of(w.bot.kept).get(one.team, one.name)
    assert now is not None
    assert await shelf_of(w.bot.kept).amend(now.model_copy(update={"paused": ""}), Entry())


async def happened(w: World, stage: str) -> list[dict[str, Any]]:
    """Return what was recorded of *stage*, oldest first."""
    wish, sealer = Filter(stage=Stage(stage), limit=1000, newest_first=False), w.bot.kept.sealer
    return [f.body for f in await w.bot.kept.store.read(lambda c: search(c, wish, sealer))]


async def until_recorded(w: World, stage: str) -> list[dict[str, Any]]:
    """Wait until *stage* is recorded."""
    while not (found := await happened(w, stage)):
        await w.bot.kept.store.clock.sleep(0.1)
    return found


async def said_to(w: World, person: Person, line: str, told: str) -> str:
    """Let *person* type *line*, and wait until they are *told*."""
    await w.slack.types(person, line, channel=w.ops)
    await reads(w, person, told)
    return w.slack.sees(person).text


async def test_a_schedule_is_read_back_comes_and_is_told_in_its_channel(w: World) -> None:
    told = await said_to(w, w.ada, TICK, "`tick` asks for freeze.list. Every 2 seconds, UTC.")
    await reads(w, w.sam, "Nothing is frozen.")
    fired = await until_recorded(w, "schedule.fired")

    asked = [e for e in await w.events() if e["actor"] == "tick" and e["stage"] == "intent"]
    assert told.count(" UTC | 20") == 5
    assert "schedule tick" in w.slack.sees(w.sam).text
    assert (asked[0]["surface"], asked[0]["operation"]) == ("schedule", "freeze.list")
    assert asked[0]["decision"]["rules"] == ["schedules-read"]
    assert fired[0]["detail"]["owner"] == w.ada.id
    assert fired[0]["detail"]["key"].startswith("schedule:tick:20")


async def test_it_is_listed_paused_resumed_run_and_removed(w: World) -> None:
    day = '/ops schedule.add rota oncall.who "weekdays at 9:00 Europe/Berlin"'
    await said_to(w, w.ada, day, "Every weekday at 09:00, Europe/Berlin.")
    await said_to(w, w.ada, "/ops schedule.list", "weekdays at 09:00 Europe/Berlin | ")
    await said_to(w, w.ada, '/ops schedule.pause rota reason="Nobody reads it"', "is paused.")
    listed = await said_to(w, w.ada, "/ops schedule.list", "1 schedule, 1 of them paused.")
    await said_to(w, w.ada, "/ops schedule.resume rota", "`rota` goes on.")
    await said_to(w, w.sam, "/ops schedule.run rota", "`rota` asked for oncall.who.")
    await reads(w, w.mallory, "schedule rota")
    await said_to(w, w.ada, "/ops schedule.remove rota", "`rota` is gone")
    await said_to(w, w.ada, "/ops schedule.list", "There is no schedule.")

    assert "paused: by Ada: Nobody reads it" in listed


async def test_times_are_read_back_without_making_a_schedule(w: World) -> None:
    line = '/ops schedule.preview "first Monday at 10 Europe/London"'

    told = await said_to(w, w.sam, line, "First Monday at 10:00, Europe/London.")

    assert told.count("Mon 20") == 5


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ('freeze.list "30 February at 9"', "There is no 30 February."),
        ('freeze.list "weekdays at 9 Europe/Berlim"', "Did you mean Europe/Berlin"),
        ('freeze.list "every 7 seconds"', "does not come out even"),
        ('freeze.lisst "weekdays at 9"', "There is no operation 'freeze.lisst'."),
        ('meta.help "weekdays at 9"', "The rules do not let a schedule run meta.help"),
        ('freeze.set "weekdays at 9" params="reason=Release"', "Only `sre` may set or lift"),
        ('users.find "weekdays at 9"', "The params do not fit users.find: text is required."),
        ('oncall.page "weekdays at 9" params="service=P1 reason=Nothing_at_all"', "disrupts"),
        ('freeze.list "weekdays at 9" rests=mars', "There is no calendar 'mars' to rest by."),
        ('freeze.list "weekdays at 9" channel=C0NOWHERE', "The channel cannot be used"),
    ],
)
async def test_what_cannot_be_scheduled_is_refused_with_the_cure(
    w: World, words: str, told: str
) -> None:
    await said_to(w, w.ada, f"/ops schedule.add odd {words}", told)

    assert await shelf_of(w.bot.kept).everywhere() == []


async def test_who_leads_nobody_makes_none_for_a_channel_elsewhere(w: World) -> None:
    room = w.slack.channel("elsewhere", members=[w.ada])
    line = f'/ops schedule.add rota oncall.who "weekdays at 9:00" channel={room.id}'
    refused = "Only `sre` and `support-leads` may make schedules that tell another channel."
    await said_to(w, w.sam, line, refused)
    told = await said_to(w, w.ada, line, "`rota` asks for oncall.who.")

    assert "It is told in #elsewhere." in told
    (one,) = await shelf_of(w.bot.kept).everywhere()
    assert (one.owner, one.channel) == (w.ada.id, room.id)


async def test_two_of_one_name_are_refused(w: World) -> None:
    await kept(w, when="weekdays at 09:00 UTC")

    await said_to(w, w.ada, TICK, "There is a schedule 'tick' already.")


async def test_one_that_another_bot_ended_and_made_anew_comes_at_its_new_times_alone(
    w: World,
) -> None:
    shelf, first = shelf_of(w.bot.kept), await kept(w)
    await until_recorded(w, "schedule.fired")
    now = await shelf.get(first.team, first.name)
    assert now is not None
    await shelf.remove(now)
    await kept(w, when="every 3 seconds UTC")

    before = len(await happened(w, "schedule.fired"))
    while len(fired := (await happened(w, "schedule.fired"))[before:]) < 3:
        await w.bot.kept.store.clock.sleep(0.1)

    due = [datetime.fromisoformat(event["detail"]["due"]).second for event in fired]
    assert [second % 3 for second in due] == [0, 0, 0]


async def test_nobody_schedules_what_they_may_not_run(w: World) -> None:
    grace = w.slack.person("grace")
    w.ops.members.append(grace.id)
    line = '/ops schedule.add find users.find "weekdays at 9" params="text=ann"'

    await said_to(w, grace, line, "Only `support`, `support-leads` and `sre` may look users up.")


async def test_an_operation_that_is_gone_is_recorded_and_its_owner_told_once(w: World) -> None:
    await kept(w, operation="gone.away")

    await reads(w, w.ada, "There is no operation 'gone.away'.")
    while len(await happened(w, "schedule.fired")) < 2:
        await w.bot.kept.store.clock.sleep(0.1)

    told = w.slack.sees(w.ada).text
    assert set(await w.stages(actor="tick")) == {"invalid", "schedule.fired"}
    assert told.count("Your schedule `tick` asked for gone.away and was refused") == 1
    assert "`/ops schedule.remove tick` ends it." in told


async def test_params_that_no_longer_fit_are_told_with_the_cure(w: World) -> None:
    await kept(w, operation="users.find", params="who=ann")

    await reads(w, w.ada, "The params do not fit users.find: text is required")

    assert "`/ops meta.help users.find` tells what it takes." in w.slack.sees(w.ada).text


async def test_a_rule_that_says_no_is_told_to_the_owner(w: World) -> None:
    await kept(w, operation="users.suspend", params="alan@example.com reason='card testing'")

    await reads(w, w.ada, "asked for users.suspend and was refused")

    assert w.state_of("alan@example.com") == "active"
    assert "denied" in await w.stages(actor="tick")


async def test_once_the_owner_has_left_the_channel_is_told_and_somebody_takes_it_over(
    w: World,
) -> None:
    owner = w.slack.person("olga")
    await w.slack.changes(owner, deactivated=True)
    await kept(w, owner=owner.id, owner_name="Olga")

    await reads(w, w.sam, "Olga, who owned the schedule `tick`, has left. It goes on.")
    await said_to(w, w.sam, "/ops schedule.resume tick", "`tick` goes on. It is yours now.")

    found = await shelf_of(w.bot.kept).get(w.slack.workspace.team_id, "tick")
    assert found is not None
    assert found.owner == w.sam.id


async def test_nobody_takes_over_what_they_may_not_run(w: World) -> None:
    owner = w.slack.person("olga")
    await w.slack.changes(owner, deactivated=True)
    far = {"operation": "digest.operations", "when": "weekdays at 09:00 UTC", "channel": None}
    await kept(w, **far, owner=owner.id, paused="Its owner has left, and it has no channel.")

    await said_to(w, w.sam, "/ops schedule.resume tick", "Only `sre` and `support-leads` may read")

    found = await shelf_of(w.bot.kept).get(w.slack.workspace.team_id, "tick")
    assert found is not None
    assert found.owner == owner.id
    assert found.paused


async def test_nobody_has_run_now_what_they_may_not_run(w: World) -> None:
    grace = w.slack.person("grace")
    w.ops.members.append(grace.id)
    await kept(w, operation="users.find", params="text=ann", when="weekdays at 09:00 UTC")

    await said_to(w, grace, "/ops schedule.run tick", "Only `support`, `support-leads` and `sre`")

    assert await w.stages(actor="tick") == []


async def test_what_its_owner_may_no_longer_read_is_paused_and_they_are_told(w: World) -> None:
    await kept(w, operation="digest.operations", channel=None)
    await reads(w, w.ada, "asked for in the last")
    await w.slack.regroups("support-leads", [])

    await reads(w, w.ada, "Your schedule `tick` is paused: it tells you alone of digest.operations")
    listed = await said_to(w, w.sam, "/ops schedule.list", "1 of them paused.")

    assert "Its owner may not read it: Only `sre` and `support-leads` may read" in listed
    skipped = await happened(w, "schedule.skipped")
    assert skipped[0]["detail"]["why"].startswith("owner: Only `sre`")


async def test_of_an_archived_channel_the_owner_is_told_and_it_is_paused(w: World) -> None:
    room = w.slack.channel("old", members=[w.ada])
    await w.slack.archives(w.ada, room)
    await kept(w, channel=room.id)

    await reads(w, w.ada, "What your schedule `tick` found comes to you: The channel #old is arch")
    await reads(w, w.ada, "Nothing is frozen.")
    listed = await said_to(w, w.ada, "/ops schedule.list", "1 schedule, 1 of them paused.")

    assert "paused: The channel #old is archived." in listed


async def test_a_channel_that_is_archived_after_other_trouble_pauses_it_too(w: World) -> None:
    room = w.slack.channel("old", members=[w.ada])
    await w.slack.archives(w.ada, room)
    await kept(w, channel=room.id, troubles=("place",))

    await reads(w, w.ada, "It is paused. Once the channel is open")


async def test_on_a_holiday_it_rests_on_the_record(w: World) -> None:
    await kept(w, rests=("always",))

    skipped = await until_recorded(w, "schedule.skipped")

    assert skipped[0]["detail"]["why"] == "holiday: always"
    assert await happened(w, "schedule.fired") == []


async def test_in_a_freeze_it_rests_if_it_shall(w: World) -> None:
    grace = w.slack.person("grace")
    w.ops.members.append(grace.id)
    await w.slack.regroups("sre", [grace])
    await said_to(w, grace, '/ops freeze.set "Release of 4.2"', "Changes to everything are frozen")
    await kept(w, rests=("freeze",))

    skipped = await until_recorded(w, "schedule.skipped")

    assert skipped[0]["detail"]["why"].startswith("freeze: ")


async def test_what_went_by_while_no_bot_was_there_comes_late_and_says_so(w: World) -> None:
    await kept(w, when="every hour UTC", since=w.bot.kept.store.clock.now() - timedelta(hours=3))

    await reads(w, w.sam, "schedule tick, late: it was due")
    while len(fired := await happened(w, "schedule.fired")) < 3:
        await w.bot.kept.store.clock.sleep(0.1)

    assert len({e["detail"]["due"] for e in fired}) == len(fired)


async def test_what_must_not_come_late_is_skipped_on_the_record(w: World) -> None:
    since = w.bot.kept.store.clock.now() - timedelta(hours=2)
    await kept(w, when="every hour UTC", since=since, late=Late.SKIP)

    skipped = await until_recorded(w, "schedule.skipped")

    assert skipped[0]["detail"]["why"] == "late"


async def test_what_was_asked_for_by_a_bot_that_died_then_is_not_recorded_as_skipped(
    w: World,
) -> None:
    since = w.bot.kept.store.clock.now() - timedelta(hours=2)
    one = await kept(w, when="every hour UTC", since=since, late=Late.SKIP, paused="Not yet.")
    due = trigger_of(parse(one.when)).after(since)
    assert due is not None

    await was_asked_for(w, one, due)
    skipped = await until_recorded(w, "schedule.skipped")

    (fired,) = await happened(w, "schedule.fired")
    assert fired["detail"]["due"] == due.isoformat()
    assert "late" not in fired["detail"]
    assert due.isoformat() not in {event["detail"]["due"] for event in skipped}


async def test_a_digest_looks_back_to_when_its_schedule_told_it_last(w: World) -> None:
    due = (w.bot.kept.store.clock.now() - timedelta(minutes=2)).replace(second=0, microsecond=0)
    week_ago = due - timedelta(days=7)
    weekly = await kept(
        w,
        operation="digest.incidents",
        when=f"{due:%A at %H:%M} UTC",
        since=week_ago,
        paused="Not yet.",
    )

    await was_asked_for(w, weekly, week_ago)

    await reads(w, w.sam, "No incident is open. In the last 7 d: 0 opened (same)")


async def test_a_digest_that_its_schedule_never_told_looks_back_for_a_day(w: World) -> None:
    due = (w.bot.kept.store.clock.now() - timedelta(minutes=2)).replace(second=0, microsecond=0)
    when, since = f"{due:%A at %H:%M} UTC", due - timedelta(days=7)

    await kept(w, operation="digest.incidents", when=when, since=since)

    await reads(w, w.sam, "No incident is open. In the last 24 h: 0 opened (same)")


async def test_what_is_too_old_is_given_up_on_the_record(w: World) -> None:
    since = w.bot.kept.store.clock.now() - timedelta(days=30)
    await kept(w, when="every hour UTC", since=since, late=Late.SKIP)

    skipped = await until_recorded(w, "schedule.skipped")

    assert skipped[0]["detail"]["why"].startswith("too old: since 20")


async def test_what_the_settings_tell_comes(tmp_path: Path) -> None:
    told = {"operation": "freeze.list", "when": "every 2 seconds", "owner": "U0ADA"}

    async with world(tmp_path, schedule=OFTEN, schedules={"morning": told}) as w:
        fired = await until_recorded(w, "schedule.fired")

    assert fired[0]["actor"] == "morning"


async def test_the_settings_win_over_what_was_made_and_are_not_removed_by_words(
    w: World, caplog: pytest.LogCaptureFixture
) -> None:
    await w.bot.schedules.declared.wait()
    await kept(w)
    told = ScheduleDraft(name="tick", operation="freeze.list", when="weekdays at 9")
    desk, team = w.bot.schedules.desk, w.slack.workspace.team_id

    await desk.declare(team, {"tick": (told, w.ada.id, "Europe/Berlin")})
    listed = await said_to(w, w.ada, "/ops schedule.list", "weekdays at 09:00 Europe/Berlin")
    await said_to(w, w.ada, "/ops schedule.remove tick", "stands in the settings")
    await desk.declare(team, {})

    assert "in the settings" in listed
    assert "The settings tell of a schedule 'tick', which takes the place" in caplog.text
    assert await desk.all(team) == []
