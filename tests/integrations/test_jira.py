"""The Jira adapter keeps the port's promises over a pretend Jira at the wire."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import pytest
import pytest_asyncio
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr, ValidationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.domain.context import StepRule
from bot.domain.errors import (
    NotConfigured,
    OutcomeUnknown,
    Rejected,
    Unreachable,
)
from bot.pipeline.attempts import attempt
from integrations.guard import Limits
from integrations.jira.adapter import Jira
from integrations.jira.adf import cleaned, document
from integrations.jira.bodies import query_of, shortened
from integrations.jira.config import JiraConfig
from integrations.ports.tracker import Ticket, TicketDraft
from playground.jira import EMAIL, TOKEN, PretendJira
from playground.jira_jql import found
from playground.jira_tickets import plain
from playground.server import listening, serve
from tests.clock import SetClock
from tests.integrations.judging import SPECS, judge
from tests.integrations.tracker_contract import DRAFT, TrackerContract

SPEC = SPECS / "tests" / "jira-cloud-v3.ops.json"
MAKES = "POST /rest/api/3/issue"
FAST = Limits(deadline=2.0, per_minute=600_000)


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest_asyncio.fixture
async def jira(clock: SetClock) -> AsyncIterator[PretendJira]:
    """Give a pretend Jira that hears no request which Jira's own description does not allow."""
    async with PretendJira(clock).open() as jira:
        if SPEC.exists():
            jira.judge = judge(SPEC)
        yield jira
        assert jira.complaints == []


def adapter(jira: PretendJira, clock: SetClock, **settings: Any) -> Jira:
    said = {"url": jira.url, "email": EMAIL, "token": SecretStr(TOKEN), "project": "OPS"}
    limits = settings.pop("limits", FAST)
    return Jira(JiraConfig.model_validate({**said, **settings}), clock, limits)


@pytest_asyncio.fixture
async def tracker(jira: PretendJira, clock: SetClock) -> AsyncIterator[Jira]:
    tracker = adapter(jira, clock)
    yield tracker
    await tracker.close()


class TestJira(TrackerContract):
    """The contract over Jira."""


async def made_as_a_step(tracker: Jira, clock: SetClock, key: str = "k") -> Ticket:
    """Make a ticket as the road does: looking before it repeats."""
    rule = StepRule(find=tracker.find_created)
    made: Ticket = await attempt(partial(tracker.create, DRAFT, key=key), rule, clock, key=key)
    return made


# What is sent


async def test_requests_fit_jiras_own_description(jira: PretendJira, tracker: Jira) -> None:
    jira.judge = judge(SPEC)
    ticket = (await tracker.create(DRAFT, key="k")).id
    await tracker.move(ticket, "Done", key="m")
    await tracker.comment(ticket, "Paged.", key="c")
    await tracker.link(ticket, "https://example.com/i/1", "The incident", key="l")
    await tracker.search("cards")
    await tracker.check()

    assert jira.complaints == []
    assert len(jira.sent) > 9


async def test_a_draft_arrives_as_it_was_written(jira: PretendJira, tracker: Jira) -> None:
    draft = TicketDraft(**{**dict(DRAFT), "labels": ("from slack", "sev1"), "type": "Bug"})

    await tracker.create(draft, key="k")

    [ticket] = jira.tickets
    assert ticket.description == "Since 03:00.\nOnly visa.\n\nSee the graph."
    assert ticket.labels == ["from-slack", "redbutton-k", "sev1"]
    assert ticket.type == "Bug"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("🔥 fire 🔥", "🔥 fire 🔥"),
        ("two\nlines\r\n\tand a tab", "two lines and a tab"),
        ("<!here> {code}h1. *x*{code}", "<!here> {code}h1. *x*{code}"),
        ("nul\x00 and bell\x07", "nul and bell"),
        ("x" * 300, "x" * 249 + "…"),
        ("🔥" * 200, "🔥" * 124 + "…"),
    ],
)
async def test_any_summary_is_taken(
    jira: PretendJira, tracker: Jira, typed: str, kept: str
) -> None:
    await tracker.create(TicketDraft(summary=typed), key="k")

    assert jira.tickets[0].summary == kept


async def test_a_summary_that_was_cut_stands_whole_in_the_description(
    jira: PretendJira, tracker: Jira
) -> None:
    await tracker.create(TicketDraft(summary="x" * 300, description="More."), key="k")

    assert jira.tickets[0].description == "x" * 300 + "\n\nMore."


async def test_nothing_in_a_text_becomes_markup(jira: PretendJira, tracker: Jira) -> None:
    text = "h1. *bold* {code}x{code} [a|https://example.com] <b>@ada</b> **x**\n\n\n\nlast\x00"

    ticket = await tracker.create(TicketDraft(summary="s", description=text), key="k")
    await tracker.comment(ticket.id, text, key="c")

    as_text = text.replace("\n\n\n\n", "\n\n").removesuffix("\x00")
    assert jira.tickets[0].description == as_text
    assert jira.tickets[0].comments[0].text == as_text


async def test_a_huge_text_is_cut_and_says_so(jira: PretendJira, tracker: Jira) -> None:
    await tracker.create(TicketDraft(summary="s", description="x" * 500_000), key="k")

    assert len(jira.tickets[0].description) < 32_767
    assert jira.tickets[0].description.endswith("… The rest was too long for Jira.")


async def test_a_second_link_to_one_address_replaces_the_first(
    jira: PretendJira, tracker: Jira
) -> None:
    ticket = (await tracker.create(DRAFT, key="k")).id
    for title in ("Incident", "Incident, over", ""):
        await tracker.link(ticket, "https://example.com/i/1", title, key=title)
    await tracker.link(ticket, "https://example.com/i/2", "Other", key="o")

    shown = [(link.url[-1], link.title) for link in jira.tickets[0].links]
    assert shown == [("1", "https://example.com/i/1"), ("2", "Other")]


@pytest.mark.parametrize("url", ["javascript:alert(1)", "https://a b", "//x", "", "file:///x"])
async def test_a_link_leads_to_web_pages_only(jira: PretendJira, tracker: Jira, url: str) -> None:
    with pytest.raises(Rejected, match="is not an address that a ticket may lead to"):
        await tracker.link("OPS-1", url, "x", key="k")

    assert jira.sent == []


async def test_a_hostile_id_reaches_nobody(jira: PretendJira, tracker: Jira) -> None:
    with pytest.raises(Rejected):
        await tracker.comment("../../x", "hello", key="k")

    assert jira.sent == []


async def test_links_for_people_lead_to_the_site_behind_the_gateway(
    jira: PretendJira, clock: SetClock
) -> None:
    tracker = adapter(jira, clock, browse="https://example.atlassian.net/")

    ticket = await tracker.create(DRAFT, key="k")
    comment = await tracker.comment(ticket.id, "x", key="c")
    await tracker.close()

    assert ticket.url == "https://example.atlassian.net/browse/OPS-1"
    assert comment.startswith("https://example.atlassian.net/browse/OPS-1?focusedCommentId=")


async def test_a_ticket_is_moved_by_the_name_of_the_way_too(tracker: Jira) -> None:
    ticket = (await tracker.create(DRAFT, key="k")).id

    assert (await tracker.move(ticket, "start WORK", key="m")).status == "In Progress"


async def test_nothing_typed_shows_what_changed_last(tracker: Jira) -> None:
    made = await tracker.create(DRAFT, key="k")

    assert await tracker.search("") == (made,)


async def test_words_that_only_look_like_an_id_are_looked_for(
    jira: PretendJira, tracker: Jira
) -> None:
    jira.comes_in("Plan for covid 19")

    assert [t.summary for t in await tracker.search("covid-19")] == ["Plan for covid 19"]


# Answers that are lost


async def test_a_lost_answer_is_found_and_the_ticket_not_made_again(
    jira: PretendJira, tracker: Jira, clock: SetClock
) -> None:
    jira.index_lag = 3600
    jira.faults.lossy(MAKES, times=1)

    made = await made_as_a_step(tracker, clock)

    assert [ticket.id for ticket in jira.tickets] == [made.id]
    assert len(jira.of(MAKES)) == 1


async def test_what_is_lost_is_unknown_and_never_repeated_by_itself(
    jira: PretendJira, tracker: Jira
) -> None:
    jira.faults.lossy(MAKES)

    with pytest.raises(OutcomeUnknown, match="it may have happened"):
        await tracker.create(DRAFT, key="k")

    assert len(jira.tickets) == 1


async def test_after_a_restart_a_lost_ticket_is_found_though_the_search_does_not_know_it(
    jira: PretendJira, tracker: Jira, clock: SetClock
) -> None:
    jira.index_lag = 3600
    for number in range(30):
        jira.comes_in(f"Before {number}")
    jira.faults.lossy(MAKES, times=1)
    with pytest.raises(OutcomeUnknown):
        await tracker.create(DRAFT, key="k")
    for number in range(30):
        jira.comes_in(f"After {number}")
    restarted = adapter(jira, clock)

    found = await restarted.find_created("k")
    again = await restarted.create(DRAFT, key="k")
    await restarted.close()

    assert found is not None
    assert found.id == again.id == "OPS-31"
    assert len(jira.tickets) == 61


async def test_a_new_process_does_not_make_a_ticket_again(
    jira: PretendJira, tracker: Jira, clock: SetClock
) -> None:
    jira.index_lag = 3600
    first = await tracker.create(DRAFT, key="k")
    restarted = adapter(jira, clock)

    again = await restarted.create(DRAFT, key="k")
    await restarted.close()

    assert again == first
    assert len(jira.tickets) == 1


async def test_a_ticket_of_another_project_is_found_there(jira: PretendJira, tracker: Jira) -> None:
    jira.add_project("WEB", "The shop")
    jira.index_lag = 3600
    jira.faults.lossy(MAKES, times=1)
    draft = DRAFT.model_copy(update={"project": "WEB"})

    with pytest.raises(OutcomeUnknown):
        await tracker.create(draft, key="k")
    found = await tracker.find_created("k")

    assert found is not None
    assert found.id == "WEB-1"


async def test_a_request_that_came_to_nothing_is_made_after_looking(
    jira: PretendJira, tracker: Jira, clock: SetClock
) -> None:
    jira.faults.down(MAKES, times=1)

    made = await made_as_a_step(tracker, clock)

    assert [ticket.id for ticket in jira.tickets] == [made.id]


async def test_whoever_leaves_while_a_ticket_is_made_finds_it_made(
    jira: PretendJira, tracker: Jira
) -> None:
    jira.faults.slow(0.2, MAKES, times=1)
    jira.index_lag = 3600
    asking = asyncio.create_task(tracker.create(DRAFT, key="k"))
    while not jira.sent:  # noqa: ASYNC110  The server is in this loop, and tells nobody.
        await asyncio.sleep(0)

    asking.cancel()
    made = await tracker.create(DRAFT, key="k")

    assert [ticket.id for ticket in jira.tickets] == [made.id]


async def test_an_old_ticket_is_found_by_its_label(
    jira: PretendJira, tracker: Jira, clock: SetClock
) -> None:
    made = await tracker.create(DRAFT, key="k")
    for number in range(100):
        jira.comes_in(f"After {number}")
    restarted = adapter(jira, clock)

    found = await restarted.find_created("k")
    await restarted.close()

    assert found == made


async def test_a_clone_is_not_taken_for_the_ticket(
    jira: PretendJira, tracker: Jira, clock: SetClock
) -> None:
    made = await tracker.create(DRAFT, key="k")
    clone = jira.comes_in("CLONE - Checkout rejects cards")
    jira.ticket(clone).labels = list(jira.ticket(made.id).labels)
    restarted = adapter(jira, clock)

    found = await restarted.find_created("k")
    await restarted.close()

    assert found == made


async def test_a_key_that_is_no_label_makes_one_ticket_too(
    jira: PretendJira, tracker: Jira, clock: SetClock
) -> None:
    key = 'run 7 "Make it" 🔥 ' + "x" * 500
    made = await tracker.create(DRAFT, key=key)
    restarted = adapter(jira, clock)

    assert await restarted.create(DRAFT, key=key) == made
    await restarted.close()


async def test_a_lost_comment_is_not_left_twice(
    jira: PretendJira, tracker: Jira, clock: SetClock
) -> None:
    ticket = (await tracker.create(DRAFT, key="k")).id
    jira.faults.lossy("POST /rest/api/3/issue/{issueIdOrKey}/comment", times=1)
    with pytest.raises(OutcomeUnknown):
        await tracker.comment(ticket, "Paged Grace.", key="c")
    restarted = adapter(jira, clock)

    address = await restarted.comment(ticket, "Paged Grace.", key="c")
    await restarted.close()

    assert len(jira.tickets[0].comments) == 1
    assert address.endswith(jira.tickets[0].comments[0].id)


async def test_a_lost_move_is_not_made_twice(
    jira: PretendJira, tracker: Jira, clock: SetClock
) -> None:
    ticket = (await tracker.create(DRAFT, key="k")).id
    jira.faults.lossy("POST /rest/api/3/issue/{issueIdOrKey}/transitions", times=1)
    with pytest.raises(OutcomeUnknown):
        await tracker.move(ticket, "Start work", key="m")
    jira.moves(ticket, "In Review")
    restarted = adapter(jira, clock)

    moved = await restarted.move(ticket, "Start work", key="m")
    await restarted.close()

    assert moved.status == "In Review"


async def test_a_ticket_that_cannot_be_read_back_was_made_all_the_same(
    jira: PretendJira, tracker: Jira
) -> None:
    jira.faults.down("GET /rest/api/3/issue/{issueIdOrKey}")

    made = await tracker.create(DRAFT, key="k")

    assert (made.id, made.summary) == ("OPS-1", "Checkout rejects cards")


# Fields


async def test_a_field_that_the_project_wants_is_named_with_the_cure(
    jira: PretendJira, tracker: Jira
) -> None:
    jira.add_project("WEB", "The shop", {"customfield_10010": "Severity"})

    with pytest.raises(Rejected, match=r"customfield_10010: Severity is required\.") as caught:
        await tracker.create(DRAFT.model_copy(update={"project": "WEB"}), key="k")

    assert "`[jira.fields]`" in caught.value.fix
    assert 'customfield_10010 = { value = "…" }' in caught.value.fix


async def test_a_default_in_the_settings_fills_it(jira: PretendJira, clock: SetClock) -> None:
    jira.add_project("WEB", "The shop", {"customfield_10010": "Severity"})
    wanted = {"customfield_10010": {"value": "Minor"}, "labels": ["ops"]}
    tracker = adapter(jira, clock, project="WEB", fields=wanted)

    await tracker.create(DRAFT, key="k")
    await tracker.close()

    [ticket] = jira.tickets
    assert ticket.fields == {"customfield_10010": {"value": "Minor"}}
    assert ticket.labels == ["ops", "redbutton-k"]


async def test_what_a_new_ticket_must_have_is_known_before_one_is_made(
    jira: PretendJira, clock: SetClock
) -> None:
    jira.add_project("WEB", "The shop", {"customfield_10010": "Severity", "customfield_2": "Team"})
    filled = {"customfield_2": {"value": "Shop"}}
    tracker = adapter(jira, clock, project="WEB", fields=filled)
    tasks, epics = tracker, adapter(jira, clock, project="WEB", type="Disaster")
    nowhere = adapter(jira, clock, project="NONE")

    lacking = await tasks.unfilled()
    with pytest.raises(Rejected, match="no tickets of the type 'Disaster'") as caught:
        await epics.unfilled()
    with pytest.raises(Rejected, match="No project could be found"):
        await nowhere.unfilled()

    for one in (tasks, epics, nowhere):
        await one.close()
    assert lacking == ("customfield_10010 (Severity)",)
    assert "Task" in caught.value.fix
    assert jira.tickets == []


async def test_a_field_that_the_form_has_no_place_for_is_left_out_and_nothing_is_lost(
    jira: PretendJira, clock: SetClock
) -> None:
    jira.hide_field("OPS", "labels")
    jira.index_lag = 3600
    tracker = adapter(jira, clock, fields={"customfield_1": "x"})

    first = await tracker.create(DRAFT, key="k")
    restarted = adapter(jira, clock, fields={"customfield_1": "x"})
    again = await restarted.create(DRAFT, key="k")
    await asyncio.gather(tracker.close(), restarted.close())

    assert first == again
    assert len(jira.tickets) == 1


@pytest.mark.parametrize(
    ("draft", "said", "cure"),
    [
        ({"project": "NOPE"}, "does not exist for the field 'project'", "Correct it"),
        ({"project": "../x"}, "is not the key of a project", "A key is like `OPS`"),
        ({"type": "Epos"}, "issuetype: Specify a valid issue type", "`type` of the settings"),
        ({"summary": " "}, "You must specify a summary", "Write it otherwise"),
    ],
)
async def test_what_cannot_be_a_ticket_is_rejected_in_jiras_words(
    jira: PretendJira, tracker: Jira, draft: dict[str, str], said: str, cure: str
) -> None:
    with pytest.raises(Rejected, match=said) as caught:
        await tracker.create(DRAFT.model_copy(update=draft), key="k")

    assert cure in caught.value.fix
    assert jira.tickets == []


async def test_a_project_that_is_not_there_names_the_setting(
    jira: PretendJira, clock: SetClock
) -> None:
    tracker = adapter(jira, clock, project="NOPE")

    for asked in (tracker.create(DRAFT, key="k"), tracker.find_created("k"), tracker.search("x")):
        with pytest.raises(Rejected, match="'NOPE' does not exist") as caught:
            await asked
        assert caught.value.fix.startswith("Correct `project` in `[jira]` of the settings")
    await tracker.close()


async def test_no_project_at_all_names_the_setting(jira: PretendJira, clock: SetClock) -> None:
    tracker = adapter(jira, clock, project=None)

    with pytest.raises(NotConfigured, match="Nobody said in which project"):
        await tracker.create(DRAFT, key="k")
    await tracker.close()

    assert jira.sent == []


# Trouble


async def test_a_slow_read_is_unreachable_and_a_slow_write_unknown(
    jira: PretendJira, clock: SetClock
) -> None:
    tracker = adapter(jira, clock, timeout=0.15)
    jira.comes_in("Disk full")

    jira.faults.slow(0.4)
    with pytest.raises(Unreachable, match="went silent"):
        await tracker.read("OPS-1")
    with pytest.raises(OutcomeUnknown, match="it may have happened"):
        await tracker.link("OPS-1", "https://example.com", "x", key="l")
    await tracker.close()


async def test_an_answer_beyond_the_deadline_is_waited_for_no_longer(
    jira: PretendJira, clock: SetClock
) -> None:
    tracker = adapter(jira, clock, limits=Limits(deadline=0.1, per_minute=600_000), timeout=0.3)
    jira.faults.slow(0.2)

    with pytest.raises(Unreachable, match=r"did not answer within 0\.1 s"):
        await tracker.read("OPS-1")
    await tracker.close()


async def test_a_jira_that_is_gone_is_unreachable_even_for_a_write(clock: SetClock) -> None:
    with listening() as nobody:
        url = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        tracker = adapter(PretendJira(clock), clock, url=url)
        with pytest.raises(Unreachable, match="nothing was done"):
            await tracker.link("OPS-1", "https://example.com", "x", key="l")
        await tracker.close()


async def test_silence_is_told_and_no_longer_asked(jira: PretendJira, clock: SetClock) -> None:
    jira.faults.down()
    tracker = adapter(jira, clock, limits=Limits(failures=2, per_minute=600_000))
    for _ in range(2):
        with pytest.raises(Unreachable):
            await tracker.read("OPS-1")

    trouble = tracker.trouble
    jira.faults.clear()
    await tracker.check()
    await tracker.close()

    assert trouble == "Jira has not answered since 03:00 UTC."
    assert tracker.trouble is None


@pytest.mark.parametrize("fault", ["server_error", "wrong"])
async def test_an_answer_that_is_none_is_no_yes(
    jira: PretendJira, tracker: Jira, fault: str
) -> None:
    ticket = (await tracker.create(DRAFT, key="k")).id

    getattr(jira.faults, fault)()
    with pytest.raises(Unreachable):
        await tracker.read(ticket)
    with pytest.raises(OutcomeUnknown):
        await tracker.link(ticket, "https://example.com", "x", key="l")


async def test_jira_is_asked_again_when_it_wants_to(jira: PretendJira, tracker: Jira) -> None:
    jira.faults.rate_limit(MAKES, times=1, retry_after=7)

    with pytest.raises(Unreachable, match="wants a pause, and nothing was done") as caught:
        await tracker.create(DRAFT, key="k")
    await tracker.create(DRAFT, key="k")

    assert caught.value.retry_after == 7
    assert len(jira.tickets) == 1


async def test_a_token_that_ended_is_said_so_and_never_shown(
    jira: PretendJira, clock: SetClock
) -> None:
    tracker = adapter(jira, clock, token=SecretStr("hush-hush"))

    with pytest.raises(NotConfigured, match="does not let the bot in") as caught:
        await tracker.check()
    await tracker.close()

    assert "`JIRA_API_TOKEN`" in caught.value.fix
    assert "hush" not in f"{caught.value!r} {caught.value} {tracker.__dict__}"


async def test_the_account_by_which_the_bots_own_changes_are_known(
    jira: PretendJira, tracker: Jira
) -> None:
    jira.hook("http://127.0.0.1:1/", "s")
    await tracker.create(DRAFT, key="k")
    await jira.delivered()

    assert await tracker.account() == jira.deliveries[0].event["user"]["accountId"]


@asynccontextmanager
async def answering(
    status: int, body: str, headers: Mapping[str, str]
) -> AsyncIterator[tuple[str, list[str]]]:
    """Serve whoever asks with one answer; yield the address and what was asked for."""
    asked: list[str] = []

    async def answer(request: Request) -> Response:
        asked.append(f"{request.method} {request.url.path}")
        return Response(body, status, headers)

    route = Route("/{path:path}", answer, methods=["GET", "POST"])
    async with serve(Starlette(routes=[route])) as port:
        yield f"http://127.0.0.1:{port}", asked


NOON, LATER = "Thu, 26 Nov 2026 12:00:00 GMT", "Thu, 26 Nov 2026 12:01:30 GMT"
PAUSE = '{"errorMessages": ["Slow down."], "errors": {}}'


@pytest.mark.parametrize(
    ("answer", "read", "write", "words"),
    [
        ((403, '{"errorMessages": ["No rights."]}', {}), NotConfigured, NotConfigured, "No rights"),
        ((410, '{"message": "Gone."}', {}), Rejected, Rejected, "Gone"),
        ((413, "Too much", {}), Rejected, Rejected, "413"),
        ((400, "x" * 5000, {}), Rejected, Rejected, "400"),
        ((400, '{"errorMessages": ["%s"]}' % ("y" * 5000), {}), Rejected, Rejected, "y…"),
        ((400, "[]", {}), Rejected, Rejected, "400"),
        ((302, "", {"Location": "/login"}), Unreachable, OutcomeUnknown, "strange answer"),
        ((200, "{}", {}), Unreachable, OutcomeUnknown, "strange answer"),
        ((200, "", {}), Unreachable, OutcomeUnknown, "strange answer"),
        ((408, "", {}), Unreachable, OutcomeUnknown, "408"),
        ((502, "<html>", {}), Unreachable, OutcomeUnknown, "502"),
        ((503, PAUSE, {"Retry-After": "9"}), Unreachable, OutcomeUnknown, "503"),
        ((429, PAUSE, {"Retry-After": "x"}), Unreachable, Unreachable, "pause"),
    ],
)
async def test_each_answer_means_one_thing_and_is_asked_for_once(
    clock: SetClock,
    answer: tuple[int, str, dict[str, str]],
    read: type[Exception],
    write: type[Exception],
    words: str,
) -> None:
    async with answering(*answer) as (url, asked):
        tracker = Jira(JiraConfig(url=url, email=EMAIL, token=SecretStr(TOKEN)), clock, FAST)
        with pytest.raises(read, match=words) as caught:
            await tracker.read("OPS-1")
        with pytest.raises(write):
            await tracker.link("OPS-1", "https://example.com", "x", key="k")
        await tracker.close()

    assert len(asked) == 2
    assert len(str(caught.value)) < 600


@pytest.mark.parametrize(
    ("wanted", "seconds"),
    [("7", 7), (LATER, 90), (NOON, 1), ("86400", 3600), ("soon", 30), ("-5", 30), ("", 30)],
)
async def test_a_pause_is_understood_as_seconds_and_as_a_date(
    clock: SetClock, wanted: str, seconds: float
) -> None:
    async with answering(429, "", {"Retry-After": wanted, "Date": NOON}) as (url, _):
        tracker = Jira(JiraConfig(url=url, email=EMAIL, token=SecretStr(TOKEN)), clock, FAST)
        with pytest.raises(Unreachable) as caught:
            await tracker.read("OPS-1")
        await tracker.close()

    assert caught.value.retry_after == seconds
    assert caught.value.fix == f"Ask again in {seconds} s."


# Any text at all


@given(st.text())
def test_any_text_becomes_a_document_that_jira_takes(text: str) -> None:
    kept = plain(document(text), "description")

    assert kept.split() == cleaned(text).split()


@given(st.text())
def test_any_words_become_a_query_that_jira_takes(words: str) -> None:
    query = query_of(words, "OPS")

    assert query is None or found(query, [], ["OPS"], SetClock().now()) == []


@given(st.text())
def test_any_summary_becomes_one_that_jira_takes(summary: str) -> None:
    kept = shortened(summary * 99)

    assert len(kept.encode("utf-16-le")) // 2 <= 250
    assert "\n" not in kept


# Settings


@pytest.mark.parametrize(
    "wrong",
    [
        {"url": "http://example.atlassian.net"},
        {"url": "https://ada:hush@example.atlassian.net"},
        {"url": "ftp://example.atlassian.net"},
        {"url": "https://"},
        {"url": "https://example.atlassian.net:port"},
        {"url": ""},
        {"browse": "javascript:alert(1)"},
        {"token": SecretStr(" ")},
        {"project": "../x"},
        {"fields": {"summary": "x"}},
        {"email": ""},
    ],
    ids=str,
)
def test_settings_that_cannot_serve_are_refused_without_being_shown(wrong: dict[str, Any]) -> None:
    said = {"url": "https://example.atlassian.net", "email": EMAIL, "token": SecretStr("hush")}

    with pytest.raises(ValidationError) as caught:
        JiraConfig.model_validate({**said, **wrong})

    assert "hush" not in str(caught.value)


def test_a_token_is_never_shown() -> None:
    config = JiraConfig(url="https://example.atlassian.net/", email=EMAIL, token=SecretStr("hush"))

    assert "hush" not in f"{config!r} {config}"
    assert config.site == "https://example.atlassian.net"
