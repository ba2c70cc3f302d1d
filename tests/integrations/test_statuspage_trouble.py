"""The Statuspage adapter claims nothing that it has not seen, whatever the vendor does."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest
import pytest_asyncio
from pydantic import SecretStr, ValidationError
from typing_extensions import override

from bot.domain.errors import (
    IntegrationError,
    NotConfigured,
    OutcomeUnknown,
    Rejected,
    Unreachable,
)
from integrations.guard import Limits
from integrations.ports.status_page import Bulletin, Impact, PublicStatus
from integrations.statuspage.adapter import LIMITS, Statuspage
from integrations.statuspage.config import API_URL, StatuspageConfig
from integrations.statuspage.errors import classify
from integrations.web import MOST_BYTES, NoAnswer, NoSuccess
from playground.statuspage import API, PretendStatuspage
from playground.vendor import Act, Said
from tests.clock import SetClock
from tests.integrations.status_page_contract import SLOW
from tests.integrations.status_pages import KEY, PATCH, POST, adapter, judged, told


@pytest_asyncio.fixture
async def vendor() -> AsyncIterator[PretendStatuspage]:
    async with judged() as vendor:
        yield vendor


@pytest_asyncio.fixture
async def board(vendor: PretendStatuspage) -> AsyncIterator[Statuspage]:
    board = adapter(vendor)
    yield board
    await board.close()


async def test_an_answer_that_is_lost_is_unknown_and_then_found_and_not_repeated(
    board: Statuspage, vendor: PretendStatuspage
) -> None:
    vendor.faults.lossy(POST, times=1)

    with pytest.raises(OutcomeUnknown, match="may have happened"):
        await board.publish(SLOW, key="k1")
    found = await board.find_published("k1")
    again = await board.publish(SLOW, key="k1")

    assert found == again
    assert len(vendor.published) == 1
    assert len(vendor.of(POST)) == 1


async def test_words_whose_answer_is_lost_are_not_repeated(
    board: Statuspage, vendor: PretendStatuspage
) -> None:
    said = await board.publish(SLOW, key="k1")
    vendor.faults.lossy(PATCH, times=1)

    with pytest.raises(OutcomeUnknown):
        await board.amend(said.id, PublicStatus.IDENTIFIED, "We know why.", key="k2")
    await board.amend(said.id, PublicStatus.IDENTIFIED, "We know why.", key="k2")

    assert len(vendor.published[0].updates) == 2


async def test_a_page_that_is_too_slow_is_waited_for_no_longer_than_the_deadline(
    vendor: PretendStatuspage,
) -> None:
    board = adapter(vendor, limits=Limits(deadline=0.2, per_minute=60_000))
    vendor.faults.slow(5)

    with pytest.raises(Unreachable, match=r"within 0\.2 s"):
        await board.components()

    await board.close()


async def test_a_write_that_is_too_slow_is_unknown(vendor: PretendStatuspage) -> None:
    board = adapter(vendor, limits=Limits(deadline=0.2, per_minute=60_000))
    vendor.faults.slow(5, POST)

    with pytest.raises(OutcomeUnknown):
        await board.publish(SLOW, key="k1")

    await board.close()


class Meanwhile(SetClock):
    """A clock by which the page comes to the end of what it is at while somebody sleeps."""

    def __init__(self, vendor: PretendStatuspage) -> None:
        super().__init__()
        self._made = asyncio.Event()
        vendor.changed = lambda: self._made.set() if vendor.published else None

    @override
    async def sleep(self, seconds: float) -> None:
        await self._made.wait()
        await super().sleep(seconds)


async def test_what_the_page_was_still_making_is_found(vendor: PretendStatuspage) -> None:
    vendor.faults.slow(0.3, POST, times=1)
    config = StatuspageConfig(page=vendor.page, key=SecretStr(KEY), url=vendor.api)
    board = Statuspage(config, Meanwhile(vendor), Limits(deadline=0.2, per_minute=60_000))
    with pytest.raises(OutcomeUnknown):
        await board.publish(SLOW, key="k1")

    found = await board.find_published("k1")
    await board.close()

    assert found is not None
    assert [one.id for one in vendor.published] == [found.id]


async def test_what_nobody_asked_for_just_now_is_looked_for_once(
    board: Statuspage, vendor: PretendStatuspage
) -> None:
    assert await board.find_published("k1") is None
    assert len(vendor.sent) == 1


async def test_a_page_that_is_down_is_unreachable_and_after_a_while_not_asked(
    vendor: PretendStatuspage,
) -> None:
    board = adapter(vendor, limits=Limits(failures=3, per_minute=60_000))
    vendor.faults.down()

    for _ in range(3):
        with pytest.raises(Unreachable, match="Statuspage"):
            await board.published()

    assert board.trouble == "Statuspage has not answered since 03:00 UTC."
    vendor.faults.clear()
    await board.check()
    assert board.trouble is None
    await board.close()


async def test_nobody_at_the_address_means_that_nothing_happened() -> None:
    config = StatuspageConfig(page="p", key=SecretStr(KEY), url="http://127.0.0.1:9/v1")
    board = Statuspage(config, SetClock())

    with pytest.raises(Unreachable):
        await board.publish(SLOW, key="k1")

    await board.close()


def test_a_write_that_never_left_has_not_happened() -> None:
    assert isinstance(classify(NoAnswer(sent=False), writes=True), Unreachable)
    assert isinstance(classify(NoAnswer(sent=True), writes=True), OutcomeUnknown)
    assert isinstance(classify(NoAnswer(sent=True), writes=False), Unreachable)


@pytest.mark.parametrize("fault", ["server_error", "wrong"])
async def test_an_answer_that_says_nothing_leaves_a_write_unknown_and_a_read_undone(
    board: Statuspage, vendor: PretendStatuspage, fault: str
) -> None:
    getattr(vendor.faults, fault)(POST)
    getattr(vendor.faults, fault)(f"GET {API}/components")

    with pytest.raises(OutcomeUnknown):
        await board.publish(SLOW, key="k1")
    with pytest.raises(Unreachable):
        await board.components()


@pytest.mark.parametrize("status", [420, 429])
async def test_a_limit_that_was_met_says_when_to_ask_again_and_is_no_silence(
    vendor: PretendStatuspage, status: int
) -> None:
    board = adapter(vendor, limits=Limits(failures=1, per_minute=60_000))
    vendor.refuses_by = status
    vendor.faults.rate_limit(POST, retry_after=7)

    with pytest.raises(Unreachable) as limited:
        await board.publish(SLOW, key="k1")

    assert limited.value.retry_after == 7
    assert board.trouble is None
    assert vendor.published == []
    await board.close()


async def test_the_limit_of_the_vendor_is_kept_by_itself() -> None:
    at_once = LIMITS.burst * LIMITS.per_minute / 60

    assert at_once + LIMITS.per_minute <= 60


async def test_ten_incidents_that_begin_in_one_moment_are_told_in_that_moment(
    vendor: PretendStatuspage,
) -> None:
    board = adapter(vendor, limits=LIMITS)

    async with asyncio.timeout(LIMITS.deadline):
        await asyncio.gather(*(board.components() for _ in range(10)))
        await asyncio.gather(*(board.publish(SLOW, key=f"k{number}") for number in range(10)))
    await board.close()

    assert len(vendor.published) == 10


async def test_a_vendor_asked_too_often_in_a_minute_refuses(
    board: Statuspage, vendor: PretendStatuspage
) -> None:
    for _ in range(60):
        await board.check()

    with pytest.raises(Unreachable, match="60 a minute"):
        await board.check()

    assert len([one for one in vendor.sent if one.status == 420]) == 1


async def test_a_key_that_is_not_taken_names_its_setting(vendor: PretendStatuspage) -> None:
    board = adapter(vendor, key="another-key")

    with pytest.raises(NotConfigured, match="STATUSPAGE_API_KEY") as refused:
        await board.check()

    assert "another-key" not in str(refused.value)
    await board.close()


async def test_a_page_that_is_not_there_names_its_setting(vendor: PretendStatuspage) -> None:
    board = adapter(vendor, page="nowhere")

    with pytest.raises(Rejected, match=r"`page` under `\[statuspage\]`"):
        await board.check()

    await board.close()


@pytest.mark.parametrize(
    "bulletin",
    [
        SLOW.model_copy(update={"title": "x" * 256}),
        SLOW.model_copy(update={"title": ""}),
        SLOW.model_copy(update={"message": "x" * 25_001}),
        SLOW.model_copy(update={"components": ("nowhere",)}),
    ],
    ids=["long title", "no title", "long message", "unknown component"],
)
async def test_what_the_page_will_not_take_is_said_in_its_words(
    board: Statuspage, vendor: PretendStatuspage, bulletin: Bulletin
) -> None:
    with pytest.raises(Rejected, match=r"too long|blank|not on this page"):
        await board.publish(bulletin, key="k1")

    assert vendor.published == []


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script> & <!channel>",
        "\u202etxt.exe \x00 \x1b[31m",
        "🔥" * 100,
        'quote " and \\ and {{ 7*7 }}',
        "line\r\nline\n\nAuthorization: OAuth x",
    ],
)
async def test_hostile_text_reaches_the_page_as_it_is(
    board: Statuspage, vendor: PretendStatuspage, text: str
) -> None:
    said = await board.publish(SLOW.model_copy(update={"title": text, "message": text}), key=text)
    await board.amend(said.id, PublicStatus.IDENTIFIED, text, key=f"{text}2")

    assert told(vendor) == [(text, [("investigating", text), ("identified", text)])]
    assert await board.find_published(text) is not None


class Strange(PretendStatuspage):
    """Answers *said* to whatever is asked by a GET."""

    def __init__(self, said: Said) -> None:
        super().__init__(SetClock(), key=KEY)
        self._said = said

    @override
    def ways(self) -> Mapping[str, Act]:
        return {way: lambda _: self._said for way in super().ways() if way.startswith("GET")}


HOSTILE = {
    "id": "inc1",
    "name": "x" * 5000,
    "status": "investigating",
    "impact": "maintenance",
    "shortlink": "javascript:alert(1)",
    "created_at": None,
    "metadata": {"redbutton": ["key"]},
    "incident_updates": None,
    "components": None,
}


async def listed(body: Any) -> Any:
    """Return what the adapter makes of *body* as the list of incidents."""
    vendor = Strange(Said(body))
    async with vendor.open():
        board = adapter(vendor)
        try:
            return await board.published()
        finally:
            await board.close()


async def test_a_strange_incident_is_told_in_our_words_and_without_its_link() -> None:
    [found] = await listed([HOSTILE])

    assert (found.url, found.impact, len(found.title)) == (None, Impact.NONE, 255)


@pytest.mark.parametrize("status", ["scheduled", "in_progress", "postmortem", "nonsense"])
async def test_planned_work_and_what_is_over_are_no_trouble(status: str) -> None:
    assert await listed([{**HOSTILE, "status": status}]) == []


@pytest.mark.parametrize(
    "body",
    [
        {"error": "x"},
        "text",
        [1],
        [{"id": "inc1"}],
        [{**HOSTILE, "metadata": 1}],
        [{**HOSTILE, "name": "x" * MOST_BYTES}],
    ],
    ids=["object", "text", "numbers", "too little", "odd metadata", "huge"],
)
async def test_a_list_that_makes_no_sense_is_no_answer(body: Any) -> None:
    with pytest.raises(Unreachable, match="cannot be read"):
        await listed(body)


async def test_a_redirect_is_not_followed_and_names_the_setting(
    vendor: PretendStatuspage,
) -> None:
    address = f"{vendor.url}/v1/pages/{vendor.page}"
    other = Strange(Said({}, 302, {"Location": address}))
    async with other.open():
        board = adapter(other)
        with pytest.raises(NotConfigured, match="`url`"):
            await board.check()
        await board.close()

    assert vendor.sent == []


@pytest.mark.parametrize(
    "text", ["", "-1", "soon", "١٢", "9" * 400, "Wed, 21 Oct 2026 07:28:00 GMT"]
)
def test_a_pause_that_makes_no_sense_is_a_short_one(text: str) -> None:
    limited = classify(NoSuccess(429, {"retry-after": text}, ""), writes=True)

    assert isinstance(limited, Unreachable)
    assert limited.retry_after is not None
    assert 0 < limited.retry_after <= 60


@pytest.mark.parametrize(
    "body",
    [
        "",
        "<html>",
        "[" * 100_000,
        json.dumps({"error": ["a\n\x1b[31m\u202eb"] * 1000}),
        json.dumps({"message": {"deep": 1}}),
    ],
)
def test_a_refusal_is_one_short_line_whatever_the_vendor_says(body: str) -> None:
    refused: IntegrationError = classify(NoSuccess(422, {}, body), writes=True)

    assert isinstance(refused, Rejected)
    assert len(refused.message) < 300
    assert refused.message.isprintable()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("page", ""),
        ("page", "../pages/other"),
        ("page", "https://status.example.com"),
        ("key", ""),
        ("key", "two words"),
        ("key", "line\nX-Other: 1"),
        ("key", "clé"),
        ("url", "http://api.statuspage.io/v1/"),
        ("url", "https://"),
        ("url", "ftp://api.statuspage.io"),
        ("url", "https://user:hush@api.statuspage.io/v1/"),
        ("url", "https://api.statuspage.io/v1/?api_key=hush"),
        ("url", "https://[bad/"),
    ],
)
def test_a_setting_that_makes_no_sense_is_named_and_not_repeated(field: str, value: str) -> None:
    given: dict[str, Any] = {"page": "j1nvlvyv7w27", "key": SecretStr(KEY), field: value}

    with pytest.raises(ValidationError, match=field) as refused:
        StatuspageConfig.model_validate(given)

    assert "hush" not in str(refused.value)
    assert "two words" not in str(refused.value)


def test_the_address_is_atlassians_unless_another_is_set() -> None:
    config = StatuspageConfig(page="j1nvlvyv7w27", key=SecretStr(KEY))
    other = config.model_validate({"page": "p", "key": KEY, "url": "http://localhost:8080/v1"})

    assert config.url == API_URL
    assert other.url == "http://localhost:8080/v1/"
    assert KEY not in repr(config)
