"""Presses with words, people and places that nobody hoped for."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from playground.errors import CannotDo
from tests.scenarios.fires import Fire, Vendors, fire, limb
from tests.scenarios.truth import untrue
from tests.world import Flavour

pytestmark = [
    pytest.mark.every_flavour,
    pytest.mark.parametrize("flavour", [Flavour.HTTP], indirect=True),
]

MENTIONS = ("<!here", "<!channel", "<!everyone", "<!subteam")


LABELS = {"conversations.setTopic": "topic", "conversations.setPurpose": "purpose"}


def marked_up(here: Fire) -> str:
    """Return all that the bot has sent in this world and that Slack reads as its markup."""
    workspace = here.slack.workspace
    said = [one.body.get("text", "") for one in workspace.produced if one.kind == "message"]
    blocks = [text for one in workspace.produced for text in _mrkdwn(one.body)]
    labels = [c.arguments[LABELS[c.method]] for c in workspace.calls if c.method in LABELS]
    return "\n".join([*said, *blocks, *labels])


def _mrkdwn(part: Any) -> Iterator[str]:
    if isinstance(part, list):
        for one in part:
            yield from _mrkdwn(one)
    if isinstance(part, dict):
        if part.get("type") == "mrkdwn":
            yield part["text"]
        for one in part.values():
            yield from _mrkdwn(one)


async def types(here: Fire, words: str) -> None:
    """Let Ada declare with these *words*."""
    await here.slack.types(here.world.ada, f"/ops incident.declare {words}", here.world.ops)


@pytest.mark.parametrize("title", ["🔥 👩‍👩‍👧‍👦 🔥", "x" * 200, "Zażółć مرحبا a*b_c~d <b>&amp;"])
async def test_a_title_of_any_signs_is_kept_and_shown_as_it_was_typed(
    title: str, tmp_path: Path
) -> None:
    async with fire(tmp_path, announced=True) as here:
        await types(here, f"title='{title}' severity=SEV2 service=checkout")
        incident = await here.pressed()
        await here.slack.until(lambda: title in here.header(incident).text, 10)

        assert incident.title == title
        assert {x.state.value for x in incident.limbs} == {"done"}
        assert untrue(here, incident) == []
        assert here.jira.tickets[0].summary == f"INC-1: {title}"
        assert here.slack.workspace.complaints == []


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (f"title={'x' * 300} severity=SEV2", "Title has 300 characters and at most 200 fit"),
        ("title='   ' severity=SEV2", "What is wrong, in a few words."),
        ("title='It burns' severity=SEV0", "SEV0"),
    ],
    ids=["too long", "only spaces", "no severity of ours"],
)
async def test_what_cannot_be_taken_is_asked_for_in_a_form_that_says_why(
    words: str, told: str, tmp_path: Path
) -> None:
    async with fire(tmp_path) as here:
        await types(here, words)
        form = await here.slack.opens(here.world.ada)

        assert told in form.text
        assert await here.desk.shelf.live(here.slack.team_id) == []
        assert here.pagerduty.pages == []


async def test_a_title_of_spaces_is_refused_at_its_field(tmp_path: Path) -> None:
    async with fire(tmp_path) as here:
        ada = here.world.ada
        await here.slack.types(ada, "/ops incident.declare", here.world.ops)
        await here.slack.opens(ada)
        here.slack.fills(ada, title="   ", severity="SEV2")
        await here.slack.submits(ada)
        errors = here.slack.modal(ada).errors

        assert errors != {}
        assert await here.desk.shelf.live(here.slack.team_id) == []


async def test_a_title_that_is_too_long_is_refused_at_its_field(tmp_path: Path) -> None:
    async with fire(tmp_path) as here:
        ada = here.world.ada
        await here.slack.types(ada, "/ops incident.declare", here.world.ops)
        await here.slack.opens(ada)
        here.slack.fills(ada, title="x" * 300, severity="SEV2")
        with pytest.raises(CannotDo):
            await here.slack.submits(ada)
        errors = here.slack.modal(ada).errors

        assert "200" in " ".join(errors.values())
        assert await here.desk.shelf.live(here.slack.team_id) == []


async def test_a_mention_in_a_title_calls_nobody(tmp_path: Path) -> None:
    mention = "<!here> <!channel> @everyone <!subteam^S1|x>"
    async with fire(tmp_path, announced=True) as here:
        # As Slack sends what somebody typed with its own signs, unescaped, by a form.
        ada = here.world.ada
        await here.slack.types(ada, "/ops incident.declare", here.world.ops)
        await here.slack.opens(ada)
        await here.slack.suggests(ada, "service", "checkout")
        here.slack.fills(ada, title=f"Down {mention}", severity="SEV2", service="checkout")
        await here.slack.submits(ada)
        incident = await here.pressed()
        await here.slack.until(lambda: here.header(incident), 10)
        sent = marked_up(here)

        assert incident.title == f"Down {mention}"
        called = [line for line in sent.splitlines() for one in MENTIONS if one in line]
        assert called == []


async def test_a_service_that_the_pager_does_not_know_fails_the_page_alone(tmp_path: Path) -> None:
    def wrong(around: Vendors) -> Mapping[str, Any]:
        del around
        return {"services": {"search": {"pager": "PNOWHERE"}}}

    async with fire(tmp_path, incident=wrong, announced=True) as here:
        await types(here, "title='It burns' severity=SEV2 service=search")
        first = await here.pressed()
        await types(here, "title='Who knows' severity=SEV2 service=unheard-of")
        second = await here.pressed(2)
        page, nobody = limb(first, "page"), limb(second, "page")

        assert page.state == nobody.state == "failed"
        assert "Service cannot be found" in page.note
        assert "No service of the pager is known for 'unheard-of'" in nobody.note
        assert {x.name for x in first.limbs if x.state != "done"} == {"page"}
        assert {x.name for x in second.limbs if x.state != "done"} == {"page"}


async def test_somebody_who_has_left_holds_nobody_else_of_the_group_outside(
    tmp_path: Path,
) -> None:
    groups = {"severities": {"SEV2": {"groups": ["responders", "no-such-group"]}}}
    async with fire(tmp_path, incident=groups) as here:
        here_still = [here.slack.person(f"r{n}") for n in range(3)]
        gone = here.slack.person("gone", deactivated=True)
        here.slack.group("responders", [here_still[0], gone, *here_still[1:]])
        incident = await here.declares()
        people = limb(incident, "people")
        room = here.slack.workspace.channels[incident.room or ""]

        assert {one.id for one in here_still} <= set(room.members)
        assert gone.id not in room.members
        assert people.state == "done"
        assert gone.id in people.note
        assert "no-such-group" in people.note


async def test_a_channel_that_is_archived_in_the_middle_stops_nothing_else(tmp_path: Path) -> None:
    async with fire(tmp_path, announced=True) as here:
        here.jira.faults.slow(1.5, "POST /rest/api/3/issue", times=1)
        line = "title='It burns' severity=SEV2 service=checkout"
        await types(here, line)
        incident = await here.until(lambda i: i.room and limb(i, "people").state == "done")
        room = here.slack.workspace.channels[incident.room or ""]
        await here.slack.archives(here.world.ada, room)
        whole = await here.until(
            lambda i: all(x.state in {"done", "failed", "unknown"} for x in i.limbs)
        )
        await here.slack.until(
            lambda: "is declared in #" in here.slack.sees(here.world.ada).text, 15
        )

        assert room.archived
        assert limb(whole, "ticket").state == "done"
        assert limb(whole, "page").state == "done"
        assert len(here.rooms()) == 1


async def test_a_field_that_the_tracker_wants_is_named_and_the_rest_goes_on(
    tmp_path: Path,
) -> None:
    async with fire(tmp_path, announced=True) as here:
        here.jira.add_project("OPS", "Operations", {"customfield_10050": "Affected team"})
        incident = await here.declares()
        ticket = limb(incident, "ticket")

        assert ticket.state == "failed"
        assert "Affected team" in ticket.note
        assert {x.name for x in incident.limbs if x.state != "done"} == {"ticket"}
        assert here.jira.tickets == []
