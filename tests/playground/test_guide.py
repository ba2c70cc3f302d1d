"""The guide sees by itself what a newcomer has done, and in which order."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.main.demo_glass import DemoGlass
from bot.main.demo_stage import BotProcess
from bot.pipeline.answers import Words
from bot.pipeline.understanding import understand
from playground.delivery import Delivery, Exchange
from playground.driver import PretendSlack
from playground.page.around import Chapter, Deed, Event, Seen
from playground.page.desk import Desk
from playground.page.story import (
    CHAPTERS,
    agreed_and_run,
    cancelled,
    declared_all_the_same,
    outlived_a_kill,
    pressed_twice,
    recorded,
    refused,
)
from tests.conventions.house import catalogue

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def at(seconds: int) -> datetime:
    return NOON + timedelta(seconds=seconds)


def event(stage: str, operation: str, seconds: int = 0, **detail: str) -> Event:
    return Event(1, at(seconds), stage, "U1", operation, "one", {"detail": detail})


def run(operation: str, begin: int, end: int, state: str = "succeeded") -> list[Event]:
    return [event("intent", operation, begin), event("outcome", operation, end, state=state)]


@pytest.mark.parametrize(("kill", "lived"), [(1, False), (5, True), (9, False)])
def test_a_run_outlives_a_kill_that_falls_into_it(
    slack: PretendSlack, kill: int, *, lived: bool
) -> None:
    seen = Seen(slack, run("users.suspend_domain", 2, 8), kills=[at(kill)])

    assert outlived_a_kill(seen) is lived


def test_a_run_that_failed_has_outlived_nothing(slack: PretendSlack) -> None:
    seen = Seen(slack, run("users.suspend_domain", 2, 8, "failed"), kills=[at(5)])

    assert not outlived_a_kill(seen)


@pytest.mark.parametrize(
    ("views", "twice"), [(["V1"], False), (["V1", "V2"], False), (["V1"] * 2, True)]
)
def test_pressing_twice_is_one_form_sent_twice(
    slack: PretendSlack, views: list[str], *, twice: bool
) -> None:
    for view in views:
        sent = Delivery("view_submission", {"view": {"id": view}}, b"")
        slack.courier.exchanges.append(Exchange(sent, NOON))

    assert pressed_twice(Seen(slack, run("users.resume", 0, 1))) is twice


def test_what_was_refused_or_cancelled_is_seen_in_the_record(slack: PretendSlack) -> None:
    seen = Seen(slack, [event("denied", "users.suspend"), *run("users.find", 0, 1, "cancelled")])

    assert (refused(seen), cancelled(seen)) == (True, True)
    assert (refused(Seen(slack)), cancelled(Seen(slack))) == (False, False)


def test_what_others_agreed_to_counts_once_it_has_succeeded(slack: PretendSlack) -> None:
    given, ran = event("approval.given", "users.suspend_domain"), run("users.suspend_domain", 0, 1)
    failed = run("users.suspend_domain", 0, 1, "failed")

    assert [agreed_and_run(Seen(slack, seen)) for seen in ([given], ran, [given, *failed])] == [
        False
    ] * 3
    assert agreed_and_run(Seen(slack, [given, *ran]))


def test_an_event_of_a_stage_is_seen_in_the_record(slack: PretendSlack) -> None:
    seen = Seen(slack, [event("break_glass", "users.resume")])

    assert (recorded("break_glass")(seen), recorded("break_glass.reviewed")(seen)) == (True, False)


def test_every_deed_says_what_to_do_and_none_is_done_at_the_start(slack: PretendSlack) -> None:
    deeds = [deed for chapter in CHAPTERS for deed in chapter.deeds]

    assert [deed.title for deed in deeds if not deed.text.endswith(".") or not deed.place] == []
    assert [deed.title for deed in deeds if deed.done(Seen(slack))] == []


def test_each_command_that_is_laid_out_is_understood_as_it_stands() -> None:
    drafts = [deed.draft for chapter in CHAPTERS for deed in chapter.deeds]
    typed = [line.removeprefix("/ops ") for line in drafts if line.startswith("/ops ")]
    known = catalogue()

    meant = {line: known.get(line.partition(" ")[0]) for line in typed}
    errors = [
        understand(operation, Words(line.partition(" ")[2]), "UTC").errors
        for line, operation in meant.items()
        if operation is not None
    ]

    assert [line for line, operation in meant.items() if operation is None] == []
    assert set(errors) == {()}


def test_an_incident_counts_as_declared_with_trouble_once_one_of_its_limbs_has_failed(
    slack: PretendSlack,
) -> None:
    failed = event("step", "incident.declare", step="Open a ticket", state="failed")
    done = event("step", "incident.declare", step="Open a ticket", state="done")
    ended = event("outcome", "incident.declare", state="succeeded")

    assert declared_all_the_same(Seen(slack, [failed, ended]))
    assert not declared_all_the_same(Seen(slack, [done, ended, done, ended]))
    assert not declared_all_the_same(Seen(slack, [failed]))


async def test_a_deed_counts_once_those_before_it_are_done(
    slack: PretendSlack, tmp_path: Path
) -> None:
    first = Deed("First", "Do it.", lambda seen: "/first" in seen.visited)
    second = Deed("Second", "Do it.", lambda seen: "/second" in seen.visited)
    asleep = BotProcess({}, tmp_path / "log", lambda: False)
    walk = Chapter("Both", (first, second))
    desk = Desk(slack, DemoGlass(tmp_path), asleep, chapters=[walk])
    done = []
    for page in ("/second", "/first"):
        desk.seen.visited.add(page)
        desk.check_guide()
        done.append(set(desk.done))

    assert done == [set(), {first, second}]
