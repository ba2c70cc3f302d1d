"""`redbutton policy replay` over a record of some hundreds, and beside a running bot."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.cli.workshop import Reader, Replayed
from bot.domain.actor import Actor
from bot.domain.clock import SystemClock
from bot.domain.decision import Question
from bot.domain.errors import Misconfigured, NotAllowed
from bot.domain.ids import new_id
from bot.domain.invocation import Origin, Surface
from bot.domain.record import Event, Stage
from bot.main.kept import kept
from bot.main.known import checked_catalogue
from bot.main.records import opened
from bot.main.replaying import Rehearsal
from bot.pipeline.protocols import Entry
from bot.pipeline.recording import Case, event
from bot.pipeline.values import build
from bot.settings import Settings
from policies.loading import load_rules
from tests.operator.place import Place, installed_at

CLOCK = SystemClock()
OWNER = Reader("owner", owner=True)
MONTH = timedelta(days=30)
ADA = Actor("T1", "UADA", "Ada", groups=frozenset({"support-leads"}))
SAM = Actor("T1", "USAM", "Sam", groups=frozenset({"support"}))
EVERYBODY = """\
@id("support-suspends")
@doc("`support` may suspend.")
permit (principal in Usergroup::"support", action == Action::"users.suspend", resource);
"""
NOT_GRACE = """\
@id("not-grace")
@doc("Nobody may suspend Grace.")
forbid (principal, action, resource == Target::user::"grace@example.com");
"""
ANOTHER_AGREES = """\
@id("leads-approve")
@doc("Leads may approve.")
permit (principal in Usergroup::"support-leads", action == Action::"approve.peer", resource);

@id("with-another")
@doc("Suspending needs another lead.")
forbid (principal, action == Action::"users.suspend", resource)
when { context.approvals.peer < 1 };
"""


def past(settings: Settings, count: int) -> Iterator[Event]:
    """Tell of *count* askings by each of Ada, who may suspend, and Sam, who may not."""
    catalogue = checked_catalogue(settings)
    rules, suspend = load_rules([], catalogue), catalogue.get("users.suspend")
    assert suspend is not None
    for n in range(count):
        user = "grace@example.com" if n % 10 == 0 else f"u{n}@example.com"
        params = build(suspend, {"user": user, "reason": f"case {n}"}, "UTC")
        assert not isinstance(params, tuple)
        for who in (ADA, SAM):
            now = CLOCK.now()
            decision = rules.decide(Question(who, suspend, params, "slack", now))
            origin = Origin(surface=Surface.SLACK, team=who.team, user=who.id)
            plain = Case(id=new_id(now), origin=origin, operation=suspend.name, at=now)
            stage = Stage.INTENT if decision.allowed else Stage.DENIED
            yield event(plain.clear(who, suspend, params), stage, CLOCK, decision=decision)


@pytest.fixture
async def settings(place: Place, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Return the settings of a store with a past."""
    monkeypatch.chdir(place.folder)
    found = Settings.load(place.environ)
    async with kept(found, CLOCK) as store:
        await store.book.write(None, Entry(events=tuple(past(found, 100))))
    return found


async def replayed(settings: Settings, reader: Reader, *texts: str, most: int = 2) -> Replayed:
    """Ask the rules in *texts*, beside the shipped ones, about the last month."""
    file = settings.folder / "new.cedar"
    file.write_text("\n".join(texts))
    rehearsal = Rehearsal(settings, [file], most, replace=False)
    async with opened(settings) as records:
        async for row in records.decided(reader, CLOCK.now() - MONTH):
            rehearsal.take(row)
    return rehearsal.told()


def gist(told: Replayed) -> list[tuple[str, str, str, int, int]]:
    return [(c.kind, c.before, c.after, c.count, c.people) for c in told.changes]


async def test_the_same_rules_change_nothing(settings: Settings) -> None:
    told = await replayed(settings, OWNER)

    assert (told.asked, told.unasked, told.changes) == (200, {}, ())


async def test_who_would_gain_lose_or_need_approval_is_told_by_rule(settings: Settings) -> None:
    gains = await replayed(settings, OWNER, EVERYBODY)
    loses = await replayed(settings, OWNER, NOT_GRACE)
    approval = await replayed(settings, OWNER, ANOTHER_AGREES)

    allowed = "allow by leads-suspend-users"
    assert gist(gains) == [("gains", "deny by no rule", "allow by support-suspends", 100, 1)]
    assert gist(loses) == [("loses", allowed, "deny by not-grace", 10, 1)]
    assert gist(approval) == [
        (
            "needs approval",
            allowed,
            "needs approval by leads-suspend-users with 1 of peer",
            100,
            1,
        )
    ]
    [change] = loses.changes
    assert [one.who for one in change.examples] == ["T1/UADA", "T1/UADA"]


async def test_what_cannot_be_asked_is_counted(settings: Settings) -> None:
    async with kept(settings, CLOCK) as store:
        [gone, unfit, *_] = past(settings, 1)
        assert gone.decision is not None
        old: Any = gone.decision.request
        events = (
            _changed(gone, operation="users.retire", action="users.retire"),
            _changed(unfit, context={**old["context"], "params": {"who": "x"}}),
        )
        await store.book.write(None, Entry(events=events))
        await store.store.write(lambda c: store.sealer.erase(c, "u1@example.com", CLOCK.now()))

    unseen = await replayed(settings, OWNER)
    seen = await replayed(settings, OWNER, NOT_GRACE)

    assert unseen.unasked == {
        "of an operation that is gone": 1,
        "with fields that are no longer as they were": 1,
    }
    assert unseen.asked == 200
    assert seen.unasked["with a value that is erased, and the rules look at it"] == 2


async def test_an_auditor_is_shown_no_personal_value_and_asks_what_they_may(
    settings: Settings,
) -> None:
    auditor = Reader("alice")
    may = settings.model_copy(
        update={"cli": settings.cli.model_copy(update={"auditors": ("alice",)})}
    )

    unseen, seen = await replayed(may, auditor, EVERYBODY), await replayed(may, auditor, NOT_GRACE)

    assert (unseen.asked, unseen.unasked) == (200, {})
    assert (seen.asked, list(seen.unasked.values())) == (0, [200])
    with pytest.raises(NotAllowed):
        await replayed(settings, auditor)


async def test_rules_with_a_mistake_are_told_before_anything_is_read(settings: Settings) -> None:
    with pytest.raises(Misconfigured, match=r"new\.cedar, line 1: This is not Cedar"):
        await replayed(settings, OWNER, "permit (x);")


async def test_it_is_typed_and_is_on_the_record(settings: Settings, place: Place) -> None:
    (place.folder / "rules").mkdir()
    (place.folder / "rules" / "new.cedar").write_text(EVERYBODY)

    said = await place.types("policy", "replay", "rules", "--since", "1d", "--json")
    listed = await place.types("audit", "list", "--stage", "audit.read", "--json")

    assert settings.store
    assert (said.code, said.err) == (1, "")
    assert (said.json["asked"], said.json["changes"][0]["count"]) == (200, 100)
    assert listed.json[0]["body"]["detail"]["what"] == "audit decided"


async def test_beside_a_running_bot_it_is_asked(tmp_path: Path) -> None:
    async with installed_at(tmp_path) as here:
        await here.place.types("run", "users.suspend", "alan@example.com", "reason=card testing")
        await here.place.types("run", "users.find", "alan")
        (tmp_path / "same.cedar").write_text("// Nothing new.\n")
        (tmp_path / "new.cedar").write_text(NOT_GRACE.replace("grace", "alan"))

        same = await here.place.types("policy", "replay", "same.cedar", "--json")
        new = await here.place.types("policy", "replay", "new.cedar")

    assert (same.code, same.json["asked"], same.json["unasked"]) == (0, 2, {})
    assert new.code == 1
    assert "LOSES  users.suspend  1 of 1 person" in new.out
    assert "  after:  deny by not-alan" in new.out


def _changed(told: Event, operation: str = "users.suspend", **parts: object) -> Event:
    """Return *told* as an event of its own, with *parts* in the place of those of its request."""
    assert told.decision is not None
    decision = replace(told.decision, request={**told.decision.request, **parts})
    now = CLOCK.now()
    plain = replace(told, operation=operation, decision=decision)
    return replace(plain, id=new_id(now), invocation=new_id(now))
