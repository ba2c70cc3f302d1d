"""The PagerDuty adapter keeps the port's promises, whatever becomes of PagerDuty."""

import asyncio
import contextlib
import gzip
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio
from pydantic import SecretStr, ValidationError

from bot.domain.errors import NotConfigured, OutcomeUnknown, Rejected, Unreachable
from integrations.guard import Limits
from integrations.pagerduty.adapter import PagerDuty
from integrations.pagerduty.config import PagerDutyConfig
from integrations.ports import Pager, PageState, Rota
from playground.server import listening
from tests.clock import SetClock
from tests.integrations.pager_contract import PagerContract
from tests.integrations.pagerduty_account import Account, account

CREATE, SHOW, LIST = "POST /incidents", "GET /incidents/{id}", "GET /incidents"


@pytest_asyncio.fixture
async def duty() -> AsyncIterator[Account]:
    async with account() as made:
        yield made


@pytest_asyncio.fixture
async def pager(duty: Account) -> AsyncIterator[PagerDuty]:
    async with duty.adapter() as made:
        yield made


class TestPagerDuty(PagerContract):
    """The contract over PagerDuty, each request judged by PagerDuty's own description."""


async def wake(pager: PagerDuty, key: str = "k") -> object:
    return await pager.page("PCHECK1", "Checkout is down", "Cards fail.", key=key)


# Answers that are lost, late, wrong.


async def test_a_page_whose_answer_is_lost_is_unknown_and_found_by_its_key(
    duty: Account, pager: PagerDuty
) -> None:
    duty.vendor.faults.lossy(CREATE, times=1)

    with pytest.raises(OutcomeUnknown):
        await wake(pager)

    found = await pager.find_page("k")
    assert found is not None
    assert await wake(pager) == found
    assert len(duty.vendor.pages) == len(duty.vendor.of(CREATE)) == 1


async def test_a_page_that_is_answered_too_late_is_unknown_and_made_once(duty: Account) -> None:
    duty.vendor.faults.slow(0.4, CREATE, times=1)
    async with duty.adapter(Limits(deadline=0.25, per_minute=60_000)) as pager:
        with pytest.raises(OutcomeUnknown):
            await wake(pager)

    async with duty.adapter() as pager:
        await wake(pager)
    assert len(duty.vendor.pages) == 1


async def test_a_connection_that_breaks_leaves_open_whether_somebody_was_woken(
    duty: Account, pager: PagerDuty
) -> None:
    duty.vendor.faults.down(CREATE, times=1)

    with pytest.raises(OutcomeUnknown):
        await wake(pager)

    assert await pager.find_page("k") is None
    assert await wake(pager)


async def test_where_nobody_listens_nothing_was_sent() -> None:
    async with account(judged=False) as duty:
        pass

    with listening() as nobody:
        duty.vendor.url = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        async with duty.adapter() as pager:
            with pytest.raises(Unreachable, match="nothing was sent"):
                await pager.resolve("P1", key="k")


async def test_a_page_that_was_accepted_and_is_not_there_is_never_claimed(
    duty: Account, pager: PagerDuty
) -> None:
    duty.vendor.accepts_and_drops = True

    with pytest.raises(OutcomeUnknown, match="said yes, and then"):
        await wake(pager)

    assert await pager.find_page("k") is None


async def test_a_page_that_cannot_be_read_back_is_unknown_and_found(
    duty: Account, pager: PagerDuty
) -> None:
    duty.vendor.faults.server_error(SHOW, times=1)

    with pytest.raises(OutcomeUnknown):
        await wake(pager)

    assert await pager.find_page("k") is not None


async def test_somebody_is_woken_also_while_pages_cannot_be_listed(
    duty: Account, pager: PagerDuty
) -> None:
    duty.vendor.faults.server_error(LIST)

    assert await wake(pager)
    assert duty.vendor.pages[0].woken == [duty.eva]


async def test_a_key_that_is_open_already_is_looked_up(duty: Account, pager: PagerDuty) -> None:
    first = await wake(pager)
    duty.vendor.faults.server_error(LIST, times=1)

    assert await wake(pager) == first
    assert [sent.status for sent in duty.vendor.of(CREATE)] == [201, 400]


@pytest.mark.parametrize("trouble", ["server_error", "wrong"])
async def test_a_write_with_a_senseless_answer_may_have_happened_and_a_read_did_nothing(
    duty: Account, pager: PagerDuty, trouble: str
) -> None:
    getattr(duty.vendor.faults, trouble)(CREATE)
    getattr(duty.vendor.faults, trouble)("GET /oncalls")

    with pytest.raises(OutcomeUnknown):
        await wake(pager)
    with pytest.raises(Unreachable):
        await pager.shifts()


async def test_a_wanted_pause_is_told_and_not_slept(duty: Account, pager: PagerDuty) -> None:
    duty.vendor.faults.rate_limit(CREATE, retry_after=17)
    duty.vendor.faults.rate_limit("GET /services", retry_after=3600)

    with pytest.raises(Unreachable, match="wants a pause") as page:
        await wake(pager)
    with pytest.raises(Unreachable) as services:
        await pager.services()

    assert (page.value.retry_after, services.value.retry_after) == (17, 300)
    assert duty.vendor.pages == []


async def test_paging_insists_where_everything_else_rests(duty: Account, pager: PagerDuty) -> None:
    duty.vendor.faults.server_error("GET /oncalls")
    for _ in range(5):
        with pytest.raises(Unreachable):
            await pager.shifts()
    assert pager.trouble == "PagerDuty has not answered since 03:00 UTC."

    await wake(pager)

    assert pager.trouble is None
    assert len(duty.vendor.pages) == 1


async def test_a_page_acknowledged_while_the_answer_is_lost_stays_so(
    duty: Account, pager: PagerDuty
) -> None:
    await wake(pager)
    page = duty.vendor.pages[0]
    duty.vendor.faults.lossy("PUT /incidents/{id}", times=1)

    with pytest.raises(OutcomeUnknown):
        await pager.acknowledge(page.id, key="a")

    assert (await pager.acknowledge(page.id, key="a")).state is PageState.ACKNOWLEDGED
    assert len(page.acknowledged) == 1


# What PagerDuty does not keep a key for.


async def test_a_note_whose_answer_is_lost_is_left_once(duty: Account, pager: PagerDuty) -> None:
    await wake(pager)
    page = duty.vendor.pages[0]
    duty.vendor.faults.lossy("POST /incidents/{id}/notes", times=1)
    with pytest.raises(OutcomeUnknown):
        await pager.note(page.id, "Rolled back.", key="n1")

    await pager.note(page.id, "Rolled back.", key="n1")
    await pager.note(page.id, "Rolled back.", key="n2")

    texts = [content for _, _, content, _ in page.notes]
    assert [text.splitlines()[0] for text in texts] == ["Rolled back."] * 2
    assert "n1" not in texts[0]


@pytest.mark.parametrize("way", ["POST /incidents/{id}/responder_requests"])
async def test_a_call_whose_answer_is_lost_wakes_once(
    duty: Account, pager: PagerDuty, way: str
) -> None:
    await wake(pager)
    page = duty.vendor.pages[0]
    duty.vendor.faults.lossy(way, times=1)
    with pytest.raises(OutcomeUnknown):
        await pager.call_in(page.id, "PMAX", "Help", key="c")

    await pager.call_in(page.id, "PMAX", "Help", key="c")

    assert page.woken == [duty.eva, duty.max]


async def test_who_declined_is_not_asked_again_in_the_same_words(
    duty: Account, pager: PagerDuty
) -> None:
    await wake(pager)
    page = duty.vendor.pages[0]
    page.asked.append((duty.max, "Help", "declined"))

    await pager.call_in(page.id, "PMAX", "Help", key="c")
    told = await pager.call_in(page.id, "PMAX", "The database is gone", key="d")

    assert page.woken == [duty.eva, duty.max]
    assert [who.id for who in told.assigned] == ["PEVA", "PMAX"]


async def test_an_override_whose_answer_is_lost_is_made_once(
    duty: Account, pager: PagerDuty
) -> None:
    now = duty.clock.now()
    duty.vendor.faults.lossy("POST /schedules/{id}/overrides", times=1)
    until = now.replace(hour=9)
    with pytest.raises(OutcomeUnknown):
        await pager.override("PNIGHTS", "PMAX", now, until, key="o")

    await pager.override("PNIGHTS", "PMAX", now, until, key="o")

    assert [one.user for one in duty.nights.overrides] == [duty.max]


async def test_an_override_is_made_once_also_where_the_clocks_differ(
    duty: Account, pager: PagerDuty
) -> None:
    ours = duty.clock.now()
    duty.vendor.clock = SetClock(ours + timedelta(seconds=30))
    duty.vendor.faults.lossy("POST /schedules/{id}/overrides", times=1)
    until = ours.replace(hour=9)
    with pytest.raises(OutcomeUnknown):
        await pager.override("PNIGHTS", "PMAX", ours, until, key="o")

    await pager.override("PNIGHTS", "PMAX", ours, until, key="o")

    assert [one.user for one in duty.nights.overrides] == [duty.max]


# What PagerDuty refuses.


async def test_a_plan_without_responders_is_named(duty: Account, pager: PagerDuty) -> None:
    await wake(pager)
    duty.vendor.abilities.clear()

    with pytest.raises(Rejected, match="plan of this PagerDuty account does not include"):
        await pager.call_in(duty.vendor.pages[0].id, "PMAX", "Help", key="c")


async def test_a_wrong_key_names_the_setting_and_never_itself(duty: Account) -> None:
    async with duty.adapter(token="hush-hush-hush") as pager:
        for asked in (wake(pager), pager.shifts(), pager.check()):
            with pytest.raises(NotConfigured, match="`PAGERDUTY_API_TOKEN`") as caught:
                await asked
            assert "hush" not in f"{caught.value}{caught.value.__cause__}"


async def test_a_sender_whom_pagerduty_does_not_know_names_the_setting(duty: Account) -> None:
    async with duty.adapter(sender="gone@example.com") as pager:
        for asked in (wake(pager), pager.check()):
            with pytest.raises(NotConfigured, match="`PAGERDUTY_FROM`"):
                await asked


async def test_a_check_asks_for_the_account_and_the_sender_and_changes_nothing(
    duty: Account, pager: PagerDuty
) -> None:
    await pager.check()

    assert [sent.way for sent in duty.vendor.sent] == ["GET /abilities", "GET /users"]


# Who is who.


async def test_who_is_on_call_is_told_by_roster(duty: Account, pager: PagerDuty) -> None:
    rota: Rota = pager
    door: Pager = pager
    before = await rota.on_call()
    await door.override(
        "PNIGHTS", "PMAX", duty.clock.now(), duty.clock.now().replace(hour=9), key="o"
    )

    assert before == {"night": {"U-eva"}}
    assert await rota.on_call() == {"night": {"U-max"}}


async def test_who_is_not_in_slack_is_on_no_roster(duty: Account, pager: PagerDuty) -> None:
    duty.slack.clear()

    assert await pager.on_call() == {"night": frozenset()}


async def test_a_page_is_told_also_when_slack_fails(
    duty: Account, pager: PagerDuty, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(duty, "slack", None)

    page = await pager.page("PCHECK1", "Down", "", key="k")

    assert [(who.name, who.slack) for who in page.assigned] == [("Eva", None)]


async def test_a_page_is_told_also_when_slack_does_not_answer(
    duty: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def silence(_email: str) -> str | None:
        await asyncio.Event().wait()
        return None

    monkeypatch.setattr("integrations.pagerduty.people.PATIENCE", 0.05)
    monkeypatch.setattr(duty, "slack_id", silence)

    async with duty.adapter() as pager, asyncio.timeout(5):
        page = await pager.page("PCHECK1", "Down", "", key="k")

    assert [(who.name, who.slack) for who in page.assigned] == [("Eva", None)]


async def test_an_answer_that_drips_ends_with_its_time_and_frees_its_slot() -> None:
    over = asyncio.Event()

    async def drip(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
        while not over.is_set() and not writer.is_closing():
            writer.write(b" ")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(over.wait(), 0.02)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked = await reader.readuntil(b"\r\n\r\n")
        if b"query=drip" in asked:
            await drip(writer)
        else:
            said = b'{"services": []}'
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 16\r\n\r\n" + said)
        writer.close()

    async with account(judged=False) as duty:
        pass
    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    duty.vendor.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with duty.adapter(Limits(deadline=0.3, slots=1, per_minute=60_000)) as pager:
        with pytest.raises(Unreachable):
            await pager.services("drip")

        assert await pager.services("x") == []
    over.set()
    server.close()


async def test_a_packed_answer_is_not_asked_for_and_not_unpacked() -> None:
    packed = gzip.compress(b'{"services": []}' + b" " * 50_000_000)
    said = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(packed)
    asked = bytearray()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.extend(await reader.readuntil(b"\r\n\r\n"))
        writer.write(said + packed)
        writer.close()

    async with account(judged=False) as duty:
        pass
    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    duty.vendor.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with duty.adapter() as pager:
        with pytest.raises(Unreachable, match="not one of PagerDuty's"):
            await pager.services()
    server.close()

    assert b"accept-encoding: identity" in asked.lower()


async def test_a_thousand_services_are_a_hundred_and_the_typed_one_is_among_them(
    duty: Account, pager: PagerDuty
) -> None:
    for number in range(1000):
        duty.vendor.add_service(f"Service {number:04}", key=f"PSVC{number:04}")

    assert len(await pager.services()) == 100
    assert [one.name for one in await pager.services("PSVC0999")] == ["Service 0999"]
    assert [one.name for one in await pager.services("0777")] == ["Service 0777"]


async def test_a_great_many_on_call_are_read_to_an_end(
    duty: Account, pager: PagerDuty, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("integrations.pagerduty.adapter.MOST_SHIFTS", 200)
    for number in range(400):
        duty.vendor.add_service(f"Service {number:04}", [[duty.max]])

    await pager.shifts()

    assert len(duty.vendor.of("GET /oncalls")) == 2


async def test_the_phones_of_many_cost_a_few_calls(duty: Account, pager: PagerDuty) -> None:
    crowd = [duty.vendor.add_person(f"P{n}", f"p{n}@example.com") for n in range(40)]
    duty.vendor.add_service("Crowd", [crowd], key="PCROWD1")

    assert len(await pager.shifts("PCROWD1")) == 40
    assert len(duty.vendor.of("GET /users/{id}")) == 10


async def test_a_long_title_stands_whole_in_the_details(duty: Account, pager: PagerDuty) -> None:
    await pager.page("PCHECK1", "word " * 80, "Cards fail.", key="k")

    page = duty.vendor.pages[0]
    assert page.title.endswith("…")
    assert page.details == f"{('word ' * 80).strip()}\n\nCards fail."


async def test_what_people_do_in_pagerduty_itself_is_read(duty: Account, pager: PagerDuty) -> None:
    page = await pager.page("PCHECK1", "Down", "", key="k")
    duty.vendor.acknowledges(duty.vendor.pages[0], duty.eva)

    assert (await pager.read_page(page.id)).acknowledged_by == "Eva"


# How it is set.


@pytest.mark.parametrize(
    "url",
    [
        "http://api.pagerduty.com",
        "http://127.0.0.1.evil.example",
        "http://localhost@evil.example",
        "https://user:pass@api.pagerduty.com",
        "https://",
        "ftp://127.0.0.1",
        "api.pagerduty.com",
        "http://[::1",
        "http://127.0.0.1:port",
        "",
    ],
)
def test_an_address_over_which_the_key_could_be_read_is_refused(url: str) -> None:
    with pytest.raises(ValidationError, match="plain http only on this machine itself") as caught:
        PagerDutyConfig(token=SecretStr("hush"), sender="bot@example.com", url=url)

    assert [error["loc"] for error in caught.value.errors()] == [("url",)]


@pytest.mark.parametrize("token", ["", "two words", "line\nbreak", "clé"])
def test_a_key_that_no_header_can_carry_is_refused_unseen(token: str) -> None:
    with pytest.raises(ValidationError, match="It is a key of letters") as caught:
        PagerDutyConfig(token=SecretStr(token), sender="bot@example.com")

    assert not token or token not in str(caught.value)


@pytest.mark.parametrize(
    "url", ["http://localhost:9", "http://[::1]:9", "https://api.eu.pagerduty.com/"]
)
def test_other_regions_and_this_machine_are_taken(url: str) -> None:
    config = PagerDutyConfig(token=SecretStr("hush"), sender="bot@example.com", url=url)

    assert "hush" not in repr(config)
