"""Time goes by while something waits for approval: it is reminded of, and lapses."""

from pathlib import Path

from bot.domain.invocation import State
from bot.pipeline.protocols import Timer
from bot.pipeline.requesting import EXPIRE
from tests.clock import CorrectedClock, StandingClock
from tests.scenarios.desks import BEA, ROOM, Desk, desk

LAPSED = "It was not decided within 4 h, so it has lapsed."
WAITS, REMINDS = 4 * 3600, 3600


async def never(timer: Timer) -> None:
    """Do nothing about *timer*, as if it were late."""


async def time_passes(d: Desk, clock: CorrectedClock, seconds: float) -> None:
    clock.pass_(seconds)
    await d.w.bot.timers.look()


async def test_what_nobody_decides_lapses_and_its_cards_lose_their_buttons(tmp_path: Path) -> None:
    clock = CorrectedClock()
    async with desk(tmp_path, clock) as d:
        await d.asks()
        await time_passes(d, clock, WAITS - 60)
        early = (await d.approval()).standing
        await time_passes(d, clock, 60)
        cards = [await d.shows(person, "· lapsed ·") for person in (d.dee, d.eve, d.dan)]
        direct = d.w.slack.direct(d.w.ada).id
        await d.w.slack.until(lambda: LAPSED in d.w.slack.sees(d.w.ada).last.text)
        told = d.w.slack.sees(d.w.ada).last

        assert early == "open"
        assert [card.buttons for card in cards] == [(), (), ()]
        assert told.said.channel == direct
        assert "Ask again" in told.text
        assert await d.w.stages() == ["intent", "approval.requested", "approval.expired"]
        assert len(await d.w.bot.kept.book.in_state({State.DENIED})) == 1
        assert d.w.state_of(BEA) == "active"


async def test_a_press_at_that_very_moment_is_refused_though_no_timer_has_fired(
    tmp_path: Path,
) -> None:
    clock = StandingClock()
    async with desk(tmp_path, clock) as d:
        d.w.bot.timers.on(EXPIRE, never)
        await d.asks()
        await d.opens(d.dee, "Approve")
        d.w.slack.fills(d.dee, reason="I saw the charges")
        clock.set((await d.approval()).expires_at)
        await d.w.slack.presses(d.eve, "Approve")
        await d.reads(d.eve, "This has lapsed.")
        await d.w.slack.submits(d.dee)

        assert "This has lapsed." in d.w.slack.sees(d.dee).text
        assert (await d.approval()).votes == ()
        assert await d.w.stages() == ["intent", "approval.requested", "approval.expired"]


async def test_a_press_just_before_counts(tmp_path: Path) -> None:
    clock = StandingClock()
    async with desk(tmp_path, clock) as d:
        await d.asks("/ops users.find grace")
        await d.reads(d.w.ada, "Waits until")
        expires = (await d.approval()).expires_at
        clock.set(expires.replace(microsecond=0))
        await d.agree(d.dee)
        await d.reads(d.w.ada, "Grace Okonjo")

        assert (await d.w.stages())[-1] == "outcome"


async def test_reminders_go_only_to_those_who_have_not_decided(tmp_path: Path) -> None:
    clock = CorrectedClock()
    async with desk(tmp_path, clock) as d:
        await d.asks()
        await d.agree(d.dee)
        await d.shows(d.dee, "✓ *Dee*")
        await time_passes(d, clock, REMINDS)
        await d.reads(d.eve, "Still to be decided: users.suspend")
        await d.reads(d.dan, "Still to be decided: users.suspend")
        await time_passes(d, clock, 60)
        screens = [d.w.slack.sees(p).text for p in (d.dee, d.eve, d.dan, d.w.ada)]

        assert [s.count("Still to be decided") for s in screens] == [0, 1, 1, 0]


async def test_who_handed_it_over_is_not_reminded_and_who_got_it_is(tmp_path: Path) -> None:
    clock = CorrectedClock()
    async with desk(tmp_path, clock) as d:
        await d.asks()
        await d.decides(d.dan, "Hand over", person=d.w.sam)
        await d.shows(d.w.sam, "Dan asked Sam to decide instead.")
        await time_passes(d, clock, REMINDS)
        for person in (d.dee, d.eve, d.w.sam):
            await d.reads(person, "Still to be decided: users.suspend")

        assert "Still to be decided" not in d.w.slack.sees(d.dan).text


async def test_who_is_asked_once_more_is_reminded_once_more(tmp_path: Path) -> None:
    clock = CorrectedClock()
    async with desk(tmp_path, clock, alone=True) as d:
        fay = d.w.slack.person("fay")
        await d.w.slack.joins(fay)
        await d.w.slack.regroups("finance", [d.dee, d.eve, d.dan, fay])
        await d.asks()
        await time_passes(d, clock, REMINDS)
        await d.reads(fay, "Still to be decided")
        d.w.bot.dispatch.paused = True
        await d.agree(d.dee, d.dan, d.eve)
        await d.shows(d.dan, "· approved ·")
        await d.w.slack.regroups("finance", [d.dee, d.dan, fay])
        await d.goes_on()
        await d.shows(d.dan, "so their word does not count.")
        await time_passes(d, clock, REMINDS)
        await d.w.slack.until(
            lambda: d.w.slack.sees(fay).text.count("Still to be decided") == 2, within=20
        )

        assert d.w.slack.sees(d.dee).text.count("Still to be decided") == 1


async def test_what_waits_for_days_says_on_which_it_lapses(tmp_path: Path) -> None:
    days = {"expires": 3 * 24 * 60}
    lanes = {"finance": {"channel": ROOM, **days}, "dba": days}
    async with desk(tmp_path, StandingClock(), lanes=lanes) as d:
        await d.asks()
        await d.reads(d.w.ada, "Waits until")
        until = (await d.approval()).expires_at
        foot = str(d.cards(d.dan)[-1].said.blocks[-1])

        assert f"Waits until {until:%d %b %H:%M} UTC for approval" in d.w.slack.sees(d.w.ada).text
        assert f"{{date_short_pretty}} {{time}}|{until:%Y-%m-%d %H:%M} UTC>" in foot


async def test_what_lost_a_word_after_its_time_waits_as_long_again_and_says_how_long(
    tmp_path: Path,
) -> None:
    clock = CorrectedClock()
    async with desk(tmp_path, clock, alone=True) as d:
        await d.asks()
        d.w.bot.dispatch.paused = True
        await d.agree(d.dee, d.dan, d.eve)
        await d.shows(d.dan, "· approved ·")
        await d.w.slack.regroups("finance", [d.dee, d.dan])
        clock.pass_(WAITS + 600)
        await d.goes_on()
        await d.shows(d.dan, "so their word does not count.")
        await time_passes(d, clock, WAITS - 60)
        late = await d.approval()
        await time_passes(d, clock, 60)
        await d.reads(d.w.ada, "It was not decided within 8 h 10 min, so it has lapsed.")

        assert late.open
        assert late.round == 1


async def test_nobody_is_reminded_of_what_has_ended(tmp_path: Path) -> None:
    clock = CorrectedClock()
    async with desk(tmp_path, clock) as d:
        await d.asks()
        await d.decides(d.dee, "Refuse", reason="Bea is my neighbour")
        await d.shows(d.eve, "· refused ·")
        await time_passes(d, clock, REMINDS)
        await time_passes(d, clock, WAITS)

        assert "Still to be decided" not in d.w.slack.sees(d.eve).text
        assert (await d.w.stages())[-1] == "approval.refused"


async def test_it_lapses_though_slack_does_not_tell_any_more_who_asked(tmp_path: Path) -> None:
    clock = CorrectedClock()
    async with desk(tmp_path, clock) as d:
        await d.asks()
        await d.w.slack.changes(d.w.ada, deactivated=True)
        await time_passes(d, clock, WAITS)
        card = await d.shows(d.dan, "· lapsed ·")

        assert card.buttons == ()
        assert (await d.w.stages())[-1] == "approval.expired"
