"""The digests about incidents: what is open, who takes over, what is in force."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.domain.errors import Unreachable
from bot.domain.freeze import Freeze
from bot.domain.incident import Change, Holder, Role, Settled, Severity, Status
from bot.domain.invocation import Surface
from bot.domain.result import Press
from bot.pipeline.incidents.rounds import Rounds
from commands.digest.changes import tell_changes
from commands.digest.incidents import tell_incidents
from commands.digest.oncall import tell_oncall
from integrations.ports import PageState, Shift
from tests.commands.digested import HOUR, LINUS, NIGHTLY, Night, call, night
from tests.commands.stand_ins import GRACE as GRACE_PAGED
from tests.commands.stand_ins import LINUS as LINUS_PAGED

MINUTE = timedelta(minutes=1)
SILENT = Unreachable("PagerDuty does not answer.", fix="Ask again in a minute.")


@pytest.fixture
async def n(tmp_path: Path) -> AsyncIterator[Night]:
    async with night(tmp_path) as everything:
        yield everything


def labels(presses: tuple[Press, ...]) -> list[str]:
    return [press.label for press in presses]


async def test_the_worst_stands_first_and_what_somebody_should_do_is_counted(n: Night) -> None:
    now = n.clock.now()
    lead = {Role.COMMANDER: Holder(id="U1", name="Grace", at=now)}
    await n.declares("Checkout fails", roles=lead, room="C1", room_name="inc-1")
    await n.declares("Search is slow", Severity.SEV1)
    n.clock.pass_(2 * 3600)

    result = await n.asks(tell_incidents)

    assert result.text == (
        "2 incidents are open, 2 without the update that is due, 1 without anybody who leads. "
        "In the last 24 h: 2 opened (+2), 0 resolved (same)."
    )
    assert [item.title for item in result.items] == [
        "🔴 SEV1 Search is slow",
        "🟠 SEV2 Checkout fails",
    ]
    assert result.items[1].text == (
        "INC-1, investigating, 2 h old · Grace leads · update overdue by 1 h · #inc-1"
    )
    assert labels(result.items[1].presses) == ["Join INC-1", "Update INC-1"]
    assert not result.silent


async def test_what_is_no_longer_open_is_counted_beside_what_was_before(n: Night) -> None:
    await n.declares("Older", status=Status.CLOSED, resolved_at=n.clock.now())
    n.clock.pass_(25 * 3600)
    for title in ("One", "Two"):
        await n.declares(title, status=Status.RESOLVED, resolved_at=n.clock.now())
    await n.declares("Only a drill", drill=True)
    n.clock.pass_(60)

    result = await n.asks(tell_incidents)

    assert result.text == ("No incident is open. In the last 24 h: 2 opened (+1), 2 resolved (+1).")


@pytest.mark.parametrize(("quiet", "silent"), [("yes", True), ("no", False)])
async def test_nothing_to_tell_is_one_line_or_silence(n: Night, quiet: str, silent: bool) -> None:  # noqa: FBT001  A case.
    result = await n.asks(tell_incidents, quiet=quiet)

    assert result.text.startswith("No incident is open.")
    assert (result.items, result.silent) == ((), silent)


async def test_of_many_only_as_many_are_told_as_fit_a_screen(n: Night) -> None:
    for number in range(8):
        await n.declares(f"Trouble {number}")

    result = await n.asks(tell_incidents)

    assert len(result.items) == 6
    assert result.items[-1].title == "And 3 incidents more"


async def test_a_private_incident_is_named_to_nobody_outside_it_and_to_no_schedule(
    n: Night,
) -> None:
    change = Change(
        invocation="inv-9",
        operation="users.suspend",
        words="",
        summary="Suspend an account.",
        by_name="Linus",
        at=n.clock.now(),
    )
    calls = (call(n.clock.now()),)
    await n.declares("Board member's laptop", private=True, changes=(change,), calls=calls)
    digests = (tell_incidents, tell_oncall, tell_changes)

    told = {
        (digest.name, who.name): "laptop" in (await n.asks(digest, who)).model_dump_json()
        or "INC-1" in (await n.asks(digest, who)).model_dump_json()
        for digest in digests
        for who in (LINUS, NIGHTLY)
    }

    assert told == {(d.name, who.name): who is LINUS for d in digests for who in (LINUS, NIGHTLY)}


async def test_no_button_is_offered_that_whoever_asks_may_not_press(n: Night) -> None:
    await n.declares("Checkout fails", room="C1", room_name="inc-1")
    n.allowed -= {"incident.join", "incident.update"}

    mine = await n.asks(tell_incidents)
    channels = await n.asks(tell_incidents, NIGHTLY, Surface.SCHEDULE)

    assert labels(mine.items[0].presses) == []
    assert labels(channels.items[0].presses) == ["Join INC-1", "Update INC-1"]


def on_call(n: Night, *people: str) -> None:
    """Let *people* be on call for the checkout, in that order."""
    known = {"Grace": GRACE_PAGED, "Linus": LINUS_PAGED}
    until = n.clock.now() + 5 * HOUR
    n.pager.duty["PCHECK1"] = [
        Shift(who=known[name], covers="Checkout", level=level, until=until)
        for level, name in enumerate(people, 1)
    ]


async def test_who_takes_over_reads_who_has_it_until_when_and_who_had_it(n: Night) -> None:
    on_call(n, "Linus", "Grace")
    rounds = Rounds(n.desk, n.pager, n.clock)
    await rounds.once()
    on_call(n, "Grace", "Linus")
    await rounds.once()
    await rounds.once()

    result = await n.asks(tell_oncall)

    [duty] = result.items
    assert duty.title == "On call now (times: Europe/Berlin)"
    assert duty.text == "checkout: Grace until 09:00, then Linus; before: Linus"


async def test_who_had_it_before_is_left_out_where_it_is_not_known(n: Night) -> None:
    on_call(n, "Grace")
    await Rounds(n.desk, n.pager, n.clock).once()

    result = await n.asks(tell_oncall, LINUS)

    assert result.items[0].title == "On call now (times: UTC)"
    assert result.items[0].text == "checkout: Grace until 08:00"


async def test_a_service_that_nobody_has_stands_out(n: Night) -> None:
    result = await n.asks(tell_oncall)

    assert result.items[0].text == "checkout: nobody!"


async def test_what_woke_them_is_told_with_who_answered_and_how_soon(n: Night) -> None:
    at = n.clock.now()
    answered = call(at, acknowledged_by="Grace", acknowledged_at=at + 4 * MINUTE)
    calls = (answered, call(at, "Q2"))
    await n.declares("Checkout fails", status=Status.RESOLVED, calls=calls)
    n.clock.pass_(3600)

    result = await n.asks(tell_oncall)

    assert result.text == "2 pages in the last 24 h (+2), 0 open, 0 incidents open."
    assert result.items[-1].title == "Woken, and over"
    assert result.items[-1].text.splitlines() == [
        "04:00 INC-1 Checkout fails: paged Grace, Grace answered after 4 min",
        "04:00 INC-1 Checkout fails: paged Grace, nobody has answered for 1 h",
    ]


async def test_an_open_page_is_told_with_its_incident_and_can_be_taken(n: Night) -> None:
    await n.pager.page("PCHECK1", "INC-1 Checkout fails", "", key="one")
    await n.pager.page("PSEARCH", "Disk is full", "", key="two")
    await n.declares("Checkout fails", calls=(call(n.clock.now(), "Q1"),))

    result = await n.asks(tell_oncall)

    incident, other, _ = result.items
    assert incident.text.splitlines()[1] == "paged Grace, nobody has answered for under a minute"
    assert [(p.label, p.params, p.fill) for p in incident.presses] == [
        ("Take the page of INC-1", {"page": "Q1"}, True)
    ]
    assert (other.title, labels(other.presses)) == (
        "📟 Open without an incident: 1",
        ["Take the first"],
    )
    assert other.text == "Disk is full · under a minute · nobody took it"


async def test_a_page_that_somebody_has_cannot_be_taken(n: Night) -> None:
    await n.pager.page("PCHECK1", "INC-1 Checkout fails", "", key="one")
    taken = {"acknowledged_by": "Linus", "acknowledged_at": n.clock.now() + 2 * MINUTE}
    n.pager.becomes("Q1", PageState.ACKNOWLEDGED, **taken)
    await n.declares("Checkout fails", calls=(call(n.clock.now(), "Q1"),))

    result = await n.asks(tell_oncall)

    assert result.items[0].presses == ()
    assert result.items[0].text.endswith("paged Grace, Linus answered after 2 min")


async def test_a_silent_pager_is_told_with_the_age_of_what_is_known(n: Night) -> None:
    on_call(n, "Grace", "Linus")
    await Rounds(n.desk, n.pager, n.clock).once()
    await n.declares("Checkout fails")
    n.clock.pass_(14 * 60)
    n.pager.line.down = SILENT

    result = await n.asks(tell_oncall, LINUS, quiet="yes")

    assert result.items[0].text == "PagerDuty does not answer."
    assert result.items[-1].text == "checkout: Grace, then Linus, as of 14 min ago"
    assert "which are open is not known, 1 incident open" in result.text
    assert not result.silent


async def test_a_quiet_shift_is_no_news_to_a_schedule(n: Night) -> None:
    on_call(n, "Grace")

    result = await n.asks(tell_oncall, NIGHTLY, Surface.SCHEDULE, quiet="yes")

    assert result.silent
    assert result.items[0].text.startswith("checkout: Grace")


def changed(n: Night, number: int, **update: object) -> Change:
    """Make a change that was made for an incident."""
    made = Change(
        invocation=f"inv-{number}",
        operation="users.suspend",
        words="user=alan@example.com",
        summary=f"Suspend account {number}.",
        by_name="Ada",
        at=n.clock.now(),
        undo=f"/ops users.resume user={number}@example.com",
    )
    return made.model_copy(update=update)


async def test_what_is_in_force_is_told_with_a_form_that_takes_it_back(n: Night) -> None:
    settled = changed(n, 2, settled=Settled.UNDONE)
    stays = changed(n, 3, undo="")
    await n.declares(
        "Checkout fails", status=Status.RESOLVED, changes=(changed(n, 1), settled, stays)
    )
    n.clock.pass_(3600)

    result = await n.asks(tell_changes)

    assert result.text == "2 changes are in force."
    first, second = result.items
    assert first.title == "Suspend account 1"
    assert first.text == "Ada for INC-1, 1 h ago. Undo: `/ops users.resume user=1@example.com`"
    assert [(p.operation, p.params, p.fill) for p in first.presses] == [
        ("users.resume", {"user": "1@example.com"}, True)
    ]
    assert second.text.endswith("The bot cannot take it back.")
    assert second.presses == ()


async def test_a_freeze_is_told_with_its_end_and_a_form_that_lifts_it(n: Night) -> None:
    now = n.clock.now()
    freeze = Freeze("f" * 32, "prod", "U2", "Linus", "Release of 4.2.", now, now + HOUR)
    n.figures.frozen = [freeze]

    result = await n.asks(tell_changes)

    assert result.text == "1 freeze holds."
    [item] = result.items
    assert item.title == "❄️ Frozen: prod"
    assert item.text == "By Linus until 05:00 Europe/Berlin: Release of 4.2."
    assert [(p.operation, p.params, p.fill) for p in item.presses] == [
        ("freeze.lift", {"freeze": "ffffff"}, True)
    ]


async def test_nothing_in_force_is_one_line(n: Night) -> None:
    result = await n.asks(tell_changes, quiet="yes")

    assert (result.text, result.silent) == ("No change is in force, and nothing is frozen.", True)
