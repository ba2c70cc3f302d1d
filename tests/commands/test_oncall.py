"""Paging, over a pager in memory: who is woken, and what is said of it."""

from datetime import timedelta

import pytest

from bot.domain.errors import OutcomeUnknown, Refused, Rejected, Unreachable
from bot.domain.operation import Operation, Risk
from bot.pipeline.context import key_of
from bot.pipeline.values import build
from bot.pipeline.wiring import Ports
from commands.oncall.ack import acknowledge_page
from commands.oncall.override import override_schedule
from commands.oncall.page import page_responder
from commands.oncall.resolve import resolve_page
from commands.oncall.who import show_who_is_on_call
from integrations.ports import Pager, PageState, Responder, Shift
from tests.clock import SetClock
from tests.commands.runs import Steps, params_of, run
from tests.commands.stand_ins import GRACE, LINUS, NIGHT, MemoryPager

WHO: Operation = show_who_is_on_call
PAGE: Operation = page_responder
ACK: Operation = acknowledge_page
RESOLVE: Operation = resolve_page
OVERRIDE: Operation = override_schedule
WHY = "Payments fail since noon."
SCHEDULE = "PSCHED1"
SILENT = Unreachable("PagerDuty does not answer.", fix="Ask again in a minute.")


@pytest.fixture
def pager() -> MemoryPager:
    by_day = NIGHT + timedelta(hours=6)
    duty = [
        Shift(who=LINUS, covers="Payments", level=2),
        Shift(who=GRACE, covers="Payments by night", schedule=SCHEDULE, until=by_day),
    ]
    return MemoryPager(duty={"PCHECK1": duty})


@pytest.fixture
def ports(pager: MemoryPager) -> Ports:
    ports = Ports()
    ports.provide(Pager, pager)
    return ports


async def one_page(ports: Ports) -> None:
    """Let there be the page Q1."""
    await run(PAGE, ports, service="PCHECK1", reason=WHY)


async def offered(operation: Operation, name: str, typed: str, pager: Pager) -> list[str]:
    field = next(f for f in operation.fields if f.name == name)
    assert field.options is not None
    return [option.value for option in await field.options.provider(typed, pager=pager)]


async def probed(operation: Operation, pager: Pager, *keys: object, **values: str) -> bool | None:
    assert operation.probe is not None
    answer: bool | None = await operation.probe.call(
        params_of(operation, **values), *keys, pager=pager
    )
    return answer


async def test_who_is_woken_first_stands_first_with_times_by_ones_own_clock(ports: Ports) -> None:
    result = await run(WHO, ports)

    assert result.text == "2 people are on call now."
    assert result.table == (
        ("who", "level", "covers", "until, Europe/Berlin"),
        ("Grace", "1", "Payments by night", "2026-11-20 10:00"),
        ("Linus", "2", "Payments", "always"),
    )


async def test_that_there_is_a_phone_number_is_told_and_none_is_printed(ports: Ports) -> None:
    result = await run(WHO, ports, service="PCHECK1")

    assert "555" not in result.model_dump_json()
    assert [row[-1] for row in result.table] == ["phone known", "yes", ""]


async def test_a_service_that_nobody_is_on_call_for_is_told(ports: Ports) -> None:
    result = await run(WHO, ports, service="PNOBODY")

    assert result.text == "Nobody is on call for PNOBODY now."
    assert result.table == ()


async def test_of_a_crowd_fifty_turns_are_shown_and_the_others_counted(
    pager: MemoryPager, ports: Ports
) -> None:
    people = [Responder(id=f"P{n}", name=f"P{n}") for n in range(63)]
    pager.duty = {"PCHECK1": [Shift(who=who, covers="All") for who in people]}

    result = await run(WHO, ports)

    assert result.text == (
        "63 people are on call now. 13 more turns are not shown; name a service to see its own."
    )
    assert len(result.table) == 51


async def test_who_is_woken_is_told_from_what_was_read_back(
    pager: MemoryPager, ports: Ports
) -> None:
    result = await run(PAGE, ports, service="PCHECK1", reason=WHY)

    assert result.text == "Paged Grace for Checkout."
    assert result.link == "https://pager.example/Q1"
    assert [(p.title, p.assigned) for p in pager.pages.values()] == [(WHY, (GRACE,))]
    assert pager.details == [f"{WHY}\n\nAsked for by grace."]


async def test_several_who_are_woken_are_all_named(pager: MemoryPager, ports: Ports) -> None:
    eve = Responder(id="PEVE", name="Eve")
    pager.duty["PCHECK1"] += [Shift(who=who, covers="All") for who in (LINUS, eve)]

    result = await run(PAGE, ports, service="PCHECK1", reason=WHY)

    assert result.text == "Paged Grace, Linus and Eve for Checkout."


async def test_a_page_that_wakes_nobody_is_no_success_and_says_whom_to_call(
    pager: MemoryPager, ports: Ports
) -> None:
    with pytest.raises(Refused) as caught:
        await run(PAGE, ports, service="PNOBODY", reason=WHY)

    assert caught.value.message == (
        "PagerDuty took page Q1 for Attic, but it is assigned to nobody: nobody is woken."
    )
    assert "`/ops oncall.who`" in caught.value.fix
    assert list(pager.pages) == ["Q1"]


async def test_a_page_whose_answer_is_lost_is_looked_up_and_wakes_once(
    pager: MemoryPager, ports: Ports
) -> None:
    pager.line.losing = 1

    result = await run(PAGE, ports, service="PCHECK1", reason=WHY)

    assert result.text == "Paged Grace for Checkout."
    assert len(pager.pages) == 1


async def test_a_run_that_was_killed_after_it_paged_wakes_nobody_again(
    pager: MemoryPager, ports: Ports
) -> None:
    steps = Steps()
    await run(PAGE, ports, steps, service="PCHECK1", reason=WHY)
    steps.forget("Wake who is on call")

    result = await run(PAGE, ports, steps, service="PCHECK1", reason=WHY)

    assert result.text == "Paged Grace for Checkout."
    assert len(pager.pages) == 1


async def test_while_the_pager_is_down_nothing_is_claimed(pager: MemoryPager, ports: Ports) -> None:
    pager.line.down = SILENT

    with pytest.raises(Unreachable, match=r"PagerDuty does not answer\."):
        await run(PAGE, ports, service="PCHECK1", reason=WHY)

    assert pager.pages == {}


async def test_what_stayed_unknown_is_settled_by_the_key_of_this_very_page(
    pager: MemoryPager, ports: Ports
) -> None:
    await one_page(ports)

    ours = await probed(
        PAGE, pager, lambda label: key_of("inv-1", label), service="PCHECK1", reason=WHY
    )
    others = await probed(
        PAGE, pager, lambda label: key_of("inv-2", label), service="PCHECK1", reason=WHY
    )

    assert (ours, others) == (True, None)


@pytest.mark.parametrize("reason", ["Help me!", "x" * 251])
def test_a_reason_is_read_on_a_phone_at_night(reason: str) -> None:
    errors = build(PAGE, {"service": "PCHECK1", "reason": reason}, "UTC")

    assert isinstance(errors, tuple)
    assert [e.field for e in errors] == ["reason"]


def test_paging_disrupts_and_the_service_is_what_is_confirmed() -> None:
    assert (PAGE.risk, PAGE.target) == (Risk.DISRUPT, "service")


async def test_services_are_offered_by_a_part_of_their_name_and_by_their_id(
    pager: MemoryPager,
) -> None:
    assert await offered(PAGE, "service", "check", pager) == ["PCHECK1"]
    assert await offered(PAGE, "service", "PSEARCH", pager) == ["PSEARCH"]
    assert len(await offered(WHO, "service", "", pager)) == 3


async def test_only_open_pages_are_offered_by_what_they_say(
    pager: MemoryPager, ports: Ports
) -> None:
    await one_page(ports)
    await pager.page("PSEARCH", "Search is slow today.", "", key="two")
    await pager.page("PSEARCH", "Search is down.", "", key="three")
    pager.becomes("Q3", PageState.RESOLVED)

    assert await offered(ACK, "page", "", pager) == ["Q2", "Q1"]
    assert await offered(ACK, "page", "SLOW", pager) == ["Q2"]
    assert await offered(RESOLVE, "page", "q1", pager) == ["Q1"]


async def test_a_page_that_is_taken_stops_waking_people(pager: MemoryPager, ports: Ports) -> None:
    await one_page(ports)

    result = await run(ACK, ports, page="Q1")

    assert result.text == ("PagerDuty says: the page 'Payments fail since noon.' is acknowledged.")
    assert result.link == "https://pager.example/Q1"
    assert pager.pages["Q1"].state is PageState.ACKNOWLEDGED


async def test_who_had_taken_it_before_is_named_with_the_time(
    pager: MemoryPager, ports: Ports
) -> None:
    await one_page(ports)
    pager.becomes("Q1", PageState.ACKNOWLEDGED, acknowledged_by="Linus", acknowledged_at=NIGHT)

    result = await run(ACK, ports, page="Q1")

    assert result.text.endswith(
        "is acknowledged. Linus had acknowledged it at 2026-11-20 04:00 Europe/Berlin."
    )


@pytest.mark.parametrize(("operation", "state"), [(ACK, "acknowledged"), (RESOLVE, "resolved")])
async def test_a_lost_answer_is_found_by_looking_at_the_page(
    pager: MemoryPager, ports: Ports, operation: Operation, state: str
) -> None:
    await one_page(ports)
    pager.line.losing = 1

    result = await run(operation, ports, page="Q1")

    assert f"is {state}." in result.text


@pytest.mark.parametrize("operation", [ACK, RESOLVE])
async def test_what_never_arrived_is_not_claimed(
    pager: MemoryPager, ports: Ports, operation: Operation
) -> None:
    await one_page(ports)
    pager.line.swallows = 3

    with pytest.raises(OutcomeUnknown):
        await run(operation, ports, page="Q1")

    assert await probed(operation, pager, page="Q1") is False
    assert pager.pages["Q1"].state is PageState.TRIGGERED


@pytest.mark.parametrize("operation", [ACK, RESOLVE])
async def test_a_page_that_is_over_is_left_alone(
    pager: MemoryPager, ports: Ports, operation: Operation
) -> None:
    await one_page(ports)
    pager.becomes("Q1", PageState.RESOLVED)

    with pytest.raises(Refused, match="is resolved already, so nothing was changed"):
        await run(operation, ports, page="Q1")


async def test_a_page_that_somebody_resolved_meanwhile_is_settled_as_taken(
    pager: MemoryPager, ports: Ports
) -> None:
    await one_page(ports)
    pager.becomes("Q1", PageState.RESOLVED)

    assert await probed(ACK, pager, page="Q1") is True
    assert await probed(RESOLVE, pager, page="Q1") is True


async def test_a_resolved_page_keeps_the_note_with_the_name(
    pager: MemoryPager, ports: Ports
) -> None:
    await one_page(ports)

    result = await run(RESOLVE, ports, page="Q1", note="It was the certificate.")

    assert "is resolved." in result.text
    assert pager.notes == [("Q1", "It was the certificate. (grace)")]


async def test_without_a_note_none_is_left(pager: MemoryPager, ports: Ports) -> None:
    await one_page(ports)

    await run(RESOLVE, ports, page="Q1")

    assert pager.notes == []
    assert pager.pages["Q1"].state is PageState.RESOLVED


async def test_a_page_that_there_is_not_is_told_in_the_pagers_words(ports: Ports) -> None:
    with pytest.raises(Rejected, match="There is no page 'Q9'"):
        await run(ACK, ports, page="Q9")


def turn(**more: str) -> dict[str, str]:
    """Let Linus take the schedule until the day after, by the clock of tests."""
    until = f"{SetClock().now() + timedelta(days=1):%Y-%m-%d %H:%M} UTC"
    return {"schedule": SCHEDULE, "person": LINUS.email, "until": until} | more


async def test_somebody_takes_a_schedule_from_now_until_then(
    pager: MemoryPager, ports: Ports
) -> None:
    now = SetClock().now()

    result = await run(OVERRIDE, ports, **turn())

    [made] = pager.overrides
    assert (made.who, made.schedule, made.starts) == (LINUS, SCHEDULE, now)
    assert made.ends == (now + timedelta(days=1)).replace(second=0, microsecond=0)
    assert result.text.startswith(f"Linus has the schedule {SCHEDULE} from ")
    assert result.text.endswith(" Europe/Berlin.")


async def test_an_override_that_was_killed_after_it_was_made_is_made_once_though_time_goes_by(
    pager: MemoryPager, ports: Ports
) -> None:
    starts = f"{SetClock().now() + timedelta(minutes=1):%Y-%m-%d %H:%M} UTC"
    steps = Steps()
    await run(OVERRIDE, ports, steps, **turn(starts=starts))
    steps.forget("Override the schedule")
    await steps.clock.sleep(3600)

    await run(OVERRIDE, ports, steps, **turn(starts=starts))

    assert len(pager.overrides) == 1


@pytest.mark.parametrize(
    ("starts", "until", "message"),
    [
        (timedelta(hours=-1), timedelta(hours=1), "which has passed"),
        (timedelta(hours=2), timedelta(hours=1), "before it starts"),
        (None, timedelta(hours=-1), "before it starts"),
        (timedelta(hours=1), timedelta(days=32), "at most 31 days"),
    ],
)
async def test_times_that_cannot_be_are_refused_and_nobody_is_moved(
    pager: MemoryPager,
    ports: Ports,
    starts: timedelta | None,
    until: timedelta,
    message: str,
) -> None:
    now = SetClock().now()
    given = {"starts": f"{now + starts:%Y-%m-%d %H:%M} UTC"} if starts else {}
    times = given | {"until": f"{now + until:%Y-%m-%d %H:%M} UTC"}

    with pytest.raises(Refused, match=message):
        await run(OVERRIDE, ports, **turn(**times))

    assert pager.overrides == []


async def test_whom_the_pager_does_not_know_takes_nothing(pager: MemoryPager, ports: Ports) -> None:
    with pytest.raises(Refused, match=r"PagerDuty knows nobody by 'eve@example\.com'"):
        await run(OVERRIDE, ports, **turn(person="eve@example.com"))

    assert pager.overrides == []


@pytest.mark.parametrize(
    ("schedule", "row"),
    [(SCHEDULE, ("Payments by night", "Grace")), ("PEMPTY1", ("PEMPTY1", "nobody"))],
)
async def test_the_preview_shows_who_is_on_call_now_and_who_would_be(
    ports: Ports, schedule: str, row: tuple[str, str]
) -> None:
    params = params_of(OVERRIDE, **turn(schedule=schedule, until="2026-11-21 18:00 Europe/Berlin"))
    preview = OVERRIDE.preview
    assert preview is not None

    shown = await preview.call(params, **ports.fill(preview))

    assert shown == [
        ("schedule", "on call now", "then", "from", "until"),
        (*row, LINUS.email, "now", "2026-11-21 18:00 CET"),
    ]


async def test_a_schedule_that_nobody_is_on_call_by_can_still_be_taken(
    pager: MemoryPager,
) -> None:
    assert await offered(OVERRIDE, "schedule", "night", pager) == [SCHEDULE]
    assert await offered(OVERRIDE, "schedule", SCHEDULE, pager) == [SCHEDULE]
    assert await offered(OVERRIDE, "schedule", "PEMPTY1", pager) == ["PEMPTY1"]
    assert await offered(OVERRIDE, "schedule", "empty", pager) == []


async def test_a_service_that_there_is_not_wakes_nobody(pager: MemoryPager, ports: Ports) -> None:
    with pytest.raises(Refused, match="PagerDuty has no service 'PGONE', so nobody was woken"):
        await run(PAGE, ports, service="PGONE", reason=WHY)

    assert pager.pages == {}
